import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import type { Seen } from "./decode.ts";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });

/** Smaller pictures are enlarged for the decoders, as a camera's lens does. */
const LEAST = 240;

export interface Reading {
  readonly zbar: string | null;
  readonly zxing: string | null;
}

/** What two decoders that are not ours read in a picture. */
export async function readQr(seen: Seen): Promise<Reading> {
  const { width, height, rgb } = enlarged(seen);
  const rgba = new Uint8ClampedArray(4 * rgb.length);
  const ppm = Buffer.alloc(3 * rgb.length);
  for (let at = 0; at < rgb.length; at++) {
    const colour = rgb[at] as number;
    rgba[4 * at] = ppm[3 * at] = colour >> 16;
    rgba[4 * at + 1] = ppm[3 * at + 1] = (colour >> 8) & 0xff;
    rgba[4 * at + 2] = ppm[3 * at + 2] = colour & 0xff;
    rgba[4 * at + 3] = 255;
  }
  const [[zxing], zbar] = await Promise.all([
    readBarcodes({ data: rgba, width, height } as never, { formats: ["QRCode"], tryHarder: true }),
    zbarimg(Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), ppm])),
  ]);
  return { zbar, zxing: zxing?.text ?? null };
}

async function zbarimg(ppm: Buffer): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = execFile("zbarimg", ["-q", "--nodbus", "--raw", "ppm:-"], (error, stdout) => {
      // Exit status 4: no symbol found (zbarimg(1)).
      if (error !== null && error.code !== 4) reject(error);
      else resolve(stdout.trim() || null);
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(ppm);
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
