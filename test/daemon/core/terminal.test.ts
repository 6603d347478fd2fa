import assert from "node:assert/strict";
import { test } from "node:test";
import { cellWidth } from "../../../daemon/core/cell-width.ts";
import { ascii, takesUtf8 } from "../../../daemon/core/terminal.ts";

test("ASCII is as wide as what it stands for", () => {
  for (const [text, expected] of [
    ["Can’t reach – “Frame.io” …", 'Can\'t reach - "Frame.io" .'],
    ["Größe, São, Ñandú", "Grose, Sao, Nandu"],
    ["東京 Drama", "???? Drama"],
    ["한국어", "??????"],
    ["██░░ 1:23", "##.. 1:23"],
  ] as const) {
    assert.equal(ascii(text), expected);
    assert.equal(expected.length, cellWidth(text), text);
  }
});

test("the locale decides, LC_ALL before LC_CTYPE before LANG, and without one the terminal's age", () => {
  for (const [environment, takes] of [
    [{}, true],
    [{ LANG: "", TERM: "xterm" }, true],
    [{ TERM: "vt220" }, false],
    [{ LANG: "C.UTF-8", TERM: "vt220" }, true],
    [{ LANG: "de_DE.utf8" }, true],
    [{ LANG: "de_DE" }, false],
    [{ LANG: "C.UTF-8", LC_CTYPE: "POSIX" }, false],
    [{ LANG: "C.UTF-8", LC_CTYPE: "C.UTF-8", LC_ALL: "C" }, false],
  ] as const)
    assert.equal(takesUtf8(environment), takes, JSON.stringify(environment));
});
