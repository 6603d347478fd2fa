/**
 * The shipped glyphs: what `scripts/build-fonts.ts` wrote, read back. A face is kept as base64 of deflated bytes in a
 * module of its own, so that it travels with any bundle and is loaded only when it is needed.
 *
 * Both kinds begin with the code points in rising order (varint differences) and use LEB128 varints; signed values are
 * zigzag-coded.
 *
 * - outline: unitsPerEm, ascent, descent, capHeight, count, then for each glyph: code point difference, advance, length of
 *   its path, path; then the number of kerning pairs and for each: left index, right index, signed adjustment. A path
 *   is a list of 1 = move, 2 = line, 3 = quadratic curve, each followed by signed differences of x and y.
 * - pixel: ascent, descent, capHeight, count, then for each glyph: code point difference, advance, width, height,
 *   signed left bearing, signed bottom, rows of bits, most significant first, without padding between rows.
 */
import { inflateRawSync } from "node:zlib";

/** Moves, lines and quadratic curves in font units, y upwards: [1,x,y | 2,x,y | 3,cx,cy,x,y]. */
export type Path = readonly number[];

export const MOVE = 1;
export const LINE = 2;
export const CURVE = 3;

export interface OutlineGlyph {
  readonly advance: number;
  readonly path: Path;
}

/** A scalable face. All measures in font units; `descent` is positive downwards. */
export interface OutlineFace {
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  has(codePoint: number): boolean;
  glyph(codePoint: number): OutlineGlyph | undefined;
  kerning(left: number, right: number): number;
}

export interface PixelGlyph {
  readonly advance: number;
  readonly width: number;
  readonly height: number;
  /** Pixels from the pen to the left column. */
  readonly left: number;
  /** Pixels from the baseline up to the bottom row; negative below it. */
  readonly bottom: number;
  /** Whether the pixel at column `x` of row `y`, from the top left, is set. */
  bit(x: number, y: number): boolean;
}

/** A face drawn pixel by pixel for one size. All measures in pixels; `descent` is positive downwards. */
export interface PixelFace {
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  has(codePoint: number): boolean;
  glyph(codePoint: number): PixelGlyph | undefined;
}

class Bytes {
  readonly data: Uint8Array;
  at = 0;

  constructor(packed: string) {
    this.data = inflateRawSync(Buffer.from(packed, "base64"));
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.data[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** @param packed the default export of a generated module */
export function readOutlineFace(packed: string): OutlineFace {
  const bytes = new Bytes(packed);
  const [unitsPerEm, ascent, descent, capHeight, count] = [0, 0, 0, 0, 0].map(() => bytes.varint()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const entries = new Map<number, { advance: number; start: number; end: number; index: number }>();
  let codePoint = 0;
  for (let index = 0; index < count; index++) {
    codePoint += bytes.varint();
    const advance = bytes.varint();
    const length = bytes.varint();
    entries.set(codePoint, { advance, start: bytes.at, end: bytes.at + length, index });
    bytes.at += length;
  }
  const pairs = new Map<number, number>();
  for (let left = bytes.varint(); left > 0; left--) {
    const key = bytes.varint() * 0x1_0000 + bytes.varint();
    pairs.set(key, bytes.signed());
  }
  const cache = new Map<number, OutlineGlyph>();

  return {
    unitsPerEm,
    ascent,
    descent,
    capHeight,
    has: (wanted) => entries.has(wanted),
    glyph(wanted) {
      const entry = entries.get(wanted);
      if (entry === undefined) return undefined;
      let glyph = cache.get(wanted);
      if (glyph === undefined) {
        glyph = { advance: entry.advance, path: readPath(bytes, entry.start, entry.end) };
        cache.set(wanted, glyph);
      }
      return glyph;
    },
    kerning(left, right) {
      const a = entries.get(left)?.index;
      const b = entries.get(right)?.index;
      return a === undefined || b === undefined ? 0 : (pairs.get(a * 0x1_0000 + b) ?? 0);
    },
  };
}

function readPath(bytes: Bytes, start: number, end: number): Path {
  const path: number[] = [];
  bytes.at = start;
  let x = 0;
  let y = 0;
  while (bytes.at < end) {
    const command = bytes.varint();
    path.push(command);
    for (let points = command === CURVE ? 2 : 1; points > 0; points--) {
      x += bytes.signed();
      y += bytes.signed();
      path.push(x, y);
    }
  }
  return path;
}

/** @param packed the default export of a generated module */
export function readPixelFace(packed: string): PixelFace {
  const bytes = new Bytes(packed);
  const [ascent, descent, capHeight, count] = [0, 0, 0, 0].map(() => bytes.varint()) as [
    number,
    number,
    number,
    number,
  ];
  const glyphs = new Map<number, PixelGlyph>();
  let codePoint = 0;
  for (let index = 0; index < count; index++) {
    codePoint += bytes.varint();
    const advance = bytes.varint();
    const width = bytes.varint();
    const height = bytes.varint();
    const left = bytes.signed();
    const bottom = bytes.signed();
    const start = bytes.at * 8;
    bytes.at += Math.ceil((width * height) / 8);
    glyphs.set(codePoint, {
      advance,
      width,
      height,
      left,
      bottom,
      bit(x, y) {
        const position = start + y * width + x;
        return (((bytes.data[position >> 3] ?? 0) >> (7 - (position & 7))) & 1) === 1;
      },
    });
  }
  return {
    ascent,
    descent,
    capHeight,
    has: (wanted) => glyphs.has(wanted),
    glyph: (wanted) => glyphs.get(wanted),
  };
}
