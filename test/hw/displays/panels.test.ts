import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { PixelDisplay } from "../../../hw/displays/contract/display.ts";
import { ili9341 } from "../../../hw/displays/drivers/ili9341.ts";
import { sh1106 } from "../../../hw/displays/drivers/sh1106.ts";
import { ssd1306 } from "../../../hw/displays/drivers/ssd1306.ts";
import { st7789 } from "../../../hw/displays/drivers/st7789.ts";
import { DcsSurface } from "../../../hw/displays/parts/dcs.ts";
import { openOled } from "../../../hw/displays/parts/oled.ts";
import { displayOn } from "../../../hw/displays/parts/surface.ts";
import type { Picture, Rotation } from "../../../hw/picture/picture.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { displayOptions, Transcript } from "./board.ts";
import { ideal, type Seen, upright } from "./decode.ts";
import { LcdGlass, OledGlass } from "./glass.ts";
import { LINK, noise, qrPicture, withPatch } from "./pictures.ts";
import { readQr } from "./readers.ts";

const ROTATIONS = [0, 90, 180, 270] as const;

const SSD1306_INIT = [
  "reset",
  "> ae",
  "> d5 80",
  "> a8 3f",
  "> d3 00",
  "> 40",
  "> 8d 14",
  "> 20 00",
  "> a1",
  "> c8",
  "> da 12",
  "> d9 f1",
  "> db 30",
  "> a4",
  "> a6",
  "> 2e",
  "> 81 ff",
];

const SH1106_INIT = [
  "reset",
  "> ae",
  "> d5 50",
  "> a8 3f",
  "> d3 00",
  "> 40",
  "> ad 8b",
  "> 32",
  "> a1",
  "> c8",
  "> da 12",
  "> d9 22",
  "> db 35",
  "> a4",
  "> a6",
  "> 81 ff",
];

const ST7789_INIT = ["reset", "> 01", "> 11", "> 3a 55", "> 36 00", "> 21", "> 13"];

const ILI9341_INIT = [
  "reset",
  "> 01",
  "> 11",
  "> c0 23",
  "> c1 10",
  "> c5 3e 28",
  "> c7 86",
  "> 3a 55",
  "> 36 48",
  "> b1 00 1b",
  "> 26 01",
  "> 20",
  "> 13",
];

function oled(kind: "ssd1306" | "sh1106", width = 128, height = 64, rotate: Rotation = 0, brightness = 100) {
  const clock = new ManualClock();
  const glass = new OledGlass(kind === "ssd1306" ? 128 : 132);
  const controller = kind === "ssd1306" ? ssd1306(width, height) : sh1106();
  const host = { root: "", clock, stdout: new Transcript(), utf8: true, urgent: () => null };
  const { display } = openOled(glass, controller, displayOptions({ rotate, brightness }), host);
  return { glass, clock, display: display as PixelDisplay };
}

function lcd(controller: ReturnType<typeof st7789>, rotate: Rotation = 0) {
  const clock = new ManualClock();
  const glass = new LcdGlass();
  const surface = new DcsSurface(glass, controller, "/dev/spidev0.0", clock);
  return { glass, clock, display: displayOn(surface, { rotate, invert: false }) };
}

/** Shows a picture while the panel's settling times pass. */
async function show(display: PixelDisplay, clock: ManualClock, picture: Picture): Promise<void> {
  let done = false;
  const showing = display.show(picture).finally(() => {
    done = true;
  });
  while (!done) await clock.advance(20);
  await showing;
}

const blank = (width: number, height: number, colour = 0x000000): Picture => ({
  width,
  height,
  pixels: new Uint8Array(width * height),
  palette: [colour],
});

/** One lit pixel. */
function dot(width: number, height: number, x: number, y: number): Picture {
  const pixels = new Uint8Array(width * height);
  pixels[y * width + x] = 1;
  return { width, height, pixels, palette: [0x000000, 0xffffff] };
}

test("SSD1306: the bytes of a first picture, of one that differs in a pixel, and of the end", async () => {
  const { glass, clock, display } = oled("ssd1306");
  await show(display, clock, blank(128, 64));
  assert.deepEqual(glass.take(), [...SSD1306_INIT, "> 21 00 7f", "> 22 00 07", "data 1024 bytes", "> af"]);
  await show(display, clock, dot(128, 64, 18, 21));
  assert.deepEqual(glass.take(), ["> 21 10 17", "> 22 02 02", "data 00 00 20 00 00 00 00 00"]);
  await show(display, clock, dot(128, 64, 18, 21));
  assert.deepEqual(glass.take(), []);
  await display.clear();
  assert.deepEqual(glass.take(), ["> ae"]);
  await show(display, clock, blank(128, 64));
  assert.deepEqual(glass.take().slice(0, 2), ["reset", "> ae"], "after clear all of it anew");
  await display.close();
  assert.ok(glass.closed);
});

