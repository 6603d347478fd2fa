import type { Rect } from "./changes.ts";
import type { Picture, PixelFormat, Rgb } from "./picture.ts";
import { sameBytes } from "./rows.ts";

/** Bits that one pixel takes in the device's memory. */
export const BITS_PER_PIXEL: Readonly<Record<PixelFormat, number>> = {
  XRGB8888: 32,
  XBGR8888: 32,
  RGB888: 24,
  BGR888: 24,
  RGB565: 16,
  BGR565: 16,
  GRAY8: 8,
  C8: 8,
  MONO01: 1,
  MONO10: 1,
};

/** Bytes of a row of `width` pixels, without the padding that a stride may add. */
export function rowBytes(format: PixelFormat, width: number): number {
  return bytesFor(BITS_PER_PIXEL[format], width);
}

function bytesFor(bitsPerPixel: number, pixels: number): number {
  return Math.ceil((bitsPerPixel * pixels) / 8);
}

/**
 * Puts `count` palette indices, from `pixels[from]` on, into `out` from byte `at` on. With the mono formats a run
 * begins at a byte's first pixel; what is left of the last byte is 0.
 */
type Convert = (pixels: Uint8Array, from: number, count: number, out: Uint8Array, at: number) => void;

export interface Encode extends Convert {
  readonly bitsPerPixel: number;
}

/**
 * What turns indices into `palette` into the bytes of `format`.
 *
 * Multi-byte pixels are little-endian, as fbdev has them on the processors that Node runs on. The unused byte of the
 * 32-bit formats is 255: hardware that takes it for alpha shows the picture opaque. In the mono formats the leftmost
 * pixel is the least significant bit of its byte (drivers/video/fbdev/ssd1307fb.c, ssd1307fb_update_rect;
 * FB_LEFT_POS in include/linux/fb.h on little-endian machines).
 */
export function encoder(format: PixelFormat, palette: readonly Rgb[]): Encode {
  return Object.assign(converter(format, palette), { bitsPerPixel: BITS_PER_PIXEL[format] });
}

function converter(format: PixelFormat, palette: readonly Rgb[]): Convert {
  if (format === "C8") return copyIndices;
  const bits = BITS_PER_PIXEL[format];
  if (bits === 1) return monoEncoder(palette, format === "MONO10");
  // Signed: what fits no small integer of the engine's is allocated pixel by pixel, until the loop is optimized.
  const values = new Int32Array(256);
  palette.forEach((colour, index) => {
    values[index] = pixelValue(format, colour);
  });
  if (bits === 8) return byteEncoder(values);
  if (bits === 24) return tripleEncoder(values);
  return wordEncoder(values, bits === 16 ? Uint16Array : Int32Array);
}

/**
 * Puts the part of a picture into `out`, its rows `stride` bytes apart. Most of a row is as the row above it: that is
 * copied by the engine, many times as fast as pixels are converted one by one.
 *
 * @param above where in `out` the row above the part lies, from the piece before; null where there is none
 */
function encodeRows(
  encode: Encode,
  { width, pixels }: Picture,
  part: Rect,
  out: Uint8Array,
  stride: number,
  above: number | null,
): void {
  // Small integers: the engine keeps a rectangle's measures as doubles, since boxes of a layout look like it.
  const [first, count] = [(part.y * width + part.x) | 0, part.width | 0];
  if (above === null) encodeFirst(encode, pixels, first, count, out);
  else {
    out.copyWithin(0, above, above + bytesFor(encode.bitsPerPixel, count));
    encodeChanges(encode, pixels, first, width, count, out, 0);
  }
  for (let row = 1; row < part.height; row++) {
    const at = row * stride;
    out.copyWithin(at, at - stride, at);
    encodeChanges(encode, pixels, first + row * width, width, count, out, at);
  }
}

/** Some rows of a part of a picture, as the device has them. */
export interface Piece {
  /** The first row, in the picture. */
  readonly y: number;
  /** How many there are. */
  readonly height: number;
  /** As they lie in `stride`, without what may follow the last; good until the next piece is asked for. */
  readonly bytes: Uint8Array;
}

/** The part of a picture in pieces of `rows` rows, each made when it is asked for, and all in the same memory. */
export function* piecesOf(
  encode: Encode,
  picture: Picture,
  part: Rect,
  stride: number,
  rows: number,
): Generator<Piece> {
  const length = bytesFor(encode.bitsPerPixel, part.width);
  const buffer = new Uint8Array((Math.min(rows, part.height) - 1) * stride + length);
  for (let y = part.y; y < part.y + part.height; y += rows) {
    const height = Math.min(rows, part.y + part.height - y);
    const above = y === part.y ? null : (rows - 1) * stride;
    encodeRows(encode, picture, { ...part, y, height }, buffer, stride, above);
    yield { y, height, bytes: buffer.subarray(0, (height - 1) * stride + length) };
  }
}

