import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DisplayChanged, DisplayError } from "../../../hw/linux/errors.ts";
import type { Picture } from "../../../hw/picture/picture.ts";
import { Board, displayOptions, type FakeFramebuffer, openPixels } from "./board.ts";
import { ideal, seenIn } from "./decode.ts";
import { noise, qrPicture, withPatch } from "./pictures.ts";

const SMALL: FakeFramebuffer = { width: 64, height: 32, bitsPerPixel: 32 };

test("red, green and blue come out in the order of each format, byte by byte", async (t) => {
  const strips = {
    XRGB8888: [0, 0, 255, 255, 0, 255, 0, 255, 255, 0, 0, 255],
    XBGR8888: [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255],
    RGB888: [0, 0, 255, 0, 255, 0, 255, 0, 0],
    BGR888: [255, 0, 0, 0, 255, 0, 0, 0, 255],
    RGB565: [0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00],
    BGR565: [0x1f, 0x00, 0xe0, 0x07, 0x00, 0xf8],
    GRAY8: [54, 182, 18],
  } as const;
  for (const [format, expected] of Object.entries(strips)) {
    const board = new Board(t);
    const memory = board.framebuffer({ width: 3, height: 1, bitsPerPixel: (expected.length / 3) * 8 });
    const display = await openPixels(
      displayOptions({ pixel_format: format as keyof typeof strips }),
      board.host(),
    );
    await display.show({
      width: 3,
      height: 1,
      pixels: Uint8Array.of(0, 1, 2),
      palette: [0xff0000, 0x00ff00, 0x0000ff],
    });
    assert.deepEqual([...readFileSync(memory)], expected, format);
  }
});

test("a picture that is being written stands back while something more urgent is under way", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({ width: 800, height: 480, bitsPerPixel: 32 });
  const untouched = readFileSync(memory);
  let over = () => {};
  let urgent: Promise<void> | null = new Promise((resolve) => {
    over = resolve;
  });
  const display = await openPixels(displayOptions({}), { ...board.host(), urgent: () => urgent });
  const picture = noise(800, 480);
  const showing = display.show(picture);
  for (let turn = 0; turn < 50; turn++) assert.ok((await readFile(memory)).equals(untouched));
  urgent = null;
  over();
  await showing;
  assert.ok(!readFileSync(memory).equals(untouched));
});

test("the depth chooses the format where nothing else tells", async (t) => {
  const formats = { 32: "XRGB8888", 24: "RGB888", 16: "RGB565", 8: "GRAY8", 1: "MONO10" };
  for (const [bitsPerPixel, format] of Object.entries(formats)) {
    const board = new Board(t);
    board.framebuffer({ ...SMALL, bitsPerPixel: Number(bitsPerPixel) });
    const { capabilities } = await openPixels(displayOptions({}), board.host());
    assert.equal(capabilities.format, format);
    assert.equal(capabilities.monochrome, bitsPerPixel === "1");
  }
});

test("a simple-framebuffer's format is in the device tree, in either place", async (t) => {
  const cases = [
    ["/proc/device-tree", "a8b8g8r8\0", 32, "XBGR8888"],
    ["/proc/device-tree", "a8r8g8b8\0", 32, "XRGB8888"],
    ["/proc/device-tree", "b8g8r8\0", 24, "BGR888"],
    ["/sys/firmware/devicetree/base", "r5g6b5\0", 16, "RGB565"],
  ] as const;
  for (const [tree, named, bitsPerPixel, format] of cases) {
    const board = new Board(t);
    board.framebuffer({ ...SMALL, bitsPerPixel, name: "simple" });
    board.write(`${tree}/chosen/framebuffer@3c100000/format`, named);
    assert.equal((await openPixels(displayOptions({}), board.host())).capabilities.format, format);
  }
});

test("a disabled node and another driver's name don't count for the format", async (t) => {
  const board = new Board(t);
  board.framebuffer({ ...SMALL, name: "simple" });
  board.write("/proc/device-tree/chosen/framebuffer@1000/format", "a8b8g8r8\0");
  board.write("/proc/device-tree/chosen/framebuffer@1000/status", "disabled\0");
  assert.equal((await openPixels(displayOptions({}), board.host())).capabilities.format, "XRGB8888");

  const other = new Board(t);
  other.framebuffer({ ...SMALL, name: "vc4drmfb" });
  other.write("/proc/device-tree/chosen/framebuffer@1000/format", "a8b8g8r8\0");
  assert.equal((await openPixels(displayOptions({}), other.host())).capabilities.format, "XRGB8888");
});

