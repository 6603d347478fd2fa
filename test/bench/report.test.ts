import assert from "node:assert/strict";
import { it } from "node:test";
import { figure, ms } from "./bench.ts";
import { table } from "./report.ts";

it("prints goals, and the last recorded figures beside those of today", () => {
  const rows = [
    { subject: "ours", figures: [ms(151.4), figure(3.456, "x", 3.5), figure(0.51, "x", 0.5)] },
    { subject: "peer", figures: [ms(4.321), figure(1, "x"), null] },
  ];
  const last = (subject: string, column: string) => (subject === "ours" && column === "to peer" ? 3.1 : null);
  assert.equal(
    table(["time", "to peer", "to another"], rows, last),
    [
      "           time        to peer  to another  goal",
      "  ours   151 ms  3.46x (3.10x)       0.51x  ≤ 3.5x: reached, ≤ 0.5x: MISSED",
      "  peer  4.32 ms          1.00x",
    ].join("\n"),
  );
});
