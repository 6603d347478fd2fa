import type { Picture } from "./picture.ts";

/** Part of a picture, in pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Columns are looked at in steps of so many pixels: a byte of the mono formats. */
const STEP = 8;
/** So many unchanged steps between two changed ones are written along: cheaper than addressing around them. */
const GAP = 2;

/** The whole of a picture as one rectangle. */
export function wholeOf(picture: { readonly width: number; readonly height: number }): Rect {
  return { x: 0, y: 0, width: picture.width, height: picture.height };
}

/**
 * The rectangles in which `next` differs from `previous`, a picture of the same size. None overlaps another; each
 * begins at a multiple of 8 pixels and ends at one or at the right edge.
 */
export function changedRects(previous: Picture, next: Picture): Rect[] {
  const { width, height } = next;
  const compare = comparison(previous, next);
  const done: Rect[] = [];
  let growing: Rect[] = [];
  for (let y = 0; y < height; y++) {
    const spans = compare.sameRow(y * width, width) ? [] : changedSpans(compare.samePixel, y * width, width);
    const grown = spans.map(({ x, end }) => {
      const above = growing.find((rect) => rect.x === x && rect.width === end - x);
      return { x, y: above?.y ?? y, width: end - x, height: (above?.height ?? 0) + 1 };
    });
    done.push(...growing.filter((rect) => !grown.some((other) => other.y === rect.y && other.x === rect.x)));
    growing = grown;
  }
  return [...done, ...growing];
}

interface Span {
  readonly x: number;
  readonly end: number;
}

function changedSpans(same: (index: number) => boolean, row: number, width: number): Span[] {
  const spans: Span[] = [];
  for (let x = 0; x < width; x += STEP) {
    const end = Math.min(x + STEP, width);
    let index = row + x;
    while (index < row + end && same(index)) index++;
    if (index === row + end) continue;
    const last = spans.at(-1);
    if (last !== undefined && x - last.end <= GAP * STEP) spans[spans.length - 1] = { x: last.x, end };
    else spans.push({ x, end });
  }
  return spans;
}

interface Comparison {
  sameRow(start: number, width: number): boolean;
  samePixel(index: number): boolean;
}

/** Pixels are the same when their colours are, whatever the palettes. */
function comparison(previous: Picture, next: Picture): Comparison {
  const before = bufferOf(previous.pixels);
  const after = bufferOf(next.pixels);
  if (samePalette(previous, next))
    return {
      sameRow: (start, width) => before.compare(after, start, start + width, start, start + width) === 0,
      samePixel: (index) => before[index] === after[index],
    };
  const colour = (picture: Picture, index: number) => picture.palette[picture.pixels[index] as number];
  return {
    sameRow: () => false,
    samePixel: (index) => colour(previous, index) === colour(next, index),
  };
}

function samePalette(one: Picture, other: Picture): boolean {
  return (
    one.palette.length === other.palette.length &&
    one.palette.every((colour, index) => colour === other.palette[index])
  );
}

function bufferOf(pixels: Uint8Array): Buffer {
  return Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
}
