import assert from "node:assert/strict";
import { test } from "node:test";
import { digitsBlock, textBlock } from "../../../daemon/screens/blocks.ts";
import type { Block } from "../../../daemon/screens/column.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";

const WHITE = 0xffffff;
const press = { fonts: loadFonts("en"), crisp: false, least: 10 };
const text = () =>
  textBlock(press, "Open next.frame.io/pair and enter the code", {
    size: 40,
    weight: "regular",
    color: WHITE,
    gap: 0,
    lines: 4,
  });
const digits = (stacked: boolean) =>
  digitsBlock(press, ["482", "913"], { size: 200, color: WHITE, gap: 0, stacked });

const placed = (block: Block, width: number, scale: number) =>
  block.set(width, scale)?.place({ x: 0, y: 0, width, height: 1000 }, "start");

test("a block that was set before is set the same, and another way for another width or scale", () => {
  for (const fresh of [text, () => digits(false), () => digits(true)]) {
    const used = fresh();
    for (let round = 0; round < 2; round++)
      for (const width of [900, 400, 250])
        for (const scale of [1, 0.6, 0.1])
          assert.deepEqual(placed(used, width, scale), placed(fresh(), width, scale));
  }
});

test("the digits are the largest that their width has room for", () => {
  // Two hundred pixels an em are 800 in one row.
  for (const stacked of [false, true])
    for (let width = 100; width < (stacked ? 350 : 700); width += 7) {
      const items = placed(digits(stacked), width, 1) ?? [];
      assert.equal(items.length, stacked ? 2 : 1);
      const widest = Math.max(...items.map(({ box }) => box.width));
      // The next size takes a pixel more for each digit and for the gap.
      assert.ok(widest <= width && widest > width - 7, `${widest} of ${width}`);
    }
});
