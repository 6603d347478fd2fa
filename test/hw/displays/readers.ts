import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import jsqr from "jsqr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import type { Seen } from "./decode.ts";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });

// A CommonJS module whose default export is the module itself.
const decode = jsqr as unknown as typeof jsqr.default;

/** Smaller pictures are enlarged for the decoders, as a camera's lens does. */
const LEAST = 240;

export const READERS = ["zbar", "zxing", "jsqr"] as const;

export type Reading = Readonly<Record<(typeof READERS)[number], string | null>>;

/** What three decoders that are not ours read in a picture. */
export async function readQr(seen: Seen): Promise<Reading> {
  const { width, height, rgb } = enlarged(seen);
  const rgba = new Uint8ClampedArray(4 * rgb.length);
  rgb.forEach((colour, index) => {
    rgba.set([colour >> 16, (colour >> 8) & 0xff, colour & 0xff, 255], 4 * index);
  });
  const [zxing] = await readBarcodes({ data: rgba, width, height } as never, {
    formats: ["QRCode"],
    tryHarder: true,
  });
  return {
    jsqr: decode(rgba, width, height)?.data ?? null,
    zxing: zxing?.text ?? null,
    zbar: await zbar(width, height, rgba),
  };
}

async function zbar(width: number, height: number, rgba: Uint8ClampedArray): Promise<string | null> {
  const ppm = Buffer.alloc((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3)
    ppm.set(rgba.subarray(from, from + 3), to);
  return new Promise((resolve, reject) => {
    const child = execFile("zbarimg", ["-q", "--nodbus", "--raw", "ppm:-"], (error, stdout) => {
      // Exit status 4: no symbol found (zbarimg(1)).
      if (error !== null && error.code !== 4) reject(error);
      else resolve(stdout.trim() || null);
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), ppm]));
  });
}

function enlarged({ width, height, rgb }: Seen): Seen {
  const factor = Math.ceil(LEAST / Math.min(width, height));
  if (factor <= 1) return { width, height, rgb };
  const large = new Uint32Array(rgb.length * factor * factor);
  for (let y = 0; y < height * factor; y++)
    for (let x = 0; x < width * factor; x++)
      large[y * width * factor + x] = rgb[Math.floor(y / factor) * width + Math.floor(x / factor)] as number;
  return { width: width * factor, height: height * factor, rgb: large };
}
