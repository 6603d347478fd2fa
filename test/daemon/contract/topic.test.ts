import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEM_ROWS, type Problem, type ProblemCode } from "../../../daemon/contract/problems.ts";
import { STATES, type StateName } from "../../../daemon/contract/states.ts";
import { topicOf } from "../../../daemon/contract/topic.ts";

function problem(code: ProblemCode): Problem {
  return { code, severity: PROBLEM_ROWS[code].severity, text: "", action: "", detail: null, since: "" };
}
const about = (state: StateName, ...codes: ProblemCode[]) => {
  const { problem: told, notice } = topicOf({ state, health: codes.map(problem) });
  return [told?.code, notice?.code];
};

test("while a code is on offer or an authorization is held, the picture is about that, and a problem beside it", () => {
  for (const state of ["awaiting-user", "confirming", "paired"] as const)
    assert.deepEqual(about(state, "storage-failing", "paused"), [undefined, "storage-failing"]);
});

test("everywhere else the worst problem takes the state's place", () => {
  for (const state of STATES.filter((name) => !["awaiting-user", "confirming", "paired"].includes(name)))
    assert.deepEqual(about(state, "no-network"), ["no-network", undefined]);
});

test("what is only worth knowing takes no state's place", () => {
  assert.deepEqual(about("idle", "storage-recovered"), [undefined, undefined]);
});

test("no picture is about its own screen", () => {
  assert.deepEqual(about("idle", "display-missing", "no-dns"), ["no-dns", undefined]);
  assert.deepEqual(about("paired", "display-missing", "qr-too-small"), [undefined, undefined]);
});
