import type { Picture, Rgb } from "./picture.ts";
import { sameBytes } from "./rows.ts";

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
 * The rectangles in which `next` differs from `previous`, a picture of the same size; all of it where the two number
 * their colours differently. None overlaps another; each begins at a multiple of 8 pixels and ends at one or at the
 * right edge.
 */
export function changedRects(previous: Picture, next: Picture): Rect[] {
  const { width, height } = next;
  if (!agree(previous.palette, next.palette)) return [wholeOf(next)];
  const [before, after] = [inWords(previous.pixels), inWords(next.pixels)];
  const done: Rect[] = [];
  let growing: Rect[] = [];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const changed = !sameBytes(before.bytes, row, after.bytes, row, width);
    if (changed && y > 0 && repeatsAbove(before, row, width) && repeatsAbove(after, row, width)) {
      growing = growing.map((rect) => ({ ...rect, height: rect.height + 1 }));
      continue;
    }
    const spans = changed ? changedSpans(before.words, after.words, row, width) : [];
    const grown = spans.map(({ x, end }) => {
      const above = growing.find((rect) => rect.x === x && rect.width === end - x);
      return { x, y: above?.y ?? y, width: end - x, height: (above?.height ?? 0) + 1 };
    });
    done.push(...growing.filter((rect) => !grown.some((other) => other.y === rect.y && other.x === rect.x)));
    growing = grown;
  }
  return [...done, ...growing];
}

/** The smallest rectangle that holds them all; at least one. */
export function around(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The rows that rectangles of a picture lie in, whole. */
export function wholeRows({ width }: Pick<Picture, "width">, rects: readonly Rect[]): Rect[] {
  const bands: Rect[] = [];
  for (const { y, height } of rects.toSorted((one, other) => one.y - other.y)) {
    const last = bands.at(-1);
    if (last === undefined || y > last.y + last.height) bands.push({ x: 0, y, width, height });
    else bands[bands.length - 1] = { ...last, height: Math.max(last.height, y + height - last.y) };
  }
  return bands;
}

/** Whether no index stands for one colour in one palette and for another in the other. */
function agree(one: readonly Rgb[], other: readonly Rgb[]): boolean {
  return one.every((colour, index) => index >= other.length || colour === other[index]);
}

/** The same pixels one by one, and four at once. */
interface Pixels {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

const WORD = Int32Array.BYTES_PER_ELEMENT;

function inWords(pixels: Uint8Array): Pixels {
  let whole = pixels;
  if (pixels.byteOffset % WORD > 0 || pixels.length % WORD > 0) {
    whole = new Uint8Array(WORD * Math.ceil(pixels.length / WORD));
    whole.set(pixels);
  }
  return {
    bytes: whole,
    words: new Int32Array(whole.buffer, whole.byteOffset, whole.length / WORD),
  };
}

function repeatsAbove({ bytes }: Pixels, row: number, width: number): boolean {
  return sameBytes(bytes, row, bytes, row - width, width);
}

interface Span {
  readonly x: number;
  readonly end: number;
}

/** Where a row's words differ. What they hold of its neighbours, where no word begins with it, is taken for its own. */
function changedSpans(before: Int32Array, after: Int32Array, row: number, width: number): Span[] {
  const spans: Span[] = [];
  const last = Math.ceil((row + width) / WORD);
  // Nothing is called for the words that are alike: at a start this runs before it is optimized.
  for (let word = Math.floor(row / WORD); word < last; word++) {
    if (before[word] === after[word]) continue;
    const at = word * WORD - row;
    const x = Math.max(0, at & -STEP);
    const end = Math.min(width, (at + WORD + STEP - 1) & -STEP);
    const left = spans.at(-1);
    if (left !== undefined && x - left.end <= GAP * STEP) spans[spans.length - 1] = { x: left.x, end };
    else spans.push({ x, end });
  }
  return spans;
}