test("SSD1306: each panel's own rows, wiring and first column", async () => {
  for (const [width, height, mux, pins, columns] of [
    [128, 32, "> a8 1f", "> da 02", "> 21 00 7f"],
    [96, 16, "> a8 0f", "> da 02", "> 21 00 5f"],
    [72, 40, "> a8 27", "> da 12", "> 21 1c 63"],
    [64, 48, "> a8 2f", "> da 12", "> 21 20 5f"],
  ] as const) {
    const { glass, clock, display } = oled("ssd1306", width, height);
    await show(display, clock, blank(width, height));
    const log = glass.take();
    for (const line of [mux, pins, columns]) assert.ok(log.includes(line), `${width}x${height}: ${line}`);
  }
  assert.throws(() => ssd1306(100, 50), /There is no SSD1306 panel of 100x50 pixels: .* 128x64, 128x32/);
});

test("SH1106: each page is addressed anew, two columns in", async () => {
  const { glass, clock, display } = oled("sh1106");
  await show(display, clock, blank(128, 64));
  const pages = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((page) => [`> b${page} 02 10`, "data 128 bytes"]);
  assert.deepEqual(glass.take(), [...SH1106_INIT, ...pages, "> af"]);
  await show(display, clock, dot(128, 64, 18, 21));
  assert.deepEqual(glass.take(), ["> b2 02 11", "data 00 00 20 00 00 00 00 00"]);
});

test("ST7789: the bytes of a first picture, of one that differs in a pixel, and of the end", async () => {
  const { glass, clock, display } = lcd(st7789(240, 240, "auto"));
  await show(display, clock, blank(240, 240, 0xff0000));
  assert.deepEqual(glass.take(), [
    ...ST7789_INIT,
    "> 2a 00 00 00 ef",
    "> 2b 00 00 00 ef",
    "> 2c",
    "data 32640 bytes",
    "data 32640 bytes",
    "data 32640 bytes",
    "data 17280 bytes",
    "> 29",
  ]);
  const pixels = new Uint8Array(240 * 240);
  pixels[100 * 240 + 9] = 1;
  await show(display, clock, { width: 240, height: 240, pixels, palette: [0xff0000, 0x0000ff] });
  assert.deepEqual(glass.take(), [
    "> 2a 00 08 00 0f",
    "> 2b 00 64 00 64",
    "> 2c",
    "data f8 00 00 1f f8 00 f8 00 f8 00 f8 00 f8 00 f8 00",
  ]);
  await display.clear();
  assert.deepEqual(glass.take(), ["> 28", "> 10"]);
  assert.ok(glass.asleep);
});

test("ST7789: smaller panels begin where their glass does", async () => {
  for (const [width, height, columns, rows] of [
    [135, 240, "> 2a 00 34 00 ba", "> 2b 00 28 01 17"],
    [170, 320, "> 2a 00 23 00 cc", "> 2b 00 00 01 3f"],
    [172, 320, "> 2a 00 22 00 cd", "> 2b 00 00 01 3f"],
    [240, 320, "> 2a 00 00 00 ef", "> 2b 00 00 01 3f"],
  ] as const) {
    const { glass, clock, display } = lcd(st7789(width, height, "auto"));
    await show(display, clock, blank(width, height));
    const log = glass.take();
    assert.ok(log.includes(columns) && log.includes(rows), `${width}x${height}`);
  }
  assert.throws(() => st7789(320, 240, "auto"), /240x320 pixels at most/);
  assert.throws(
    () => st7789(240, 135, "auto"),
    /before rotation, e.g. 135 and 240, and display.rotate to 90/,
  );
});

test("ILI9341: the bytes of a first picture", async () => {
  const { glass, clock, display } = lcd(ili9341("auto"));
  await show(display, clock, blank(240, 320));
  const log = glass.take();
  assert.deepEqual(log.slice(0, ILI9341_INIT.length + 3), [
    ...ILI9341_INIT,
    "> 2a 00 00 00 ef",
    "> 2b 00 00 01 3f",
    "> 2c",
  ]);
  assert.equal(log.at(-1), "> 29");
});

test("BGR565 exchanges red and blue in the controller", () => {
  assert.deepEqual(st7789(240, 240, "BGR565").init[1], [0x36, 0x08]);
  assert.deepEqual(
    ili9341("BGR565").init.find(([code]) => code === 0x36),
    [0x36, 0x40],
  );
});

test("nothing is sent before a reset has settled, and nothing is seen before the first picture is there", async () => {
  const { glass, clock, display } = lcd(st7789(240, 240, "auto"));
  const showing = display.show(blank(240, 240));
  while (clock.pending === 0) await setImmediate();
  await clock.advance(119);
  assert.deepEqual(glass.take(), ["reset", "> 01"]);
  await clock.advance(1);
  assert.deepEqual(glass.take(), ["> 11"]);
  assert.equal(glass.on, false);
  await clock.advance(120);
  await showing;
  assert.equal(glass.on, true);
});

