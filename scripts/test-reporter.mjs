/**
 * Prints one line a test, every failure in full, and a last line with the counts. A test that is skipped must say why:
 * a skip without a reason fails the run. (Plain JavaScript: the test runner loads it before any loader.)
 */
import { inspect } from "node:util";

/** @param {AsyncIterable<import("node:test/reporters").TestEvent>} source */
export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if (type === "test:diagnostic" && data.file !== undefined) yield `    ${data.message}\n`;
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
      yield `${indent}FAIL ${name} (${seconds} s, ${file})\n${inspect(error, { depth: 6 })}\n`;
    }
  }
  yield `\n${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
