import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { figure, ms } from "./bench.ts";
import { HISTORY, keyOf, lastOf, parseHistory, recordOf } from "./history.ts";

const WHERE = { commit: "abc1234", date: "2026-11-28T18:00:00Z", node: "v20.20.2", processor: "P", cores: 2 };
const KEY = keyOf("start", "ours", "to peer");

describe("recorded runs", () => {
  it("keep ratios and sizes, rounded, and no time of one machine", () => {
    const rows = [{ subject: "ours", figures: [ms(151.4), figure(3.45678, "x", 3.5), null] }];
    const result = { name: "start", columns: ["time", "to peer", "resident"], rows };
    assert.deepEqual(recordOf(WHERE, [result]), { ...WHERE, figures: { [KEY]: 3.457 } });
  });

  it("give the newest figure, also where a later run was of something else", () => {
    const history = parseHistory(
      [{ [KEY]: 4 }, { [KEY]: 0 }, { other: 9 }]
        .map((figures) => `${JSON.stringify({ ...WHERE, figures })}\n`)
        .join(""),
    );
    assert.equal(lastOf(history, KEY), 0);
    assert.equal(lastOf(history, "never measured"), null);
    assert.equal(lastOf([], KEY), null);
  });

  it("are what the repository's history consists of", () => {
    for (const { commit, figures } of parseHistory(readFileSync(HISTORY, "utf8"))) {
      assert.match(commit, /^[0-9a-f]+(-dirty)?$/);
      assert.ok(Object.values(figures).every(Number.isFinite));
    }
  });
});