for (const [name, make, size, colours] of [
  ["ssd1306", (rotate: Rotation) => oled("ssd1306", 128, 64, rotate), [128, 64, 0, 0], false],
  ["sh1106", (rotate: Rotation) => oled("sh1106", 128, 64, rotate), [128, 64, 2, 0], false],
  ["st7789 240x240", (rotate: Rotation) => lcd(st7789(240, 240, "auto"), rotate), [240, 240, 0, 0], true],
  ["st7789 135x240", (rotate: Rotation) => lcd(st7789(135, 240, "auto"), rotate), [135, 240, 52, 40], true],
  ["ili9341", (rotate: Rotation) => lcd(ili9341("auto"), rotate), [240, 320, 0, 0], true],
] as const)
  for (const rotate of ROTATIONS)
    test(`${name} turned by ${rotate}: a code is read from the panel's memory`, async () => {
      const { glass, clock, display } = make(rotate);
      const [width, height, column, row] = size;
      const picture = qrPicture(display.capabilities.width, display.capabilities.height);
      // Over another picture, so that what is not rewritten shows.
      await show(display, clock, noise(picture.width, picture.height));
      await show(display, clock, withPatch(picture, 0, 0, 1, 1));
      await show(display, clock, picture);
      const seen = upright(glass.seen(width, height, column, row), rotate);
      if (colours) assert.deepEqual(seen, ideal(picture), "the colours of the strip too");
      else assert.deepEqual(seen, blackAndWhite(ideal(picture)));
      assert.deepEqual(await readQr(seen), { zbar: LINK, zxing: LINK });
    });

/** Green alone is lighter than a half grey. */
function blackAndWhite({ width, height, rgb }: Seen): Seen {
  return {
    width,
    height,
    rgb: rgb.map((colour) => (colour === 0xffffff || colour === 0x00ff00 ? 0xffffff : 0)),
  };
}

test("a picture wanders a pixel a minute round a square, and the code stays readable", async () => {
  const { glass, clock, display } = oled("ssd1306");
  const picture = qrPicture(128, 64);
  const shifts: [number, number][] = [];
  for (let minute = 0; minute < 5; minute++) {
    await show(display, clock, picture);
    const seen = glass.seen(128, 64, 0);
    const found = [-1, 0, 1]
      .flatMap((x) => [-1, 0, 1].map((y) => [x, y] as [number, number]))
      .filter(([x, y]) => isShifted(seen, blackAndWhite(ideal(picture)), x, y));
    assert.equal(found.length, 1);
    shifts.push(found[0] as [number, number]);
    assert.equal((await readQr(seen)).zbar, LINK);
    await clock.advance(60_000);
  }
  assert.deepEqual(shifts, [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ]);
});

test("what changes while the picture is moved lands on the moved place", async () => {
  const { glass, clock, display } = oled("ssd1306");
  const picture = qrPicture(128, 64);
  await show(display, clock, picture);
  for (const minutes of [1, 2, 3]) {
    await clock.advance(60_000);
    await show(display, clock, picture);
    const patched = withPatch(picture, 40 + minutes, 30, 9, 11);
    await show(display, clock, patched);
    const moved = glass.seen(128, 64, 0);
    await display.clear();
    await show(display, clock, patched);
    assert.deepEqual(moved, glass.seen(128, 64, 0));
    await show(display, clock, picture);
  }
});

function isShifted(seen: Seen, expected: Seen, dx: number, dy: number): boolean {
  const { width, height } = seen;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++)
      if (seen.rgb[y * width + x] !== expected.rgb[(y - dy) * width + x - dx]) return false;
  return true;
}

test("contrast is brightness, kept over clear", async () => {
  const { glass, clock, display } = oled("ssd1306", 128, 64, 0, 50);
  await show(display, clock, blank(128, 64));
  assert.equal(glass.contrast, 128);
  await display.setBrightness?.(10);
  assert.equal(glass.contrast, 26);
  await display.clear();
  await show(display, clock, blank(128, 64));
  assert.equal(glass.contrast, 26);
});

test("a panel that stopped answering is set up anew when it answers again", async () => {
  const { glass, clock, display } = oled("ssd1306");
  await show(display, clock, blank(128, 64));
  glass.broken = true;
  await assert.rejects(display.show(dot(128, 64, 1, 1)), {
    name: "DisplayError",
    message: "/dev/i2c-1 does not answer (EREMOTEIO): check the cable and the power of the display.",
  });
  glass.broken = false;
  glass.take();
  await show(display, clock, dot(128, 64, 1, 1));
  assert.deepEqual(glass.take().slice(0, SSD1306_INIT.length), SSD1306_INIT);
});
