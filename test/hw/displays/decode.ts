import type { Picture, PixelFormat, Rotation } from "../../../hw/picture/picture.ts";

/** What a viewer sees: 0xRRGGBB a pixel. */
export interface Seen {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint32Array;
}

/** Where pictures lie in a device's memory. */
export interface Layout {
  readonly format: PixelFormat;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  /** Byte at which the visible part begins. */
  readonly start?: number;
  /** The device's colours, where pixels are their numbers. */
  readonly palette?: readonly number[];
}

/** A framebuffer's bytes as colours, by the definitions in drm_fourcc.h and fb.h. Shares nothing with the drivers. */
export function seenIn(memory: Buffer, layout: Layout): Seen {
  const { format, width, height, stride, start = 0, palette = [] } = layout;
  const rgb = new Uint32Array(width * height);
  const pixel = format === "C8" ? paletted(palette) : READ[format];
  for (let y = 0, to = 0; y < height; y++) {
    const row = start + y * stride;
    for (let x = 0; x < width; x++) rgb[to++] = pixel(memory, row, x);
  }
  return { width, height, rgb };
}

type ReadPixel = (memory: Buffer, row: number, x: number) => number;

function paletted(palette: readonly number[]): ReadPixel {
  return (memory, row, x) => palette[byte(memory, row + x)] ?? 0;
}

/** Bytes are read singly: the fourcc's least significant byte comes first. */
const READ: Readonly<Record<Exclude<PixelFormat, "C8">, ReadPixel>> = {
  // [31:0] x:R:G:B 8:8:8:8 little endian
  XRGB8888: (memory, row, x) => little(memory, row + 4 * x),
  // [31:0] x:B:G:R 8:8:8:8 little endian
  XBGR8888: (memory, row, x) => swapped(little(memory, row + 4 * x)),
  // [23:0] R:G:B little endian
  RGB888: (memory, row, x) => little(memory, row + 3 * x),
  // [23:0] B:G:R little endian
  BGR888: (memory, row, x) => swapped(little(memory, row + 3 * x)),
  // [15:0] R:G:B 5:6:5 little endian
  RGB565: (memory, row, x) => from565(byte(memory, row + 2 * x) | (byte(memory, row + 2 * x + 1) << 8)),
  // [15:0] B:G:R 5:6:5 little endian
  BGR565: (memory, row, x) =>
    swapped(from565(byte(memory, row + 2 * x) | (byte(memory, row + 2 * x + 1) << 8))),
  GRAY8: (memory, row, x) => byte(memory, row + x) * 0x010101,
  // FB_VISUAL_MONO10: 1 is white; the leftmost pixel is the least significant bit
  MONO10: (memory, row, x) => ((byte(memory, row + (x >> 3)) >> (x & 7)) & 1) * 0xffffff,
  // FB_VISUAL_MONO01: 1 is black
  MONO01: (memory, row, x) => (((byte(memory, row + (x >> 3)) >> (x & 7)) & 1) ^ 1) * 0xffffff,
};

function byte(memory: Buffer, at: number): number {
  return memory[at] as number;
}

function little(memory: Buffer, at: number): number {
  return byte(memory, at) | (byte(memory, at + 1) << 8) | (byte(memory, at + 2) << 16);
}

/** Five or six bits spread over eight, so that all ones are 255. */
export function from565(value: number): number {
  const red = Math.round(((value >> 11) * 255) / 31);
  const green = Math.round((((value >> 5) & 63) * 255) / 63);
  const blue = Math.round(((value & 31) * 255) / 31);
  return (red << 16) | (green << 8) | blue;
}

function swapped(colour: number): number {
  return ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >> 16);
}

/** What a viewer sees of a panel that is mounted so that `rotation` makes pictures upright. */
export function upright({ width, height, rgb }: Seen, rotation: Rotation): Seen {
  if (rotation === 0) return { width, height, rgb };
  const turned = rotation === 90 || rotation === 270;
  const seen = {
    width: turned ? height : width,
    height: turned ? width : height,
    rgb: new Uint32Array(rgb.length),
  };
  // The picture was turned clockwise: its row y became a column, or ran backwards.
  for (let y = 0; y < seen.height; y++)
    for (let x = 0; x < seen.width; x++) {
      let at = y * width + x;
      if (rotation === 90) at = x * width + (width - 1 - y);
      else if (rotation === 180) at = (height - 1 - y) * width + (width - 1 - x);
      else if (rotation === 270) at = (height - 1 - x) * width + y;
      seen.rgb[y * seen.width + x] = rgb[at] as number;
    }
  return seen;
}

/** The picture as it should be seen where every colour can be shown. */
export function ideal({ width, height, pixels, palette }: Picture): Seen {
  const rgb = new Uint32Array(pixels.length);
  for (let at = 0; at < rgb.length; at++) rgb[at] = palette[pixels[at] as number] as number;
  return { width, height, rgb };
}
