/** Small panels that the kernel drives, under the names, sizes and formats that its drivers give them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { paint } from "../../../daemon/screens/paint.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import type { PixelFormat } from "../../../hw/picture/picture.ts";
import { snapshotOf } from "../../daemon/screens/snapshots.ts";
import { Board, displayOptions, openPixels } from "./board.ts";
import { ideal, seenIn, upright } from "./decode.ts";
import { readQr } from "./readers.ts";

const LINK = "HTTPS://NEXT.FRAME.IO/pair/482913";
const fonts = loadFonts("en");
const screen = screenOf(snapshotOf("awaiting-user"), CATALOGUE.en);

interface KernelPanel {
  readonly name: string;
  readonly bus: "spi" | "i2c" | "platform";
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  /** Where the driver turns colours into black and white: which of them it lights. */
  readonly lights?: (colour: number) => boolean;
}

/** drm_fb_xrgb8888_to_mono: grey by (3 red + 6 green + blue) / 10, and then 128 and more. */
const lighterHalf = (colour: number) =>
  (3 * (colour >> 16) + 6 * ((colour >> 8) & 0xff) + (colour & 0xff)) / 10 >= 128;
/** fb_ssd1306, write_vmem: every pixel that is not 0. */
const notBlack = (colour: number) => colour !== 0;

const PANELS: readonly KernelPanel[] = [
  { name: "ssd130xdrmfb", bus: "i2c", width: 128, height: 64, format: "XRGB8888", lights: lighterHalf },
  { name: "fb_ssd1306", bus: "spi", width: 128, height: 64, format: "RGB565", lights: notBlack },
  { name: "fb_sh1106", bus: "spi", width: 128, height: 64, format: "RGB565", lights: notBlack },
  { name: "Solomon SSD1307", bus: "i2c", width: 128, height: 64, format: "MONO10" },
  { name: "sharp_memory_di", bus: "spi", width: 400, height: 240, format: "XRGB8888", lights: lighterHalf },
  { name: "fb_st7789v", bus: "spi", width: 240, height: 135, format: "RGB565" },
  { name: "fb_st7789v", bus: "spi", width: 240, height: 240, format: "RGB565" },
  { name: "panel-mipi-dbid", bus: "spi", width: 240, height: 240, format: "RGB565" },
  { name: "fb_ili9341", bus: "spi", width: 320, height: 240, format: "RGB565" },
  { name: "ili9341drmfb", bus: "spi", width: 320, height: 240, format: "RGB565" },
  { name: "fb_ili9486", bus: "spi", width: 480, height: 320, format: "RGB565" },
  { name: "ili9486drmfb", bus: "spi", width: 480, height: 320, format: "RGB565" },
  { name: "vc4drmfb", bus: "platform", width: 800, height: 480, format: "RGB565" },
  { name: "vc4drmfb", bus: "platform", width: 800, height: 480, format: "XRGB8888" },
];

const BITS: Partial<Record<PixelFormat, number>> = { MONO10: 1, RGB565: 16, XRGB8888: 32 };

for (const panel of PANELS) {
  const { name, bus, width, height, format, lights } = panel;
  test(`${name}, ${width}x${height} as ${format}: taken as what it is, and the code is read from its glass`, async (t) => {
    for (const rotate of [0, 90, 180, 270] as const) {
      const board = new Board(t);
      const memory = board.framebuffer({ name, bus, width, height, bitsPerPixel: BITS[format] ?? 0 });
      const display = await openPixels(displayOptions({ rotate }), board.host());
      const { capabilities } = display;
      assert.equal(capabilities.format, format);
      assert.equal(capabilities.refresh, bus === "platform" ? "fast" : "slow");
      assert.equal(capabilities.monochrome, lights !== undefined || format === "MONO10");

      const { picture, qr } = paint(screen, capabilities, fonts);
      await display.show(picture);
      const stride = capabilities.stride;
      const held = upright(seenIn(readFileSync(memory), { format, width, height, stride }), rotate);
      const glass =
        lights === undefined ? held : { ...held, rgb: held.rgb.map((c) => (lights(c) ? 0xffffff : 0)) };
      if (capabilities.monochrome) assert.deepEqual(glass, ideal(picture), "no shade that the glass lacks");
      if (qr !== null)
        assert.deepEqual(await readQr(glass), { zbar: LINK, zxing: LINK }, `turned by ${rotate}`);
      await display.close();
    }
  });
}

test("an OLED that the kernel drives is cared for: its picture wanders, and its light is turned down", async (t) => {
  for (const name of ["ssd130xdrmfb", "fb_ssd1306", "Solomon SSD1307"]) {
    const board = new Board(t);
    const bitsPerPixel = name === "Solomon SSD1307" ? 1 : 16;
    const memory = board.framebuffer({ name, bus: "i2c", width: 128, height: 64, bitsPerPixel });
    board.write("/sys/class/backlight/oled/max_brightness", "255\n");
    board.write("/sys/class/backlight/oled/brightness", "200\n");
    const light = () => Number(readFileSync(`${board.root}/sys/class/backlight/oled/brightness`, "utf8"));
    const display = await openPixels(displayOptions({}), board.host());
    await display.show(paint(screen, display.capabilities, fonts).picture);
    const first = readFileSync(memory);
    await board.clock.advance(60_000);
    await comesTrue(() => !readFileSync(memory).equals(first));
    assert.equal(light(), 200, `${name}: as the system had set it`);
    await board.clock.advance(300_000);
    await comesTrue(() => light() === 64);
    await display.show(paint({ ...screen, sentence: "" }, display.capabilities, fonts).picture);
    // Bright for what is new; a minute's step that is under way may be what writes it.
    await comesTrue(() => light() === 255);
    await display.close();
  }
});

/** Files are written beside the clock: what was started by it ends in real time. */
async function comesTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

test("an LCD keeps its picture where it is", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({
    name: "fb_ili9341",
    bus: "spi",
    width: 320,
    height: 240,
    bitsPerPixel: 16,
  });
  const display = await openPixels(displayOptions({}), board.host());
  await display.show(paint(screen, display.capabilities, fonts).picture);
  const first = readFileSync(memory);
  await board.clock.advance(600_000);
  assert.ok(readFileSync(memory).equals(first));
  await display.close();
});
