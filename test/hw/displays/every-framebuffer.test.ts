import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { PixelFormat } from "../../../hw/displays/display.ts";
import { Board, displayOptions, openPixels } from "./board.ts";
import { ideal, type Seen, seenIn, upright } from "./decode.ts";
import { LINK, qrPicture, STRIP } from "./pictures.ts";
import { readQr } from "./readers.ts";

const GEOMETRIES = [
  [128, 64],
  [240, 135],
  [240, 240],
  [320, 240],
  [480, 320],
  [800, 480],
  [1024, 600],
  [1280, 720],
  [1280, 800],
  [1366, 768],
  [1920, 1080],
  [3840, 2160],
] as const;

const FORMATS: readonly (readonly [PixelFormat, number])[] = [
  ["XRGB8888", 32],
  ["XBGR8888", 32],
  ["RGB888", 24],
  ["BGR888", 24],
  ["RGB565", 16],
  ["BGR565", 16],
  ["GRAY8", 8],
  ["MONO01", 1],
  ["MONO10", 1],
];

const ROTATIONS = [0, 90, 180, 270] as const;

const MANY_PIXELS = 1_500_000;

/** Colours of the strip where the format has no colours: luminance by ITU-R BT.709, and black or white. */
const STRIP_IN: Partial<Record<PixelFormat, readonly number[]>> = {
  GRAY8: [0x363636, 0xb6b6b6, 0x121212],
  MONO01: [0x000000, 0xffffff, 0x000000],
  MONO10: [0x000000, 0xffffff, 0x000000],
};

for (const [width, height] of GEOMETRIES)
  test(`a code on a framebuffer of ${width}x${height} is read from the device's bytes in every format and rotation`, async (t) => {
    /** Decoders are slow: what was seen before, to the last pixel, is not read again. */
    const read: Seen[] = [];
    for (const [format, bitsPerPixel] of FORMATS)
      for (const rotate of ROTATIONS) {
        // The picture is turned before its format matters: where it has millions of pixels, once is enough for that.
        if (width * height > MANY_PIXELS && rotate !== 0 && format !== "XRGB8888") continue;
        const board = new Board(t);
        // Rows padded as hardware pads them, and memory for a second picture below.
        const stride = Math.ceil((width * bitsPerPixel) / 8 / 64) * 64 + 64;
        const memory = board.framebuffer({ width, height, bitsPerPixel, stride, virtualHeight: height + 8 });
        const display = await openPixels(displayOptions({ rotate, pixel_format: format }), board.host());
        const picture = qrPicture(display.capabilities.width, display.capabilities.height);
        await display.show(picture);

        const bytes = readFileSync(memory);
        const seen = upright(seenIn(bytes, { format, width, height, stride }), rotate);
        const expected = ideal(picture);
        const strip = STRIP_IN[format];
        if (strip !== undefined) replaceStrip(expected, strip);
        assert.ok(same(seen, expected), `${format} turned by ${rotate}: every pixel in its place and colour`);
        assert.ok(
          bytes.subarray(stride * height).equals(Buffer.alloc(8 * stride, 0x5a)),
          `${format} turned by ${rotate}: nothing written below the picture`,
        );
        if (!read.some((one) => same(one, seen))) {
          assert.deepEqual(
            await readQr(seen),
            { jsqr: LINK, zxing: LINK, zbar: LINK },
            `${format} ${rotate}`,
          );
          read.push(seen);
        }
        board.dispose();
      }
  });

function same(one: Seen, other: Seen): boolean {
  return (
    one.width === other.width &&
    one.height === other.height &&
    Buffer.compare(Buffer.from(one.rgb.buffer), Buffer.from(other.rgb.buffer)) === 0
  );
}

function replaceStrip(seen: Seen, colours: readonly number[]): void {
  for (let y = 0; y < STRIP.height; y++)
    for (let x = 0; x < STRIP.width; x++) {
      const at = y * seen.width + x;
      const index = [0xff0000, 0x00ff00, 0x0000ff].indexOf(seen.rgb[at] as number);
      if (index >= 0) seen.rgb[at] = colours[index] as number;
    }
}
