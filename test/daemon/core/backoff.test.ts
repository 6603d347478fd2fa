import assert from "node:assert/strict";
import { test } from "node:test";
import { backOff } from "../../../daemon/core/backoff.ts";

const PAUSES = { first: 2_000, most: 60_000, least: 500 };

test("each failure doubles the most, up to a bound", () => {
  assert.deepEqual(
    [1, 2, 3, 6, 1_000].map((failures) => backOff(failures, PAUSES, 1)),
    [2_000, 4_000, 8_000, 60_000, 60_000],
  );
});

test("chance spreads a pause over the whole of it, down to the least", () => {
  assert.deepEqual(
    [0, 0.1, 0.5].map((random) => backOff(2, PAUSES, random)),
    [500, 500, 2_000],
  );
  assert.equal(backOff(1, { first: 1_000, most: 30_000 }, 0), 0);
});
