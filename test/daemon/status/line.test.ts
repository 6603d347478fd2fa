import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem, ProblemCode } from "../../../daemon/contract/problems.ts";
import type { Snapshot } from "../../../daemon/contract/snapshot.ts";
import { statusLine } from "../../../daemon/status/line.ts";

function line(about: Partial<Snapshot>): string {
  return statusLine({ pairing: null, project: null, health: [], light: "green", ...about } as Snapshot);
}

function problem(code: ProblemCode, detail: string | null): Problem {
  return { code, severity: "error", text: "What is wrong.", action: "Ask someone.", detail, since: "" };
}

test("the line names the project, and what to do where nothing goes by itself", () => {
  assert.equal(
    line({ state: "paired", project: { id: "1", name: "Feature Film" } }),
    "Paired with Feature Film",
  );
  assert.match(line({ state: "idle" }), /^Not paired, .*: c2cctl pair$/);
});

test("the line is for the operator: what the crew is told stands in only where there is nothing more to say", () => {
  const missing = problem("secret-missing", "Run c2cd-provision.");
  assert.equal(line({ state: "unconfigured", health: [missing] }), "What is wrong. Run c2cd-provision.");
  assert.equal(
    line({ state: "waiting-for-network", health: [problem("no-network", null)] }),
    "What is wrong. Ask someone.",
  );
  assert.equal(
    line({ state: "paired", health: [problem("refresh-failing", null)] }),
    "Paired, offline. What is wrong. Ask someone.",
  );
});
