/**
 * The shipped glyphs: a file of `faces/`, as `scripts/build-fonts.ts` wrote it. It is used as it lies in memory: nothing
 * is unpacked before a glyph is asked for, so that opening a face takes no time.
 *
 * Numbers of a fixed size are little-endian; the others are LEB128 varints, signed ones zigzag-coded. Both kinds hold
 * n glyphs by their code points, in rising order.
 *
 * - outline: uint16 units per em, ascent, descent, cap height, n, left kerning classes l, right kerning classes r; n
 *   uint16 code points; n uint16 advances; n + 1 uint16 places where the glyphs begin; n bytes and n bytes, the classes of
 *   each glyph as the left and as the right one of a pair; l rows of r int16, the adjustment between two classes; the
 *   glyphs; the contours. A glyph is a list of contours: signed steps x and y from the last point to the first of the
 *   contour, and the contour's place. A contour, which many glyphs may share, is a list of 2 = line, 3 = quadratic
 *   curve, each followed by signed steps x and y of its points, and ends with 0.
 * - pixel: uint16 ascent, descent, cap height, n; n uint16 code points; n + 1 uint16 places where the bits begin; for each
 *   glyph int8 advance, width, height, left bearing, bottom; rows of bits, most significant first, without padding
 *   between rows.
 */

/** Moves, lines and quadratic curves in font units, y upwards: [1,x,y | 2,x,y | 3,cx,cy,x,y]. */
export type Path = readonly number[];

export const MOVE = 1;
export const LINE = 2;
export const CURVE = 3;
/** Of a contour in a file. */
export const END = 0;

export interface OutlineGlyph {
  readonly advance: number;
  readonly path: Path;
  /** Letters that are kerned alike have the same class, as the left or as the right one of a pair. */
  readonly leftClass: number;
  readonly rightClass: number;
}

/** A scalable face. All measures in font units; `descent` is positive downwards. */
export interface OutlineFace {
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  has(codePoint: number): boolean;
  glyph(codePoint: number): OutlineGlyph | undefined;
  /** What is added to the advance of `left` where `right` follows; both are glyphs of this face. */
  kerning(left: OutlineGlyph, right: OutlineGlyph): number;
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

export function readOutlineFace(file: Buffer): OutlineFace {
  const uint16 = (at: number) => file.readUInt16LE(at);
  const [count, leftClasses, rightClasses] = [uint16(8), uint16(10), uint16(12)];
  const codePoints = 14;
  const advances = codePoints + 2 * count;
  const places = advances + 2 * count;
  const lefts = places + 2 * (count + 1);
  const rights = lefts + count;
  const kerns = rights + count;
  const paths = kerns + 2 * leftClasses * rightClasses;
  const contours = paths + uint16(places + 2 * count);

  function read(index: number): OutlineGlyph {
    const [start, end] = [uint16(places + 2 * index), uint16(places + 2 * (index + 1))];
    return {
      advance: uint16(advances + 2 * index),
      path: readPath(file, contours, paths + start, paths + end),
      leftClass: file.readUInt8(lefts + index),
      rightClass: file.readUInt8(rights + index),
    };
  }

  return {
    unitsPerEm: uint16(0),
    ascent: uint16(2),
    descent: uint16(4),
    capHeight: uint16(6),
    ...searched(file, codePoints, count, read),
    kerning: (left, right) =>
      file.readInt16LE(kerns + 2 * (left.leftClass * rightClasses + right.rightClass)),
  };
}

/** Every glyph is read once. */
function searched<Glyph>(
  file: Buffer,
  codePoints: number,
  count: number,
  read: (index: number) => Glyph,
): { has(codePoint: number): boolean; glyph(codePoint: number): Glyph | undefined } {
  const known = new Map<number, Glyph>();
  function glyph(wanted: number): Glyph | undefined {
    const before = known.get(wanted);
    if (before !== undefined) return before;
    let [from, to] = [0, count];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (file.readUInt16LE(codePoints + 2 * middle) < wanted) from = middle + 1;
      else to = middle;
    }
    if (from === count || file.readUInt16LE(codePoints + 2 * from) !== wanted) return undefined;
    const fresh = read(from);
    known.set(wanted, fresh);
    return fresh;
  }
  return { has: (wanted) => glyph(wanted) !== undefined, glyph };
}

class Varints {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  signed(): number {
    const value = this.next();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function readPath(file: Buffer, contours: number, start: number, end: number): Path {
  const path: number[] = [];
  const glyph = new Varints(file, start);
  let x = 0;
  let y = 0;
  while (glyph.at < end) {
    x += glyph.signed();
    y += glyph.signed();
    path.push(MOVE, x, y);
    const contour = new Varints(file, contours + glyph.next());
    for (let command = contour.next(); command !== END; command = contour.next()) {
      path.push(command);
      for (let points = command === CURVE ? 2 : 1; points > 0; points--) {
        x += contour.signed();
        y += contour.signed();
        path.push(x, y);
      }
    }
  }
  return path;
}

export function readPixelFace(file: Buffer): PixelFace {
  const uint16 = (at: number) => file.readUInt16LE(at);
  const count = uint16(6);
  const codePoints = 8;
  const places = codePoints + 2 * count;
  const metrics = places + 2 * (count + 1);
  const bits = metrics + 5 * count;

  function read(index: number): PixelGlyph {
    const metric = (which: number) => file.readInt8(metrics + 5 * index + which);
    const width = metric(1);
    const start = 8 * (bits + uint16(places + 2 * index));
    return {
      advance: metric(0),
      width,
      height: metric(2),
      left: metric(3),
      bottom: metric(4),
      bit(x, y) {
        const position = start + y * width + x;
        return (((file[position >> 3] ?? 0) >> (7 - (position & 7))) & 1) === 1;
      },
    };
  }

  return {
    ascent: uint16(0),
    descent: uint16(2),
    capHeight: uint16(4),
    ...searched(file, codePoints, count, read),
  };
}
