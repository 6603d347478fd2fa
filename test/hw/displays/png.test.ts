import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { encodePng } from "../../../hw/picture/png.ts";
import { Board, displayOptions, openPixels } from "./board.ts";
import { ideal, type Seen } from "./decode.ts";
import { LINK, noise, qrPicture } from "./pictures.ts";
import { readQr } from "./readers.ts";

const PATH = "/run/c2cd/screen.png";

async function seenIn(png: Buffer): Promise<Seen> {
  const { data, info } = await sharp(png)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rgb = new Uint32Array(info.width * info.height);
  for (let at = 0; at < rgb.length; at++) rgb[at] = data.readUIntBE(3 * at, 3);
  return { width: info.width, height: info.height, rgb };
}

function open(board: Board, changes: object = {}) {
  mkdirSync(join(board.root, "run/c2cd"), { recursive: true });
  return openPixels(displayOptions({ driver: "png", device: PATH, ...changes }), board.host());
}

test("the file holds the picture, readable by everybody, and is gone after clear", async (t) => {
  const board = new Board(t);
  const display = await open(board);
  assert.deepEqual([display.capabilities.width, display.capabilities.height], [800, 480]);
  const mask = process.umask(0o077);
  t.after(() => process.umask(mask));
  const picture = qrPicture(800, 480);
  await display.show(picture);
  const file = join(board.root, PATH);
  const seen = await seenIn(readFileSync(file));
  assert.deepEqual(seen, ideal(picture));
  assert.deepEqual(await readQr(seen), { zbar: LINK, zxing: LINK });
  assert.equal(statSync(file).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(join(board.root, "run/c2cd")), ["screen.png"]);
  await display.clear();
  assert.equal(existsSync(file), false);
  await display.close();
});

for (const rotate of [90, 180, 270] as const)
  test(`the picture is turned by ${rotate}`, async (t) => {
    const board = new Board(t);
    const display = await open(board, { rotate, width: 40, height: 24 });
    const { width, height } = display.capabilities;
    assert.deepEqual([width, height], rotate === 180 ? [40, 24] : [24, 40]);
    const picture = noise(width, height);
    await display.show(picture);
    const turned = await sharp(await encodePng(picture))
      .rotate(rotate)
      .png()
      .toBuffer();
    assert.deepEqual(await seenIn(readFileSync(join(board.root, PATH))), await seenIn(turned));
  });

test("a negative, for panels whose colours come out inverted", async (t) => {
  const board = new Board(t);
  const display = await open(board, { invert: true, width: 16, height: 8 });
  const picture = noise(16, 8);
  await display.show(picture);
  const seen = await seenIn(readFileSync(join(board.root, PATH)));
  assert.deepEqual(
    seen.rgb,
    ideal(picture).rgb.map((colour) => colour ^ 0xffffff),
  );
});

test("the same picture is not written again", async (t) => {
  const board = new Board(t);
  const display = await open(board);
  await display.show(noise(800, 480));
  const { ino } = statSync(join(board.root, PATH));
  await display.show(noise(800, 480));
  assert.equal(statSync(join(board.root, PATH)).ino, ino);
});

test("a reader never sees half a picture", async (t) => {
  const board = new Board(t);
  const display = await open(board, { width: 200, height: 100 });
  await display.show(noise(200, 100));
  const file = join(board.root, PATH);
  let reads = 0;
  let writing = true;
  const reading = (async () => {
    while (writing) {
      const png = readFileSync(file);
      assert.equal(png.subarray(-8, -4).toString("latin1"), "IEND");
      reads++;
      await new Promise(setImmediate);
    }
  })();
  for (let seed = 2; seed < 40; seed++) await display.show(noise(200, 100, seed));
  writing = false;
  await reading;
  assert.ok(reads > 5);
});

test("a path is asked for, and one that can't be written is named", async (t) => {
  const board = new Board(t);
  await assert.rejects(open(board, { device: "" }), {
    name: "DisplayError",
    message: 'The png driver needs a path: set display.device, e.g. "/run/c2cd/screen.png".',
  });
  const display = await open(board, { device: "/run/nowhere/screen.png" });
  await assert.rejects(display.show(noise(800, 480)), {
    name: "DisplayError",
    message: /^\/run\/nowhere\/screen.png is not there/,
  });
  board.write("/run/file", "");
  const below = await open(board, { device: "/run/file/screen.png" });
  await assert.rejects(below.show(noise(800, 480)), {
    name: "DisplayError",
    message: /check display.device/,
  });
  chmodSync(join(board.root, "run"), 0o755);
});