test("a depth that no driver here writes is an error that does not ask for a format of that depth", async (t) => {
  const board = new Board(t);
  board.framebuffer({ ...SMALL, bitsPerPixel: 18 });
  await assert.rejects(openPixels(displayOptions({ driver: "framebuffer" }), board.host()), {
    name: "DisplayError",
    message: "/dev/fb0 has 18 bits a pixel, which c2cd can't write: start Linux with 16 or 32.",
  });
});

test("a format that is not known is an error that says what to set", async (t) => {
  const board = new Board(t);
  board.framebuffer({ ...SMALL, bitsPerPixel: 16, name: "simple" });
  board.write("/proc/device-tree/chosen/framebuffer@1000/format", "x1r5g5b5\0");
  await assert.rejects(openPixels(displayOptions({ driver: "framebuffer" }), board.host()), {
    name: "DisplayError",
    message:
      "/dev/fb0 has 16 bits a pixel, in a format that is not known: set display.pixel_format to one of that size.",
  });
  await assert.rejects(
    openPixels(displayOptions({ driver: "framebuffer", pixel_format: "XRGB8888" }), board.host()),
    /16 bits a pixel/,
  );
});

test("8 bits that are the number of a colour are refused where no palette can be set, since nobody could see the picture", async (t) => {
  const palettes = [
    { name: "VESA VGA", drm: false },
    { name: "bochs-drmdrmfb", drm: true },
  ];
  for (const { name, drm } of palettes) {
    const board = new Board(t);
    board.framebuffer({ ...SMALL, bitsPerPixel: 8, name });
    if (drm) board.write("/sys/class/graphics/fb0/device/drm/card0/dev", "226:0\n");
    await assert.rejects(openPixels(displayOptions({ driver: "framebuffer" }), board.host()), {
      name: "DisplayError",
      message:
        '/dev/fb0 has a palette that can\'t be set: start Linux with 16 or 32 bits a pixel, or set display.pixel_format to "GRAY8" if it is grey.',
    });
    const grey = await openPixels(displayOptions({ pixel_format: "GRAY8" }), board.host());
    assert.equal(grey.capabilities.format, "GRAY8");
  }
});

test("only the visible part is written: padding, the second page, and pixels at the side stay", async (t) => {
  const board = new Board(t);
  const fb = { width: 60, height: 20, bitsPerPixel: 16, virtualWidth: 80, virtualHeight: 40, stride: 192 };
  const memory = board.framebuffer(fb);
  const display = await openPixels(displayOptions({}), board.host());
  assert.deepEqual(
    [display.capabilities.width, display.capabilities.height, display.capabilities.stride],
    [60, 20, 192],
  );
  const picture = noise(60, 20);
  await display.show(picture);
  const bytes = readFileSync(memory);
  assert.deepEqual(seenIn(bytes, { format: "RGB565", width: 60, height: 20, stride: 192 }), ideal(picture));
  for (let y = 0; y < 20; y++)
    assert.ok(bytes.subarray(y * 192 + 120, (y + 1) * 192).every((byte) => byte === 0x5a));
  assert.ok(bytes.subarray(20 * 192).every((byte) => byte === 0x5a));
});

test("a framebuffer larger than what is seen is written where it is seen, and one of just that size comes first", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({ width: 80, height: 40, bitsPerPixel: 32, bus: "spi" });
  const seen = displayOptions({ width: 64, height: 32 });
  const display = await openPixels(seen, board.host());
  const picture = noise(64, 32);
  await display.show(picture);
  const bytes = readFileSync(memory);
  assert.deepEqual(seenIn(bytes, { format: "XRGB8888", width: 64, height: 32, stride: 320 }), ideal(picture));
  for (let y = 0; y < 40; y++)
    assert.ok(bytes.subarray(y * 320 + (y < 32 ? 256 : 0), (y + 1) * 320).every((byte) => byte === 0x5a));
  board.framebuffer({ ...SMALL, id: "fb1" });
  assert.equal((await openPixels(seen, board.host())).capabilities.device, "/dev/fb1");
});

