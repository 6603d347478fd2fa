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
    const spans = changedSpans(compare, y * width, width);
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

function changedSpans(
  { before, after, was, is, onePalette }: Comparison,
  row: number,
  width: number,
): Span[] {
  const rowEnd = row + width;
  if (onePalette && before.compare(after, row, rowEnd, row, rowEnd) === 0) return [];
  const spans: Span[] = [];
  // One loop over all of a large picture, and nothing called in it: at a start it runs before it is optimized.
  for (let index = row; index < rowEnd; index++) {
    if (was[before[index] as number] === is[after[index] as number]) continue;
    const x = index - row - ((index - row) % STEP);
    const end = Math.min(x + STEP, width);
    const last = spans.at(-1);
    if (last !== undefined && x - last.end <= GAP * STEP) spans[spans.length - 1] = { x: last.x, end };
    else spans.push({ x, end });
    index = row + end - 1;
  }
  return spans;
}

/** Two pictures' pixels, and the colours that they stand for: the same where those are, whatever the palettes. */
interface Comparison {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly was: Int32Array;
  readonly is: Int32Array;
  readonly onePalette: boolean;
}

function comparison(previous: Picture, next: Picture): Comparison {
  return {
    before: bufferOf(previous.pixels),
    after: bufferOf(next.pixels),
    was: Int32Array.from(previous.palette),
    is: Int32Array.from(next.palette),
    onePalette:
      previous.palette.length === next.palette.length &&
      previous.palette.every((colour, index) => colour === next.palette[index]),
  };
}

function bufferOf(pixels: Uint8Array): Buffer {
  return Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
}
