import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { median, quantile, ratio, repeated } from "./bench.ts";

describe("figures of many runs", () => {
  it("takes the middle one, by size and not by spelling", () => {
    assert.equal(median([100, 9, 20]), 20);
    assert.equal(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9), 10);
    assert.ok(Number.isNaN(median([])));
  });

  it("compares what ran side by side: a slow while of the machine cancels out", () => {
    assert.deepEqual(ratio([30, 300, 33], [10, 100, 11]), { value: 3, unit: "x" });
    assert.deepEqual(ratio([30], [10], 3.5), { value: 3, unit: "x", most: 3.5 });
  });

  it("does one round after the other", async () => {
    let running = 0;
    const most = await repeated(3, async () => {
      running += 1;
      await Promise.resolve();
      return running--;
    });
    assert.deepEqual(most, [1, 1, 1]);
  });
});
