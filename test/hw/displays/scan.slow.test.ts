/**
 * The screen that the crew meets, read by decoders that we did not write from the bytes that the device would hold:
 * every driver, pixel format, geometry and rotation; and as a phone's camera sees it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import sharp from "sharp";
import type { Panel } from "../../../daemon/screens/layout.ts";
import { type Painted, paint } from "../../../daemon/screens/paint.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import type { PixelDisplay } from "../../../hw/displays/contract/display.ts";
import type { DisplayOptions } from "../../../hw/displays/contract/options.ts";
import { ili9341 } from "../../../hw/displays/drivers/ili9341.ts";
import { sh1106 } from "../../../hw/displays/drivers/sh1106.ts";
import { ssd1306 } from "../../../hw/displays/drivers/ssd1306.ts";
import { st7789 } from "../../../hw/displays/drivers/st7789.ts";
import { DcsSurface } from "../../../hw/displays/parts/dcs.ts";
import { openOled } from "../../../hw/displays/parts/oled.ts";
import { displayOn } from "../../../hw/displays/parts/surface.ts";
import { BITS_PER_PIXEL } from "../../../hw/picture/formats.ts";
import type { PixelFormat } from "../../../hw/picture/picture.ts";
import { snapshotOf } from "../../daemon/screens/snapshots.ts";
import { Board, displayOptions, openPixels } from "./board.ts";
import { ideal, type Seen, seenIn, upright } from "./decode.ts";
import { LcdGlass, OledGlass } from "./glass.ts";
import { readQr } from "./readers.ts";

const LINK = "HTTPS://NEXT.FRAME.IO/pair/482913";
const screen = screenOf(snapshotOf("awaiting-user"), CATALOGUE.en);
const fonts = loadFonts("en");

const ROTATIONS = [0, 90, 180, 270] as const;

/** Those that can be chosen: a palette is set by an ioctl, and a file takes none. */
const FORMATS: Readonly<Record<Exclude<PixelFormat, "C8">, number>> = {
  XRGB8888: 32,
  XBGR8888: 32,
  RGB888: 24,
  BGR888: 24,
  RGB565: 16,
  BGR565: 16,
  GRAY8: 8,
  MONO01: 1,
  MONO10: 1,
};

/** Pixels a module upright and turned by a quarter, on colours and on one bit; null where digits stand alone. */
const MODULES: Readonly<Record<string, readonly (number | null)[]>> = {
  "128x64": [2, 2, 2, 2],
  "240x135": [4, 4, 4, 4],
  "240x240": [6, 6, 6, 6],
  "320x240": [6, 6, 6, 6],
  "480x320": [7, 8, 7, 8],
  "800x480": [12, 12, 12, 12],
  "1024x600": [15, 16, 15, 16],
  "1280x720": [19, 19, 19, 19],
  "1280x800": [19, 21, 19, 21],
  "1366x768": [20, 20, 20, 20],
  "1920x1080": [28, 28, 28, 28],
  "3840x2160": [57, 57, 57, 57],
};