test("a panned framebuffer is written where it is looked at", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({ ...SMALL, virtualHeight: 64 });
  board.write("/sys/class/graphics/fb0/pan", "0,32\n");
  const display = await openPixels(displayOptions({}), board.host());
  const picture = noise(64, 32);
  await display.show(picture);
  const bytes = readFileSync(memory);
  const layout = { format: "XRGB8888", width: 64, height: 32, stride: 256 } as const;
  assert.deepEqual(seenIn(bytes, { ...layout, start: 32 * 256 }), ideal(picture));
  assert.ok(bytes.subarray(0, 32 * 256).every((byte) => byte === 0x5a));
});

test("the current mode comes before the list of modes, and both before the memory's size", async (t) => {
  const cases = [
    ["U:32x16p-60\n", "U:64x32p-0\n", 32, 16],
    ["", "U:128x64p-0\nU:64x16p-0\n", 64, 16],
    ["", "U:64x24p-0\nU:64x32p-0\n", 64, 32],
    ["", "", 64, 32],
    ["", "nonsense\n", 64, 32],
  ] as const;
  for (const [mode, modes, width, height] of cases) {
    const board = new Board(t);
    board.framebuffer(SMALL);
    board.write("/sys/class/graphics/fb0/mode", mode);
    board.write("/sys/class/graphics/fb0/modes", modes);
    const { capabilities } = await openPixels(displayOptions({}), board.host());
    assert.deepEqual([capabilities.width, capabilities.height], [width, height], `${mode}|${modes}`);
  }
});

test("a driver that leaves the stride at 0 has rows without padding", async (t) => {
  const board = new Board(t);
  board.framebuffer(SMALL);
  board.write("/sys/class/graphics/fb0/stride", "0\n");
  assert.equal((await openPixels(displayOptions({}), board.host())).capabilities.stride, 256);
});

test("of several framebuffers the device's own panel is taken, and what the firmware left comes last", async (t) => {
  const board = new Board(t);
  board.framebuffer({ ...SMALL, id: "fb0", name: "simple" });
  board.framebuffer({ ...SMALL, id: "fb1", name: "vc4drmfb", bus: "platform" });
  const device = async (device = "", size = {}) =>
    (await openPixels(displayOptions({ device, ...size }), board.host())).capabilities.device;
  assert.equal(await device(), "/dev/fb1");
  board.framebuffer({ ...SMALL, id: "fb10", name: "fb_ili9341", bitsPerPixel: 16, bus: "spi" });
  assert.equal(await device(), "/dev/fb10");
  board.framebuffer({ ...SMALL, id: "fb2", name: "ssd1307fb", width: 128, bus: "i2c" });
  assert.equal(await device(), "/dev/fb2");
  assert.equal(await device("fb_ili9341"), "/dev/fb10", "by name");
  assert.equal(await device("/dev/fb0"), "/dev/fb0", "by node");
  assert.equal(await device("", { width: 128 }), "/dev/fb2", "by size");
});

test("what can't be found is named", async (t) => {
  const board = new Board(t);
  board.framebuffer(SMALL);
  const fails = (changes: object, message: RegExp) =>
    assert.rejects(openPixels(displayOptions({ driver: "framebuffer", ...changes }), board.host()), {
      name: "DisplayError",
      message,
    });
  await fails({ device: "/dev/fb7" }, /no framebuffer called \/dev\/fb7/);
  await fails({ device: "fb_st7789v" }, /no framebuffer called fb_st7789v/);
  await fails({ width: 320, height: 240 }, /no framebuffer of 320x240 pixels/);
  unlinkSync(join(board.root, "dev/fb0"));
  await fails({}, /\/dev\/fb0 is not there/);
});

test("a second picture costs what differs, and the same one nothing", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({ width: 800, height: 480, bitsPerPixel: 32 });
  const display = await openPixels(displayOptions({}), board.host());
  const first = noise(800, 480);
  await display.show(first);

  writeFileSync(memory, Buffer.alloc(800 * 480 * 4, 0x5a), { flag: "r+" });
  await display.show({ ...first, pixels: first.pixels.slice(), palette: [...first.palette] });
  assert.equal(touched(readFileSync(memory)), 0);

  // A digit and the end of a bar, as a countdown's second could change them on such a screen.
  const second = withPatch(withPatch(first, 500, 300, 20, 20), 612, 440, 4, 12);
  await display.show(second);
  const share = touched(readFileSync(memory)) / (800 * 480 * 4);
  assert.ok(share > 0 && share < 0.01, `${share} of a frame`);
});

