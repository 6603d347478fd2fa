import assert from "node:assert/strict";
import { test } from "node:test";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { setLine } from "../../../daemon/type/type.ts";

const STYLE = { size: 1000, weight: "bold", crisp: false } as const;
const fonts = loadFonts("en");

test("letters that lean towards each other stand closer", () => {
  const width = (text: string) => setLine(fonts, text, STYLE).width;
  for (const pair of ["To", "Tö", "LT", "Ty"]) {
    const [left = "", right = ""] = pair;
    assert.ok(width(pair) < width(left) + width(right), pair);
  }
  assert.equal(width("HH"), 2 * width("H"));
});

test("an accented letter is the letter and its accent", () => {
  const pathOf = (text: string) =>
    setLine(fonts, text, STYLE).marks.flatMap((mark) => (mark.kind === "outline" ? mark.path : []));
  const letter = pathOf("E").join();
  assert.ok(pathOf("É").join().includes(letter) && pathOf("É").length > pathOf("E").length);
});

test("a language loads the faces that it is written with and no others", () => {
  const faces = (language: "en" | "fr" | "ja" | "zh", char: string) =>
    loadFonts(language).outlines.regular.some((face) => face.has(char.codePointAt(0) ?? 0));
  assert.deepEqual(
    [faces("en", "ペ"), faces("fr", "配"), faces("ja", "ペ"), faces("zh", "配")],
    [false, false, true, true],
  );
});
