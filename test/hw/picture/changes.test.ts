import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { around, changedRects, type Rect, wholeRows } from "../../../hw/picture/changes.ts";
import type { Picture } from "../../../hw/picture/picture.ts";
import { rotate } from "../../../hw/picture/rotate.ts";

/** Pictures of few different rows, some of which begin in the middle of a word of memory. */
const pictures = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 5 }))
  .chain(([width, height, offset]) => {
    const row = fc.uint8Array({ minLength: width, maxLength: width, max: 2 });
    const pixels = fc
      .tuple(fc.array(row, { minLength: 2, maxLength: 3 }), fc.infiniteStream(fc.nat(2)))
      .map(([rows, picks]) => {
        const bytes = new Uint8Array(offset + width * height);
        for (let y = 0; y < height; y++)
          bytes.set(rows[(picks.next().value ?? 0) % rows.length] ?? [], offset + y * width);
        return bytes.subarray(offset);
      });
    const palette = fc.constantFrom(
      [0x000000, 0xffffff, 0xff0000],
      [0x000000, 0xffffff, 0xff0000, 0x00ff00],
      [0xffffff, 0x000000, 0xff0000],
    );
    const picture = fc.record({ pixels, palette }).map((rest): Picture => ({ width, height, ...rest }));
    return fc.tuple(picture, picture);
  });

test("painting the changed rectangles over the old picture makes the new one, and they keep their promises", () => {
  fc.assert(
    fc.property(pictures, ([before, after]) => {
      const { width, height } = after;
      const colours = Array.from(before.pixels, (index) => before.palette[index]);
      const wanted = Array.from(after.pixels, (index) => after.palette[index]);
      const painted = new Set<number>();
      for (const rect of changedRects(before, after)) {
        assert.equal(rect.x % 8, 0);
        assert.ok((rect.x + rect.width) % 8 === 0 || rect.x + rect.width === width);
        assert.ok(rect.width > 0 && rect.height > 0 && rect.y + rect.height <= height);
        for (let y = rect.y; y < rect.y + rect.height; y++)
          for (let x = rect.x; x < rect.x + rect.width; x++) {
            const at = y * width + x;
            assert.ok(!painted.has(at), "no pixel twice");
            painted.add(at);
            colours[at] = wanted[at];
          }
      }
      assert.deepEqual(colours, wanted);
    }),
  );
});

test("two places far apart in the same rows are two rectangles, near ones are one", () => {
  const before: Picture = { width: 200, height: 4, pixels: new Uint8Array(800), palette: [0, 1] };
  const at = (...columns: number[]) => {
    const pixels = new Uint8Array(800);
    for (const column of columns) for (const row of [1, 2]) pixels[row * 200 + column] = 1;
    return changedRects(before, { ...before, pixels });
  };
  assert.deepEqual(at(3, 150), [
    { x: 0, y: 1, width: 8, height: 2 },
    { x: 144, y: 1, width: 8, height: 2 },
  ]);
  assert.deepEqual(at(3, 30), [{ x: 0, y: 1, width: 32, height: 2 }]);
  assert.deepEqual(at(199), [{ x: 192, y: 1, width: 8, height: 2 }]);
});

test("what is alike in two pictures is in no rectangle, but where they number their colours differently", () => {
  const size = { width: 13, height: 3 };
  const before: Picture = { ...size, pixels: new Uint8Array(39), palette: [0x000000, 0xffffff] };
  const longer = { ...before, palette: [...before.palette, 0xff0000] };
  assert.deepEqual(changedRects(before, longer), []);
  assert.deepEqual(changedRects(longer, before), []);
  const patched = { ...longer, pixels: before.pixels.with(2 * 13 + 12, 2) };
  assert.deepEqual(changedRects(before, patched), [{ x: 8, y: 2, width: 5, height: 1 }]);
  const renumbered = { ...before, palette: [0xffffff, 0x000000], pixels: before.pixels.map(() => 1) };
  assert.deepEqual(changedRects(before, renumbered), [{ x: 0, y: 0, ...size }]);
});

test("whole rows hold every rectangle once, and none of the rows between", () => {
  const rect = fc.record({
    x: fc.nat(20),
    y: fc.nat(30),
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(rect), (rects) => {
      const rowsOf = (list: readonly Rect[]) =>
        list.flatMap(({ y, height }) => Array.from({ length: height }, (_, row) => y + row));
      const whole = wholeRows({ width: 40 }, rects);
      assert.deepEqual(
        rowsOf(whole),
        [...new Set(rowsOf(rects))].sort((one, other) => one - other),
      );
      for (const { x, width } of whole) assert.deepEqual([x, width], [0, 40]);
    }),
  );
});

test("the rectangle around some holds each pixel of them, and touches one of them with each side", () => {
  assert.deepEqual(
    around([
      { x: 8, y: 30, width: 16, height: 2 },
      { x: 16, y: 4, width: 24, height: 1 },
    ]),
    { x: 8, y: 4, width: 32, height: 28 },
  );
  const one = { x: 3, y: 5, width: 1, height: 9 };
  assert.deepEqual(around([one]), one);
});

test("four quarter turns are none, two are a half, and one is clockwise", () => {
  fc.assert(
    fc.property(pictures, ([picture]) => {
      const quarter = rotate(picture, 90);
      assert.deepEqual(rotate(quarter, 90), rotate(picture, 180));
      assert.deepEqual(rotate(quarter, 270), picture);
      assert.equal(rotate(picture, 0), picture);
      // The top left corner goes to the top right.
      assert.equal(quarter.pixels[quarter.width - 1], picture.pixels[0]);
    }),
  );
});
