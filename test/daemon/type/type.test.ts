import assert from "node:assert/strict";
import { test } from "node:test";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { setLine, setName } from "../../../daemon/type/type.ts";

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

test("a name is wrapped where people would, as evenly as it can be, and cut off at its end alone", () => {
  const all = loadFonts("ja");
  const set = (name: string, width: number, most = 6) => {
    const { lines, whole } = setName(all, name, { ...STYLE, size: 20 }, width, most);
    assert.ok(lines.every((line) => line.width <= width));
    return [whole, ...lines.map(({ text }) => text)];
  };
  assert.deepEqual(set("Nordlicht", 300), [true, "Nordlicht"]);
  assert.deepEqual(set("One two three four", 170), [true, "One two", "three four"]);
  assert.deepEqual(set("NORD_S02E03_CUT7", 110), [true, "NORD_", "S02E03_", "CUT7"]);
  // No line begins with what closes, nor ends with what opens.
  assert.deepEqual(set("この「コード」を入力", 65), [true, "この", "「コー", "ド」を", "入力"]);
  assert.deepEqual(set("Nordlicht", 60), [false, "Nordli", "cht"]);
  assert.deepEqual(set("One two three four", 100, 1), [false, "One tw…"]);
  assert.deepEqual(set("One two three four", 85, 2), [false, "One two", "three f…"]);
});

test("a language loads the faces that it is written with and no others", () => {
  const faces = (language: "en" | "fr" | "ja" | "ko" | "zh", char: string) =>
    loadFonts(language).outlines.regular.some((face) => face.has(char.codePointAt(0) ?? 0));
  assert.deepEqual(
    [
      faces("en", "ペ"),
      faces("fr", "配"),
      faces("ja", "페"),
      faces("ja", "ペ"),
      faces("ko", "페"),
      faces("zh", "配"),
    ],
    [false, false, false, true, true, true],
  );
});