for (const [geometry, modules] of Object.entries(MODULES)) {
  const [width = 0, height = 0] = geometry.split("x").map(Number);
  test(`${geometry}: the code is read from the bytes of every driver, in every format and rotation`, async (t) => {
    const readings = new Readings();
    for (const rotate of ROTATIONS) {
      for (const [format, bitsPerPixel] of Object.entries(FORMATS) as [PixelFormat, number][]) {
        const what = `framebuffer, ${format}, turned by ${rotate}`;
        const board = new Board(t);
        // Rows padded as hardware pads them, and memory for more rows below.
        const stride = Math.ceil((width * bitsPerPixel) / 8 / 64) * 64 + 64;
        const memory = board.framebuffer({ width, height, bitsPerPixel, stride, virtualHeight: height + 8 });
        const display = await openPixels(displayOptions({ rotate, pixel_format: format }), board.host());
        const painted = painting(display.capabilities);
        await display.show(painted.picture);
        const bytes = readFileSync(memory);
        board.dispose();
        const seen = upright(seenIn(bytes, { format, width, height, stride }), rotate);
        assert.ok(
          isLike(seen, ideal(painted.picture), format),
          `${what}: every pixel in its place and colour`,
        );
        assert.ok(
          bytes.subarray(stride * height).equals(Buffer.alloc(8 * stride, 0x5a)),
          `${what}: nothing is written below the picture`,
        );
        await readings.take(seen, painted, format, what);
      }
      const board = new Board(t);
      const file = board.write("/run/c2cd/screen.png", "");
      const options = { driver: "png", device: "/run/c2cd/screen.png", width, height, rotate } as const;
      const display = await openPixels(displayOptions(options), board.host());
      const painted = painting(display.capabilities);
      await display.show(painted.picture);
      const seen = upright(await decoded(readFileSync(file)), rotate);
      board.dispose();
      await readings.take(seen, painted, "RGB888", `png, turned by ${rotate}`);
    }
    const sizes = [true, false].flatMap((colours) =>
      [
        [width, height],
        [height, width],
      ].map(([w = 0, h = 0]) => painting({ width: w, height: h, monochrome: !colours }).qr?.module ?? null),
    );
    assert.deepEqual(sizes, modules);
    if (Math.min(width, height) >= 240) await readings.photograph();
    t.diagnostic(`${geometry.padEnd(9)} ${sizes.map(inWords).join(", ")}; ${readings}`);
  });
}

const lcd =
  (glass: LcdGlass, controller: ReturnType<typeof st7789>) =>
  (changes: Partial<DisplayOptions>, board: Board): PixelDisplay =>
    displayOn(new DcsSurface(glass, controller, "/dev/spidev0.0", board.clock), displayOptions(changes));

const oled =
  (glass: OledGlass, controller: ReturnType<typeof ssd1306>) =>
  (changes: Partial<DisplayOptions>, board: Board): PixelDisplay =>
    openOled(glass, controller, displayOptions(changes), board.host()).display as PixelDisplay;

const PANELS = [
  ...[[128, 64] as const, [128, 32] as const].map(([width, height]) => {
    const glass = new OledGlass(128);
    return {
      name: `ssd1306 ${width}x${height}`,
      make: oled(glass, ssd1306(width, height)),
      format: "MONO10" as const,
      seen: () => glass.seen(width, height, 0),
    };
  }),
  ...[new OledGlass(132)].map((glass) => ({
    name: "sh1106 128x64",
    make: oled(glass, sh1106()),
    format: "MONO10" as const,
    seen: () => glass.seen(128, 64, 2),
  })),
  ...(
    [
      [135, 240, 52, 40],
      [170, 320, 35, 0],
      [240, 240, 0, 0],
      [240, 320, 0, 0],
    ] as const
  ).map(([width, height, column, row]) => {
    const glass = new LcdGlass();
    return {
      name: `st7789 ${width}x${height}`,
      make: lcd(glass, st7789(width, height, "auto")),
      format: "RGB565" as const,
      seen: () => glass.seen(width, height, column, row),
    };
  }),
  ...[new LcdGlass()].map((glass) => ({
    name: "ili9341 240x320",
    make: lcd(glass, ili9341("auto")),
    format: "RGB565" as const,
    seen: () => glass.seen(240, 320, 0, 0),
  })),
];

for (const { name, make, format, seen } of PANELS)
  test(`${name}: the code is read from the panel's memory in every rotation`, async (t) => {
    const readings = new Readings();
    const sizes: (number | null)[] = [];
    for (const rotate of ROTATIONS) {
      const board = new Board(t);
      const display = make({ rotate }, board);
      const painted = painting(display.capabilities);
      const showing = display.show(painted.picture);
      for (let waits = 0; waits < 5; waits++) await board.clock.advance(200);
      await showing;
      await readings.take(upright(seen(), rotate), painted, format, `turned by ${rotate}`);
      sizes.push(painted.qr?.module ?? null);
    }
    t.diagnostic(`${name.padEnd(15)} ${sizes.slice(0, 2).map(inWords).join(", ")}; ${readings}`);
  });

/** Pictures that were read. Decoders are slow: one that was seen before, to the last pixel, is not read again. */
class Readings {
  readonly #read: (Seen & { readonly bits: number })[] = [];
  #pictures = 0;
  #photographs = 0;

