import assert from "node:assert/strict";
import { test } from "node:test";
import { unbroken, wrap, wrapEvenly } from "../../../daemon/type/breaks.ts";

const lengthOf = (line: string) => line.length;

test("a line ends where the text lets it, and nothing is drawn of the place", () => {
  assert.deepEqual(wrap("確認\u200Bして、\u200B完了。", 4, lengthOf), ["確認", "して、", "完了。"]);
  assert.deepEqual(wrap("確認\u200Bして、\u200B完了。", 5, lengthOf), ["確認して、", "完了。"]);
  assert.deepEqual(wrap("確認\u200Bして、\u200B完了。", 8, lengthOf), ["確認して、完了。"]);
  assert.deepEqual(wrap("Frame.io を\u200B開く", 9, lengthOf), ["Frame.io", "を開く"]);
  assert.equal(wrap("メモリーカード", 6, lengthOf), null);
});

test("soft hyphens show where the line ends there and nowhere else", () => {
  assert.deepEqual(wrap("Netzwerk\u00ADkabel", 9, lengthOf), ["Netzwerk-", "kabel"]);
  assert.deepEqual(wrap("das Netzwerk\u00ADkabel", 20, lengthOf), ["das Netzwerkkabel"]);
  assert.equal(wrap("Netzwerk\u00ADkabel", 8, lengthOf), null);
  assert.equal(wrap("Netzwerkkabel", 5, lengthOf), null);
});

test("lines are as few as they can be, and then as even", () => {
  assert.deepEqual(wrap("one two three four", 13, lengthOf), ["one two three", "four"]);
  assert.deepEqual(wrapEvenly("one two three four", 13, lengthOf, 1), ["one two", "three four"]);
});

test("a text that is not broken has no marks", () => {
  assert.equal(unbroken("das Netzwerk\u00ADkabel, ネットに\u200B接続"), "das Netzwerkkabel, ネットに接続");
});
