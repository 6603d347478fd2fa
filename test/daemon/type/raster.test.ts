import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LINE, MOVE } from "../../../daemon/type/glyphs.ts";
import { fill } from "../../../daemon/type/raster.ts";

type Drawn = readonly [x: number, end: number, y: number, alpha: number];

function spans(path: readonly number[], scale = 1, shift = 0): Drawn[] {
  const list: Drawn[] = [];
  fill(path, scale, shift, (...span) => list.push(span));
  return list;
}

function rectangle(x: number, y: number, width: number, height: number): number[] {
  return [MOVE, x, y, LINE, x + width, y, LINE, x + width, y + height, LINE, x, y + height];
}

test("a pixel is covered by the share of it that lies within the shape", () => {
  assert.deepEqual(spans(rectangle(0.5, 0, 2, 1)), [
    [0, 1, -1, 128],
    [1, 2, -1, 255],
    [2, 3, -1, 128],
  ]);
  assert.deepEqual(spans(rectangle(0, 0.25, 1, 0.25), 2, 0.5), [
    [0, 1, -1, 64],
    [1, 2, -1, 128],
    [2, 3, -1, 64],
  ]);
  assert.deepEqual(spans([]), []);
});

test("what lies between two edges is one span, however wide it is", () => {
  const rows = spans(rectangle(0.5, 0, 1000, 3));
  assert.equal(rows.length, 3 * 3);
  assert.ok(rows.some(([x, end]) => end - x === 999));
});

test("of any triangle its area is drawn, row by row from left to right", () => {
  const place = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(place, place, place, place, place, place, (ax, ay, bx, by, cx, cy) => {
      const list = spans([MOVE, ax, ay, LINE, bx, by, LINE, cx, cy]);
      const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
      const drawn = list.reduce((sum, [x, end, , alpha]) => sum + ((end - x) * alpha) / 255, 0);
      // Each pixel of an edge is rounded to one of 256 steps.
      assert.ok(Math.abs(drawn - area) < 2, `${drawn} of ${area}`);
      for (const [index, [x, end, y]] of list.entries()) {
        const [, before = -Infinity, above = -Infinity] = list[index - 1] ?? [];
        assert.ok(end > x && (y > above || (y === above && x >= before)));
      }
    }),
  );
});
