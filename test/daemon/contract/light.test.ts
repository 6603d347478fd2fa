import assert from "node:assert/strict";
import { test } from "node:test";
import { lightOf } from "../../../daemon/contract/light.ts";
import {
  PROBLEM_CODES,
  PROBLEM_ROWS,
  type Problem,
  type ProblemCode,
} from "../../../daemon/contract/problems.ts";
import { STATES } from "../../../daemon/contract/states.ts";

function problem(code: ProblemCode): Problem {
  return { code, severity: PROBLEM_ROWS[code].severity, text: "", action: "", detail: null, since: "" };
}
const paired = (...codes: ProblemCode[]) => lightOf("paired", codes.map(problem), 0);

test("green is a paired device alone, and only while Frame.io's last answer is fresh", () => {
  for (const state of STATES) assert.equal(lightOf(state, [], 0) === "green", state === "paired", state);
  assert.equal(lightOf("paired", [], null), "blue");
  assert.equal(lightOf("paired", [], 20 * 60_000), "green");
  assert.equal(lightOf("paired", [], 20 * 60_000 + 1), "blue");
});

test("nothing that a warning tells of the pairing leaves a paired device green", () => {
  for (const code of PROBLEM_CODES) {
    const { severity, topic } = PROBLEM_ROWS[code];
    assert.equal(paired(code) === "green", severity === "info" || !topic, code);
  }
});

test("amber goes on by itself, red needs people", () => {
  for (const code of ["no-network", "refresh-failing", "paused", "expiring-soon", "storage-failing"] as const)
    assert.equal(paired(code), "amber", code);
  assert.equal(paired("may-not-upload"), "red");
  assert.equal(paired("paused", "may-not-upload"), "red");
  assert.equal(lightOf("idle", [], 0), "red");
  assert.equal(lightOf("awaiting-user", [], 0), "blue");
  assert.equal(lightOf("awaiting-user", [problem("server-unreachable")], 0), "amber");
});
