/**
 * Prints one line a test, every failure in full, and a last line with the counts. A test that is skipped must say why:
 * a skip without a reason fails the run. (Plain JavaScript: the test runner loads it before any loader.)
 */
import { existsSync, readFileSync } from "node:fs";
import { inspect } from "node:util";

/** The secrets of tests: see test/support/canary.ts. */
const SECRET = /canary[\w-]{4,}/g;

/** @param {AsyncIterable<import("node:test/reporters").TestEvent>} source */
export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if ((type === "test:stdout" || type === "test:stderr") && data.message.search(SECRET) >= 0) {
      failed += 1;
      process.exitCode = 1;
      yield `FAIL a secret in the output of ${data.file}\n`;
    }
    // Without a file come the runner's own counts, and what went wrong after a test had ended.
    if (type === "test:diagnostic" && (data.file !== undefined || /^(Error|Warning): /.test(data.message)))
      yield `    ${data.message}\n`;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, details, skip, file } = data;
    const error = details.error;
    const isSuite =
      details.type === "suite" && (error === undefined || error.failureType === "subtestsFailed");
    if (isSuite) continue;
    const indent = "  ".repeat(nesting);
    const seconds = (details.duration_ms / 1000).toFixed(1);
    if (skip !== undefined && type === "test:pass") {
      skipped += 1;
      if (typeof skip === "string" && skip !== "") {
        yield `${indent}skip ${name}: ${skip}\n`;
        continue;
      }
      failed += 1;
      process.exitCode = 1;
      yield `${indent}FAIL ${name}: skipped without a reason (${file})\n`;
    } else if (type === "test:pass") {
      passed += 1;
      yield `${indent}ok   ${name} (${seconds} s)\n`;
    } else {
      failed += 1;
      const what = inspect(error, { depth: 6 }).replace(SECRET, "[secret]");
      yield `${indent}FAIL ${name} (${seconds} s, ${file})\n${what}\n`;
    }
  }
  const tally = process.env.TEST_TALLY;
  if (tally !== undefined && existsSync(tally)) {
    const rows = readFileSync(tally, "utf8").trim().split("\n");
    const sum = (column) => rows.reduce((total, row) => total + Number(row.split(" ")[column]), 0);
    yield `\nlooked for secrets in ${sum(0)} answers, logs, screens and /proc files, ${sum(1)} bytes\n`;
  }
  yield `\n${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
