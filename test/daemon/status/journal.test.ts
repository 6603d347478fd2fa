import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEM_ROWS, type Problem, type ProblemCode } from "../../../daemon/contract/problems.ts";
import { createLogger } from "../../../daemon/core/log.ts";
import { problemJournal } from "../../../daemon/status/journal.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function problem(code: ProblemCode, detail: string | null = null): Problem {
  const { severity } = PROBLEM_ROWS[code];
  return { code, severity, text: "What is wrong.", action: "What to do.", detail, since: "" };
}

test("a problem is written down as it comes, as it is told with another detail, and as it goes", async () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const journal = problemJournal(
    createLogger("info", "journal", (line) => lines.push(line.trim())),
    clock,
  );
  const tell = (...health: Problem[]) => {
    journal(health);
    return lines.splice(0);
  };
  assert.deepEqual(tell(problem("no-network")), ["<4>no-network: What is wrong. What to do."]);
  await clock.advance(60_000);
  assert.deepEqual(tell(problem("no-network")), []);
  assert.deepEqual(tell(problem("storage-failing", "Full."), problem("no-network")), [
    "<3>storage-failing: What is wrong. Full.",
  ]);
  assert.deepEqual(tell(problem("storage-failing", "Read-only.")), [
    "<5>over after 1 min: no-network",
    "<3>storage-failing: What is wrong. Read-only.",
  ]);
  assert.deepEqual(tell(problem("storage-recovered")), [
    "<5>over after 0 s: storage-failing",
    "<6>storage-recovered: What is wrong. What to do.",
  ]);
});
