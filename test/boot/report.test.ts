import assert from "node:assert/strict";
import { it } from "node:test";
import { report } from "./report.ts";

it("prints one line for each case, in columns", () => {
  const firstCode = { serviceStarted: 9.04, serviceReady: 21.06, codeRead: 23.5 };
  assert.equal(
    report("on a machine", [
      { name: "first-boot", failure: null, seconds: 151.2, firstCode, notes: ["one", "two"] },
      { name: "hang", failure: "not so: it was the watchdog", seconds: 9, firstCode: null, notes: [] },
    ]),
    [
      "on a machine",
      "case        result  started   ready  QR read  whole case",
      "first-boot  ok        9.0 s  21.1 s   23.5 s       151 s  one, two",
      "hang        FAILED        -       -        -       9.0 s",
      "1 passed, 1 failed",
    ].join("\n"),
  );
});