/** Fewer pixels are converted at once: to look for what is alike in them would take as long. */
const FEW = 64;

/** Puts a row where nothing is above it: of its stretches, most are as the one to their left. */
function encodeFirst(encode: Encode, pixels: Uint8Array, from: number, count: number, out: Uint8Array): void {
  const bytes = (FEW / 8) * encode.bitsPerPixel;
  for (let x = 0, at = 0; x < count; x += FEW, at += bytes) {
    const alike = x > 0 && x + FEW <= count && sameBytes(pixels, from + x, pixels, from + x - FEW, FEW);
    if (alike) out.copyWithin(at, at - bytes, at);
    else encode(pixels, from + x, Math.min(FEW, count - x), out, at);
  }
}

/** Puts indices where the bytes of the row above, which begins `width` before them, already are. */
function encodeChanges(
  encode: Encode,
  pixels: Uint8Array,
  from: number,
  width: number,
  count: number,
  out: Uint8Array,
  at: number,
): void {
  if (sameBytes(pixels, from, pixels, from - width, count)) return;
  if (count < FEW) {
    encode(pixels, from, count, out, at);
    return;
  }
  const half = (count >> 4) * 8;
  encodeChanges(encode, pixels, from, width, half, out, at);
  encodeChanges(encode, pixels, from + half, width, count - half, out, at + (half / 8) * encode.bitsPerPixel);
}

/** Whether a colour is nearer to white than to black by its luminance (ITU-R BT.709 weights). */
export function isLight(colour: Rgb): boolean {
  return luminance(colour) >= 128;
}

/** The device's palette is the picture's. */
const copyIndices: Convert = (pixels, from, count, out, at) =>
  out.set(pixels.subarray(from, from + count), at);

function byteEncoder(values: Int32Array): Convert {
  return (pixels, from, count, out, at) => {
    for (let index = 0; index < count; index++)
      out[at + index] = values[pixels[from + index] as number] as number;
  };
}

function tripleEncoder(values: Int32Array): Convert {
  return (pixels, from, count, out, at) => {
    let target = at;
    for (let index = from; index < from + count; index++) {
      const value = values[pixels[index] as number] as number;
      out[target++] = value;
      out[target++] = value >> 8;
      out[target++] = value >> 16;
    }
  };
}

/** Whole words into a row of their own: many times faster than bytes, and `out` need not be aligned to them. */
function wordEncoder(values: Int32Array, Words: Uint16ArrayConstructor | Int32ArrayConstructor): Convert {
  let words = new Words(0);
  return (pixels, from, count, out, at) => {
    if (words.length < count) words = new Words(count);
    for (let index = 0; index < count; index++)
      words[index] = values[pixels[from + index] as number] as number;
    out.set(new Uint8Array(words.buffer, 0, count * Words.BYTES_PER_ELEMENT), at);
  };
}

function monoEncoder(palette: readonly Rgb[], oneIsWhite: boolean): Convert {
  const table = new Uint8Array(256);
  palette.forEach((colour, index) => {
    table[index] = isLight(colour) === oneIsWhite ? 1 : 0;
  });
  return (pixels, from, count, out, at) => {
    for (let done = 0; done < count; done += 8) {
      let byte = 0;
      const run = Math.min(8, count - done);
      for (let bit = 0; bit < run; bit++)
        byte |= (table[pixels[from + done + bit] as number] as number) << bit;
      out[at + (done >> 3)] = byte;
    }
  };
}

function pixelValue(format: Exclude<PixelFormat, "C8">, colour: Rgb): number {
  const red = (colour >> 16) & 0xff;
  const green = (colour >> 8) & 0xff;
  const blue = colour & 0xff;
  switch (format) {
    case "XRGB8888":
    case "RGB888":
      return 0xff000000 | colour;
    case "XBGR8888":
    case "BGR888":
      return 0xff000000 | (blue << 16) | (green << 8) | red;
    case "RGB565":
      return ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
    case "BGR565":
      return ((blue >> 3) << 11) | ((green >> 2) << 5) | (red >> 3);
    case "GRAY8":
      return luminance(colour);
    case "MONO01":
    case "MONO10":
      return isLight(colour) === (format === "MONO10") ? 1 : 0;
  }
}

function luminance(colour: Rgb): number {
  const red = (colour >> 16) & 0xff;
  const green = (colour >> 8) & 0xff;
  const blue = colour & 0xff;
  return Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
}