test("a picture that is new in many places is written in whole rows, one that is not in parts", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({ width: 320, height: 240, bitsPerPixel: 16 });
  const display = await openPixels(displayOptions({}), board.host());
  const first = qrPicture(320, 240);
  await display.show(first);
  const showOverMarks = async (picture: Picture) => {
    writeFileSync(memory, Buffer.alloc(320 * 240 * 2, 0x5a), { flag: "r+" });
    await display.show(picture);
    return touched(readFileSync(memory)) / (320 * 240 * 2);
  };
  assert.ok((await showOverMarks(withPatch(first, 100, 100, 8, 30))) < 0.01);
  const share = await showOverMarks(withPatch(first, 200, 100, 8, 60));
  assert.equal(share, 60 / 240);
});

test("a display that left, came back as another one, or changed its mode has to be opened again", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer(SMALL);
  const picture = noise(64, 32);
  const display = await openPixels(displayOptions({}), board.host());
  await display.show(picture);

  renameSync(memory, `${memory}.old`);
  await assert.rejects(display.show(picture), {
    name: "DisplayError",
    message: /\/dev\/fb0 has disappeared/,
  });
  board.framebuffer(SMALL);
  await assert.rejects(display.show(picture), { name: "DisplayError", message: /another display/ });
  await display.close();

  const again = await openPixels(displayOptions({}), board.host());
  await again.show(picture);
  const layout = { format: "XRGB8888", width: 64, height: 32, stride: 256 } as const;
  assert.deepEqual(seenIn(readFileSync(memory), layout), ideal(picture));
  board.write("/sys/class/graphics/fb0/rotate", "2\n");
  await assert.rejects(again.show(picture), DisplayChanged);
  board.write("/sys/class/graphics/fb0/virtual_size", "32,64\n");
  await assert.rejects(again.show(picture), { name: "DisplayError", message: /another mode/ });
  rmSync(join(board.root, "sys/class/graphics/fb0"), { recursive: true });
  await assert.rejects(again.show(picture), DisplayError);
  await again.close();
});

test("clear leaves the visible part black", async (t) => {
  for (const format of ["XRGB8888", "MONO01", "MONO10"] as const) {
    const board = new Board(t);
    const bitsPerPixel = format === "XRGB8888" ? 32 : 1;
    const memory = board.framebuffer({ ...SMALL, bitsPerPixel, virtualHeight: 40 });
    const display = await openPixels(displayOptions({ pixel_format: format }), board.host());
    await display.show(noise(64, 32));
    await display.clear();
    const stride = 8 * bitsPerPixel;
    const seen = seenIn(readFileSync(memory), { format, width: 64, height: 32, stride });
    assert.ok(
      seen.rgb.every((colour) => colour === 0),
      format,
    );
  }
});

test("a plug-and-play display's size in millimetres is known, as the viewer sees it", async (t) => {
  const board = new Board(t);
  board.framebuffer(SMALL);
  const edid = Buffer.alloc(128);
  edid.writeUInt16LE(6400, 54);
  // 521 by 293 mm: low bytes, then the high nibbles.
  edid.set([521 & 255, 293 & 255, ((521 >> 8) << 4) | (293 >> 8)], 66);
  const card = "/sys/class/graphics/fb0/device/drm/card1";
  board.write(`${card}/card1-HDMI-A-1/status`, "disconnected\n");
  board.write(`${card}/card1-HDMI-A-1/edid`, "");
  board.write(`${card}/card1-HDMI-A-2/status`, "connected\n");
  board.write(`${card}/card1-HDMI-A-2/edid`, edid);
  const physical = async (rotate: 0 | 90) =>
    (await openPixels(displayOptions({ rotate }), board.host())).capabilities.physical;
  assert.deepEqual(await physical(0), { width: 521, height: 293 });
  assert.deepEqual(await physical(90), { width: 293, height: 521 });
});

function touched(memory: Buffer): number {
  let count = 0;
  for (const byte of memory) if (byte !== 0x5a) count++;
  return count;
}
