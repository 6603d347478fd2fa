import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLogger } from "../../../daemon/core/log.ts";
import { escaped, oneLine, printable, safeText, shortened } from "../../../daemon/core/text.ts";

describe("text that is fit for a screen", () => {
  for (const [name, given, shown = given] of [
    ["plain", "ACME-R1-0001"],
    ["punctuation", `Me & you <3 "cut" 100%`],
    ["other scripts", "Łódź 夜の撮影 Ночь صباح"],
    ["joiners that a script needs", "می\u200cخواهم"],
    ["emoji with joiners and variation selectors", "👩🏽‍🎤 ❤️"],
    ["decomposed letters, composed", "Le\u0301a", "Léa"],
    ["space around, trimmed", "\u00a0 Nachtdreh \n", "Nachtdreh"],
    ["exactly the limit", "é".repeat(40)],
    ["exactly the limit in astral characters", "🎥".repeat(40)],
  ] as const)
    test(name, () => assert.equal(safeText(given, 40), shown));
});

describe("text that is refused whole", () => {
  for (const [name, given] of [
    ["no text", 42],
    ["null", null],
    ["an object that prints", { toString: () => "hello" }],
    ["nothing", ""],
    ["nothing but space", " \t\u3000 "],
    ["nothing visible", "\ufe0f\u200d"],
    ["a Hangul filler", "\u3164"],
    ["a line break within", "a\nb"],
    ["an escape sequence", "\u001b[2J"],
    ["NUL", "a\0b"],
    ["C1 control", "a\u009bb"],
    ["right-to-left override", "abc\u202etxt.exe"],
    ["bidi isolate", "a\u2066b"],
    ["right-to-left mark", "a\u200fb"],
    ["zero width space", "a\u200bb"],
    ["byte order mark within", "a\ufeffb"],
    ["soft hyphen", "a\u00adb"],
    ["line separator", "a\u2028b"],
    ["paragraph separator", "a\u2029b"],
    ["tag characters", "a\u{e0041}"],
    ["private use", "\ue000"],
    ["a lone surrogate", "a\ud800b"],
    ["a tag", "<b>bold</b>"],
    ["a closing tag", "x</title>"],
    ["a comment", "x<!-- y"],
    ["a processing instruction", "<?xml?>"],
    ["one more than the limit", "x".repeat(41)],
    ["one more astral character than the limit", "🎥".repeat(41)],
    ["far too long", "x".repeat(1_000_000)],
  ] as const)
    test(name, () => assert.equal(safeText(given, 40), null));
});

describe("text that nobody has checked", () => {
  test("is printed less what a terminal or a log would obey", () => {
    assert.equal(printable("a\u001b[2Jb\u2028c\u061cd\u202ee\u0085f"), "a[2Jbcdef");
    assert.equal(printable("a\nb", " "), "a b");
    assert.equal(printable("می\u200cخواهم 👩🏽‍🎤 ❤️"), "می\u200cخواهم 👩🏽‍🎤 ❤️");
  });

  test("goes on one line, and is nothing where nothing is to be seen", () => {
    assert.equal(oneLine(" a \n\t b\u0007  c "), "a b c");
    assert.equal(oneLine(" \u200b\n"), "");
  });
});

test("shortening keeps the most of both ends that fits", () => {
  const fitting = (most: number) => shortened(10, (head, tail) => head + tail <= most);
  assert.deepEqual(fitting(5), { head: 3, tail: 2 });
  assert.deepEqual(fitting(0), { head: 0, tail: 0 });
  assert.deepEqual(fitting(99), { head: 5, tail: 4 });
});

/** What a terminal or a log would obey, or what turns and hides what follows (UAX #9, ECMA-48). */
const HOSTILE = "a\u001b[2Jb\u0007c\u009b31md\u202ee\u2066f\u061cg\u2028h\u2029i\u200ej\u{e0041}k\u007f";

test("JSON that is shown obeys nothing of a text, and says all of it", () => {
  const value = { name: HOSTILE, list: [HOSTILE], plain: "é — 夜 🎬 \u200d" };
  for (const json of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
    const shown = escaped(json);
    assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}](?<![\n\u200d])/u);
    assert.deepEqual(JSON.parse(shown), value);
    assert.ok(shown.includes("é — 夜 🎬"));
  }
});

test("every line of the log is one that a terminal can be shown, in each format", () => {
  for (const format of ["journal", "json", "pretty"] as const) {
    const lines: string[] = [];
    const log = createLogger("info", format, (line) => lines.push(line));
    log.info({ name: HOSTILE }, HOSTILE);
    log.error({ err: new Error(HOSTILE) }, "failed");
    assert.doesNotMatch(lines.join(""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}](?<!\n)/u, format);
  }
});
