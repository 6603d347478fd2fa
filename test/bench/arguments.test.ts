import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readArguments } from "./arguments.ts";
import type { Bench } from "./bench.ts";

const bench = (name: string): Bench => ({ name, measures: "", columns: [], run: async () => [] });
const [quick, quicker, slow] = [bench("quick"), bench("quicker"), bench("slow")];
const read = (...args: string[]) => readArguments(args, [quick, quicker], [slow]);

describe("the arguments of scripts/bench", () => {
  it("runs what is usual, or what is named", () => {
    assert.deepEqual(read(), { chosen: [quick, quicker], json: null, record: false });
    assert.deepEqual(read("--record", "slow", "--json", "x", "quick"), {
      chosen: [quick, slow],
      json: "x",
      record: true,
    });
  });

  it("refuses what it does not know", () => {
    assert.equal(read("slowly", "quick"), "there is no benchmark slowly; there are: quick, quicker, slow");
    for (const args of [["--jsno", "x"], ["--json"], ["--record=yes"]])
      assert.equal(typeof read(...args), "string");
  });
});
