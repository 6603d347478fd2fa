import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync } from "node:fs";
import { test } from "node:test";
import { asErrors, chooseFormat, createLogger, isJournal } from "../../../daemon/core/log.ts";

test("the journal gets each line with its priority, as sd-daemon(3) numbers them", () => {
  const lines: string[] = [];
  const log = createLogger("debug", "journal", (line) => lines.push(line));
  for (const level of ["fatal", "error", "warn", "notice", "info", "debug"] as const)
    log[level](`a\n${level}`);
  assert.deepEqual(lines, [
    "<2>a\n<2>fatal\n",
    "<3>a\n<3>error\n",
    "<4>a\n<4>warn\n",
    "<5>a\n<5>notice\n",
    "<6>a\n<6>info\n",
    "<7>a\n<7>debug\n",
  ]);
  assert.equal(asErrors("one\n  two\n", true), "<3>one\n<3>  two\n");
  assert.equal(asErrors("one\n  two\n", false), "one\n  two\n");
});

test("JOURNAL_STREAM counts only for the stream that it names, for children of a service inherit it", () => {
  const file = openSync("/dev/null", "w");
  const { dev, ino } = fstatSync(file);
  assert.ok(isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, file));
  assert.ok(!isJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` }, file));
  assert.ok(!isJournal({ JOURNAL_STREAM: `1${dev}:${ino}` }, file));
  assert.ok(!isJournal({ JOURNAL_STREAM: "8:1" }, file));
  assert.ok(!isJournal({}, file));
  closeSync(file);
  assert.ok(!isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, file), "a closed one leads nowhere");
  assert.deepEqual(
    [chooseFormat("auto", true, true), chooseFormat("auto", false, true), chooseFormat("auto", false, false)],
    ["journal", "pretty", "json"],
  );
});
