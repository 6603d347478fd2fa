import assert from "node:assert/strict";
import { test } from "node:test";
import { lightOf } from "../../../daemon/contract/light.ts";
import { PROBLEM_ROWS, type Problem, type ProblemCode } from "../../../daemon/contract/problems.ts";
import { STATES, type StateName } from "../../../daemon/contract/states.ts";
import { topicOf } from "../../../daemon/contract/topic.ts";

function problem(code: ProblemCode): Problem {
  return { code, severity: PROBLEM_ROWS[code].severity, text: "", action: "", detail: null, since: "" };
}
const about = (state: StateName, ...codes: ProblemCode[]) => {
  const health = codes.map(problem);
  const { problem: told, notice, unproven } = topicOf({ state, health, light: lightOf(state, health, 0) });
  return [told?.code, notice?.code, ...(unproven === null ? [] : [unproven])];
};

test("while a code is on offer or was just used, the picture is about that, and a problem beside it", () => {
  for (const state of ["awaiting-user", "confirming"] as const)
    assert.deepEqual(about(state, "storage-failing", "paused"), [undefined, "storage-failing"]);
});

test("everywhere else the worst problem takes the state's place", () => {
  for (const state of STATES.filter((name) => !["awaiting-user", "confirming"].includes(name)))
    assert.deepEqual(about(state, "no-network"), [
      "no-network",
      undefined,
      ...(state === "paired" ? ["offline"] : []),
    ]);
});

test("a paired device is offline only where Frame.io can't be reached, and connecting until it has answered", () => {
  assert.deepEqual(about("paired", "paused"), ["paused", undefined]);
  assert.deepEqual(about("paired", "server-trouble"), ["server-trouble", undefined]);
  assert.equal(
    topicOf({ state: "paired", health: [], light: lightOf("paired", [], null) }).unproven,
    "connecting",
  );
});

test("what is only worth knowing takes no state's place", () => {
  assert.deepEqual(about("idle", "storage-recovered"), [undefined, undefined]);
});

test("no picture is about its own screen", () => {
  assert.deepEqual(about("idle", "display-missing", "no-dns"), ["no-dns", undefined]);
  assert.deepEqual(about("paired", "display-missing", "qr-too-small"), [undefined, undefined]);
});
