import assert from "node:assert/strict";
import { test } from "node:test";
import { wrap } from "../../../daemon/type/breaks.ts";

/** The text in as many lines as it can have. */
function broken(text: string, language: string): string {
  const widest = Array.from({ length: text.length }, (_, width) => width + 1);
  for (const width of widest) {
    const lines = wrap(text, language, width, (line) => line.length);
    if (lines !== null) return lines.join("|");
  }
  return text;
}

test("Japanese breaks between phrases, never inside a compound, a loan word or a verb of two stems", () => {
  for (const [text, lines] of [
    ["ネット接続を確認してください。", "ネット接続を|確認してください。"],
    ["Frame.ioが混み合っています", "Frame.ioが|混み合っています"],
    ["保存内容を初期化しました", "保存内容を|初期化しました"],
    ["この機器のWi-Fiまたはケーブル", "この機器の|Wi-Fiまたは|ケーブル"],
    ["取得しています。1分ほどかかります。", "取得しています。|1分ほどかかります。"],
  ] as const)
    assert.equal(broken(text, "ja"), lines);
});

test("a Japanese phrase that is too wide breaks before its verb, and only then", () => {
  const wrapped = (text: string, width: number) => wrap(text, "ja", width, (line) => line.length);
  for (const [text, lines] of [
    ["アップロードできません", ["アップロード", "できません"]],
    ["ペアリングされていません", ["ペアリング", "されていません"]],
    ["Frame.ioにつながりません", ["Frame.ioに", "つながりません"]],
    ["別のデバイスのものです。", ["別のデバイスの", "ものです。"]],
    ["しばらくお待ちください。", ["しばらく", "お待ちください。"]],
  ] as const) {
    assert.deepEqual(wrapped(text, text.length - 1), lines);
    assert.deepEqual(wrapped(text, text.length), [text]);
  }
  assert.deepEqual(wrapped("再度ペアリングしてください。", 13), ["再度", "ペアリングしてください。"]);
  for (const whole of ["読み込めません", "メモリーカード"])
    assert.equal(wrapped(whole, whole.length - 1), null);
});

test("Chinese breaks between words, and a word of one character stays with the one that it belongs to", () => {
  for (const [text, lines] of [
    ["请重新配对。", "请重新配对。"],
    ["获取配对码", "获取|配对码"],
    ["请检查存储卡和空间。", "请检查|存储卡|和空间。"],
    ["请设置时间或连接网络。", "请设置|时间|或连接|网络。"],
  ] as const)
    assert.equal(broken(text, "zh"), lines);
});

test("soft hyphens show where the line ends there and nowhere else", () => {
  assert.equal(broken("Netzwerk\u00ADkabel", "de"), "Netzwerk-|kabel");
  assert.deepEqual(
    wrap("das Netzwerk\u00ADkabel", "de", 20, (line) => line.length),
    ["das Netzwerkkabel"],
  );
  assert.equal(
    wrap("Netzwerkkabel", "de", 5, (line) => line.length),
    null,
  );
});
