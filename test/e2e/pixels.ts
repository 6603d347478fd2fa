/** Reads a framebuffer's bytes as the hardware would scan them out, and a QR code in them with decoders of others. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { assertNoSecret } from "../support/canary.ts";
import type { Board, Framebuffer } from "./board.ts";

/** RGBA, from XRGB8888 or RGB565 in little-endian memory (drm_fourcc.h). */
export function scanOut(
  memory: Buffer,
  { width, height, bitsPerPixel, stride }: Framebuffer,
): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * 4;
      const from = y * stride + (x * bitsPerPixel) / 8;
      const [r, g, b] =
        bitsPerPixel === 32 ? xrgb(memory.readUInt32LE(from)) : rgb565(memory.readUInt16LE(from));
      rgba.set([r, g, b, 255], to);
    }
  return rgba;
}

type Colour = readonly [number, number, number];

function xrgb(value: number): Colour {
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function rgb565(value: number): Colour {
  return [((value >> 11) * 255) / 31, (((value >> 5) & 63) * 255) / 63, ((value & 31) * 255) / 31];
}

/** What a phone would read off this screen, if anything; two decoders must agree. */
export function readQr(board: Board): string | null {
  const { framebuffer } = board;
  if (framebuffer === null) return null;
  const { width, height } = framebuffer;
  const rgba = scanOut(board.memory(), framebuffer);
  const found = (jsqr as unknown as typeof jsqr.default)(rgba, width, height)?.data ?? null;
  if (found === null || zbar(screenshot(board, "zbar.png")) !== found) return null;
  assertNoSecret("the QR code on the screen", found);
  return found;
}

function zbar(png: string): string | null {
  try {
    return execFileSync("zbarimg", ["--quiet", "--nodbus", "--raw", png], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

/** Writes what the screen shows as a PNG into the board's own directory; returns its path. */
export function screenshot(board: Board, name: string): string {
  const { framebuffer } = board;
  if (framebuffer === null) throw new TypeError("this board has no framebuffer");
  const png = new PNG({ width: framebuffer.width, height: framebuffer.height });
  png.data.set(scanOut(board.memory(), framebuffer));
  const path = join(board.root, name);
  writeFileSync(path, PNG.sync.write(png));
  return path;
}

/** Whether the visible area is black: the display has been given back. */
export function isBlank(board: Board): boolean {
  if (board.framebuffer === null) return true;
  return scanOut(board.memory(), board.framebuffer).every((value, index) => index % 4 === 3 || value === 0);
}
