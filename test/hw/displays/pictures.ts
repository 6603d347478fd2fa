import qrcode from "qrcode";
import type { Picture } from "../../../hw/picture/picture.ts";

export const WHITE = 0;
export const BLACK = 1;
export const RED = 2;
export const GREEN = 3;
export const BLUE = 4;
export const PALETTE = [0xffffff, 0x000000, 0xff0000, 0x00ff00, 0x0000ff];

/** As long as Frame.io's links are: a version 2 code. */
export const LINK = "HTTPS://NEXT.FRAME.IO/pair/123456";

/** Width and height of a strip of red, green and blue squares. */
export const STRIP = { square: 4, width: 12, height: 4 };

/**
 * A code as large as fits with whole pixels a module and two to four modules of quiet zone, and in the top left corner,
 * where that is free, a strip of colours.
 */
export function qrPicture(width: number, height: number, text = LINK): Picture {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: "M" });
  const pixels = new Uint8Array(width * height).fill(WHITE);
  const scale = Math.floor(Math.min(width, height) / (modules.size + 4));
  if (scale < 1) throw new RangeError(`no code fits on ${width}x${height}`);
  const left = (width - scale * modules.size) >> 1;
  const top = (height - scale * modules.size) >> 1;
  for (let y = 0; y < scale * modules.size; y++)
    for (let x = 0; x < scale * modules.size; x++)
      if (modules.get(Math.floor(y / scale), Math.floor(x / scale)))
        pixels[(top + y) * width + left + x] = BLACK;
  if (left - 2 * scale >= STRIP.width || top - 2 * scale >= STRIP.height)
    [RED, GREEN, BLUE].forEach((colour, index) => {
      for (let y = 0; y < STRIP.square; y++)
        pixels.fill(colour, y * width + index * STRIP.square, y * width + (index + 1) * STRIP.square);
    });
  return { width, height, pixels, palette: PALETTE };
}

/** The picture with some pixels changed, as a countdown changes it. */
export function withPatch(picture: Picture, x: number, y: number, width: number, height: number): Picture {
  const pixels = picture.pixels.slice();
  for (let row = y; row < y + height; row++)
    pixels.fill(BLUE, row * picture.width + x, row * picture.width + x + width);
  return { ...picture, pixels };
}

/** Every pixel another colour than its neighbours, so that no misplaced one goes unseen. */
export function noise(width: number, height: number, seed = 1): Picture {
  const pixels = new Uint8Array(width * height);
  let state = seed;
  for (let index = 0; index < pixels.length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    pixels[index] = (state >>> 16) % PALETTE.length;
  }
  return { width, height, pixels, palette: PALETTE };
}