  async take(seen: Seen, { picture, qr }: Painted, format: PixelFormat, what: string): Promise<void> {
    // 24 bits hold what 32 do.
    const bits = Math.min(24, BITS_PER_PIXEL[format]);
    const known = this.#read.some((one) => one.bits === bits && isSame(one, seen));
    if (!known)
      assert.ok(isLike(seen, ideal(picture), format), `${what}: every pixel in its place and colour`);
    if (qr === null) return;
    this.#pictures++;
    if (known) return;
    assert.deepEqual(await readQr(seen), { zbar: LINK, zxing: LINK }, what);
    this.#read.push({ ...seen, bits });
  }

  async photograph(): Promise<void> {
    for (const seen of this.#read) {
      const { width, height } = seen;
      assert.deepEqual(
        await readQr(await photographed(seen)),
        { zbar: LINK, zxing: LINK },
        `a photograph of ${width}x${height}`,
      );
      this.#photographs++;
    }
  }

  toString(): string {
    const photographs = this.#photographs === 0 ? "" : `, ${this.#photographs} photographs`;
    return `${this.#pictures} pictures, ${this.#read.length} of them different${photographs}: read by zbar and ZXing`;
  }
}

/** A phone's view of a screen: out of focus, held at 15 degrees, at 60 % of the light, compressed. */
async function photographed({ width, height, rgb }: Seen): Promise<Seen> {
  const pixels = Buffer.alloc(3 * rgb.length);
  for (let at = 0; at < rgb.length; at++) {
    const colour = rgb[at] as number;
    pixels[3 * at] = colour >> 16;
    pixels[3 * at + 1] = colour >> 8;
    pixels[3 * at + 2] = colour;
  }
  const view = sharp(pixels, { raw: { width, height, channels: 3 } }).resize({
    width: 1600,
    height: 1600,
    fit: "inside",
    withoutEnlargement: true,
  });
  const { data, info } = await view.raw().toBuffer({ resolveWithObject: true });
  const jpeg = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .rotate(15, { background: "#303030" })
    .blur(Math.max(0.8, Math.min(width, 1600) / 700))
    .linear(0.6, 0)
    .jpeg({ quality: 40 })
    .toBuffer();
  return decoded(jpeg);
}

async function decoded(file: Buffer): Promise<Seen> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rgb = new Uint32Array(info.width * info.height);
  for (let at = 0; at < rgb.length; at++)
    rgb[at] = ((data[3 * at] ?? 0) << 16) | ((data[3 * at + 1] ?? 0) << 8) | (data[3 * at + 2] ?? 0);
  return { width: info.width, height: info.height, rgb };
}

const painted = new Map<string, Painted>();

function painting({ width, height, monochrome }: Panel): Painted {
  const key = `${width}x${height} ${monochrome}`;
  const known = painted.get(key) ?? paint(screen, { width, height, monochrome }, fonts);
  painted.set(key, known);
  return known;
}

function isSame(one: Seen, other: Seen): boolean {
  return one.width === other.width && Buffer.from(one.rgb.buffer).equals(Buffer.from(other.rgb.buffer));
}

/** How far a channel may be off: what the format has no bits for. */
function isLike(seen: Seen, expected: Seen, format: PixelFormat): boolean {
  if (seen.width !== expected.width || seen.height !== expected.height) return false;
  const most = format === "RGB565" || format === "BGR565" ? 8 : format === "GRAY8" ? 1 : 0;
  for (let at = 0; at < seen.rgb.length; at++) {
    const one = seen.rgb[at] as number;
    const other = format === "GRAY8" ? grey(expected.rgb[at] as number) : (expected.rgb[at] as number);
    if (one === other) continue;
    for (const shift of [0, 8, 16])
      if (Math.abs(((one >> shift) & 0xff) - ((other >> shift) & 0xff)) > most) return false;
  }
  return true;
}

/** Luminance by ITU-R BT.709. */
function grey(colour: number): number {
  const value = 0.2126 * (colour >> 16) + 0.7152 * ((colour >> 8) & 0xff) + 0.0722 * (colour & 0xff);
  return Math.round(value) * 0x010101;
}

function inWords(module: number | null): string {
  return module === null ? "digits" : `${module} px`;
}
