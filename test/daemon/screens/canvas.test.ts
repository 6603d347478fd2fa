import assert from "node:assert/strict";
import { test } from "node:test";
import { Canvas } from "../../../daemon/screens/canvas.ts";
import { paint } from "../../../daemon/screens/paint.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { disc } from "../../../daemon/screens/symbols.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import type { Picture } from "../../../hw/picture/picture.ts";
import { snapshotOf } from "./snapshots.ts";

const [BLACK, WHITE, RED] = [0x000000, 0xffffff, 0xff0000];

/** Rows of the picture: one letter a colour, "." for anything between two colours. */
function rows({ width, height, pixels, palette }: Picture): string[] {
  const letters = new Map([
    [BLACK, " "],
    [WHITE, "#"],
    [RED, "r"],
  ]);
  return Array.from({ length: height }, (_, y) =>
    Array.from(
      { length: width },
      (_, x) => letters.get(palette[pixels[y * width + x] ?? 0] ?? 0) ?? ".",
    ).join(""),
  );
}

test("what reaches beyond a border is cut off there and comes in nowhere else", () => {
  for (const [x, y, seen] of [
    [0, 4, "#   "],
    [4, 4, "   #"],
    [-20, 4, "    "],
    [20, 4, "    "],
  ] as const) {
    const canvas = new Canvas(4, 8, BLACK, false);
    canvas.path(disc(0, 0, 1), 1, { x, y }, WHITE, BLACK);
    assert.deepEqual(new Set(rows(canvas.picture())), new Set(["    ", seen]), `${x}`);
  }
  for (const y of [-4, 12]) {
    const canvas = new Canvas(4, 8, BLACK, true);
    canvas.path(disc(0, 0, 1), 3, { x: 2, y }, WHITE, BLACK);
    assert.deepEqual(new Set(rows(canvas.picture())), new Set(["    "]));
  }
});

test("a shape on a shape stays within it, and one in the colour of the background cuts a hole", () => {
  const canvas = new Canvas(6, 2, BLACK, false);
  canvas.rectangle({ x: 1, y: 0, width: 3, height: 2 }, WHITE);
  canvas.path([1, 0, 0, 2, 6, 0, 2, 6, 1, 2, 0, 1], 1, { x: 0, y: 1 }, RED, WHITE);
  assert.deepEqual(rows(canvas.picture()), [" rrr  ", " ###  "]);
  canvas.path([1, 0, 0, 2, 6, 0, 2, 6, 1, 2, 0, 1], 1, { x: 2, y: 1 }, BLACK, WHITE);
  assert.deepEqual(rows(canvas.picture()), [" r    ", " ###  "]);
});

test("a pixel of which a shape covers hardly anything stays as it is", () => {
  for (const [antialias, share] of [
    [false, 0.4],
    [true, 0.02],
  ] as const) {
    const canvas = new Canvas(2, 1, BLACK, antialias);
    canvas.rectangle({ x: 0, y: 0, width: 1, height: 1 }, WHITE);
    canvas.path([1, 0, 0, 2, share, 0, 2, share, 1, 2, 0, 1], 1, { x: 0, y: 1 }, RED, BLACK);
    assert.deepEqual(rows(canvas.picture()), ["# "]);
  }
});

test("dots are set where they are wanted, each as large as its unit", () => {
  const canvas = new Canvas(8, 4, BLACK, false);
  canvas.dots(
    { x: 0, y: 0 },
    { width: 4, height: 2, unit: 2 },
    (x, y) => (y === 0 ? x !== 2 : x === 2),
    WHITE,
  );
  assert.deepEqual(rows(canvas.picture()), ["####  ##", "####  ##", "    ##  ", "    ##  "]);
});

test("on a one-bit panel a wait is three dots in a ring", () => {
  const starting = screenOf(snapshotOf("starting"), CATALOGUE.en);
  const { picture } = paint(starting, { width: 128, height: 64, monochrome: true }, loadFonts("en"));
  const lines = rows(picture).map((row) => row.trim());
  assert.equal(lines.filter((line) => line === "# ## ## ## #").length, 2, lines.join("\n"));
});
