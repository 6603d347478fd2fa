import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, grouped } from "../../../daemon/core/text.ts";
import { LANGUAGES } from "../../../daemon/texts/languages.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { charactersOf, stringsOf } from "../../../daemon/texts/screen/characters.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { setLine } from "../../../daemon/type/type.ts";

test("the shipped faces have every character of every catalogue, as outlines and pixel by pixel", () => {
  for (const language of LANGUAGES) {
    const fonts = loadFonts(language);
    for (const codePoint of charactersOf(CATALOGUE[language])) {
      if (codePoint === 0xad || codePoint === 0x200b) continue;
      const char = String.fromCodePoint(codePoint);
      const what = `${language}: ${char} (run npm run build:fonts)`;
      for (const weight of ["regular", "bold"] as const)
        assert.ok(
          fonts.outlines[weight].some((face) => face.has(codePoint)),
          what,
        );
      const small = setLine(fonts, char, { size: 8, weight: "regular", crisp: true });
      assert.ok(
        small.marks.every((mark) => mark.kind === "pixels"),
        what,
      );
    }
  }
});

test("no sentence is left in English, none is empty, and headlines end without a full stop", () => {
  for (const language of LANGUAGES) {
    const { states, problems } = CATALOGUE[language];
    for (const [key, { headline, sentence }] of Object.entries({ ...states, ...problems })) {
      assert.ok(headline.length > 0 && sentence.length > 0, `${language} ${key}`);
      assert.doesNotMatch(headline, /[.。]$/, `${language} ${key}`);
      assert.match(sentence, /[.。]$/, `${language} ${key}`);
    }
    if (language === "en") continue;
    const english = new Set(
      Object.values({ ...CATALOGUE.en.states, ...CATALOGUE.en.problems }).map((m) => m.sentence),
    );
    for (const { sentence } of Object.values({ ...states, ...problems }))
      assert.ok(!english.has(sentence), sentence);
  }
});

/** JIS X 4051 and CLREQ: what may not begin a line, and what may not end one. */
const NOT_FIRST = /^[、。，．：；！？」』）】”’・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;!?)]/;
const NOT_LAST = /[「『（【“‘(]$/;

test("Japanese and Chinese texts say where their lines may end, often enough and never against the rules", () => {
  for (const [language, longest] of [
    ["ja", 12],
    ["zh", 7],
  ] as const) {
    const { states, problems, code, button } = CATALOGUE[language];
    for (const text of stringsOf({ states, problems, code, button })) {
      for (const part of text.split(/[ \u200B]/)) {
        assert.doesNotMatch(part, NOT_FIRST, text);
        assert.doesNotMatch(part, NOT_LAST, text);
        assert.ok(part.replace(/[ -~\u00A0]/g, "").length <= longest, `${part} in ${text}`);
      }
      // Screens that have room for one sentence alone find it by this.
      assert.doesNotMatch(text, /。(?!\u200B|$)/, text);
    }
  }
});

test("time and digits are written as people read them", () => {
  assert.deepEqual([0, 9, 60, 83, 600].map(clockTime), ["0:00", "0:09", "1:00", "1:23", "10:00"]);
  assert.equal(grouped("482913"), "482 913");
  assert.equal(grouped("ABC-DEF"), "ABC-DEF");
});
