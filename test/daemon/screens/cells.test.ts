import assert from "node:assert/strict";
import { test } from "node:test";
import { cellWidth } from "../../../daemon/core/cell-width.ts";
import { paintCells } from "../../../daemon/screens/cells.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { LANGUAGES } from "../../../daemon/texts/languages.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { type Raster, READERS } from "./readers.ts";
import { SITUATIONS } from "./situations.ts";
import { OFFER, snapshotOf } from "./snapshots.ts";

const SIZES = [
  [80, 24],
  [132, 43],
  [80, 25],
  [40, 30],
  [40, 24],
  [40, 20],
  [30, 10],
  [20, 4],
  [16, 2],
] as const;

/** As a dark terminal shows it: each cell two pixels high, times four so that a reader has something to look at. */
function terminal(lines: readonly string[], columns: number): Raster {
  const unit = 4;
  const [width, height] = [columns * unit, lines.length * 2 * unit];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = lines[Math.floor(y / unit / 2)]?.[Math.floor(x / unit)] ?? " ";
      const lit = cell === "█" || cell === (Math.floor(y / unit) % 2 === 0 ? "▀" : "▄");
      const at = (y * width + x) * 4;
      data.fill(lit ? 0xff : 0, at, at + 3);
      data[at + 3] = 0xff;
    }
  return { data, width, height };
}

test("the code is scanned from a terminal, 80x24 and smaller", async () => {
  for (const [columns, rows] of [
    [80, 24],
    [63, 17],
    [40, 30],
    [33, 24],
  ] as const) {
    const { picture, qr } = paintCells(screenOf(snapshotOf("awaiting-user"), CATALOGUE.en), columns, rows);
    assert.equal(qr?.module, 1, `${columns}x${rows}`);
    // What is written beside the code is not part of it: a reader looks for the code alone.
    for (const reader of ["jsqr", "zxing"])
      assert.equal(
        await READERS[reader]?.(terminal(picture.lines, columns)),
        "HTTPS://NEXT.FRAME.IO/pair/482913",
        `${reader} at ${columns}x${rows}`,
      );
  }
});

test("every screen fits every terminal in every language, and says the most important", () => {
  for (const language of LANGUAGES)
    for (const [columns, rows] of SIZES)
      for (const [name, snapshot] of Object.entries(SITUATIONS)) {
        const where = `${language} ${columns}x${rows} ${name}`;
        const screen = screenOf(snapshot, CATALOGUE[language]);
        const { picture } = paintCells(screen, columns, rows);
        assert.equal(picture.lines.length, rows, where);
        for (const line of picture.lines) assert.ok(cellWidth(line) <= columns, `${where}: ${line}`);
        const text = picture.lines.join(" ");
        if (screen.code !== null) assert.ok(text.includes("482 913"), `${where}: ${text}`);
        else if (rows >= 10 && screen.project === null)
          assert.ok(
            bare(text).includes(bare(screen.headline)) && bare(text).includes(bare(screen.sentence)),
            `${where}: ${text}`,
          );
      }
});

function bare(text: string): string {
  return text.replace(/[\s\u00AD\u200B█▀▄-]/g, "");
}

test("80x24 has room for everything: code, digits, address, time, device", () => {
  const snapshot = snapshotOf("awaiting-user", { pairing: { ...OFFER, expires_in: 83 } });
  const text = paintCells(screenOf(snapshot, CATALOGUE.en), 80, 24).picture.lines.join("\n");
  for (const part of [
    "Pair with Frame.io",
    "Scan, or open next.frame.io/pair and type",
    "482 913",
    "1:23",
    "ACME R1 3F9A",
    "█",
  ])
    assert.ok(text.includes(part), part);
});

test("a terminal too small for the code shows digits and address", () => {
  const { picture, qr } = paintCells(screenOf(snapshotOf("awaiting-user"), CATALOGUE.en), 40, 12);
  assert.equal(qr, null);
  const text = picture.lines.join("\n");
  assert.ok(text.includes("482 913") && text.includes("next.frame.io/pair"));
});

test("what is wider than the terminal is torn, and nothing is left of the places where a line might have ended", () => {
  for (const language of LANGUAGES)
    for (const [name, snapshot] of Object.entries(SITUATIONS)) {
      const screen = screenOf(snapshot, CATALOGUE[language]);
      const { lines } = paintCells(screen, 10, 40).picture;
      for (const line of lines) assert.ok(cellWidth(line) <= 10, `${language} ${name}: ${line}`);
      assert.doesNotMatch(lines.join(), /[\u00AD\u200B]/, `${language} ${name}`);
    }
});

test("wide and combined characters are counted as terminals do", () => {
  for (const [text, width] of [
    ["abc", 3],
    ["東京", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["한국", 4],
    ["🎬", 2],
    ["👩‍🎤", 2],
    ["שלום", 4],
    ["", 0],
  ] as const)
    assert.equal(cellWidth(text), width, text);
});
