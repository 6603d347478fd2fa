import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import jsqr from "jsqr";
import sharp, { type Sharp } from "sharp";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import type { Picture } from "../../../hw/picture/picture.ts";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer as ArrayBuffer } });

/** The package is CommonJS, and typed as if it were not. */
const scan = jsqr as unknown as typeof jsqr.default;

/** Pixels as image libraries want them: four bytes each, R, G, B, A. */
export interface Raster {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export function rasterOf({ width, height, pixels, palette }: Picture): Raster {
  const data = new Uint8ClampedArray(width * height * 4);
  pixels.forEach((index, at) => {
    const color = palette[index] ?? 0;
    data[at * 4] = color >> 16;
    data[at * 4 + 1] = (color >> 8) & 0xff;
    data[at * 4 + 2] = color & 0xff;
    data[at * 4 + 3] = 0xff;
  });
  return { data, width, height };
}

export function image({ data, width, height }: Raster): Sharp {
  return sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } });
}

/** Readers that the project did not write: what each finds in the picture, null for nothing. */
export const READERS: Readonly<Record<string, (raster: Raster) => Promise<string | null>>> = {
  jsqr: async ({ data, width, height }) => scan(data, width, height)?.data ?? null,
  async zxing({ data, width, height }) {
    const image = { data, width, height, colorSpace: "srgb" } as Parameters<typeof readBarcodes>[0];
    const [first] = await readBarcodes(image, { formats: ["QRCode"], tryInvert: false });
    return first?.text ?? null;
  },
  async zbar(raster) {
    const png = image(raster).png({ compressionLevel: 1 }).toBuffer();
    const running = promisify(execFile)("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-"]);
    running.child.stdin?.end(await png);
    try {
      return (await running).stdout.trim();
    } catch {
      return null;
    }
  },
};
