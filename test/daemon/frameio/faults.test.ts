import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { faultOf } from "../../../daemon/frameio/faults.ts";

describe("an error without a code", () => {
  for (const [name, error, detail] of [
    [
      "has a name and a message",
      new Error("Invalid Sec-WebSocket-Accept header"),
      "Error: Invalid Sec-WebSocket-Accept header",
    ],
    ["has a name at least", new Error(""), "Error:"],
    ["is not quoted where its message is not fit for a log", new Error("<b>\u001b[31m"), "Error"],
    ["is not quoted at length", new Error("x".repeat(500)), "Error"],
  ] as const)
    test(name, () => {
      assert.deepEqual(faultOf(error, true), {
        kind: "connect",
        detail: `the connection failed (${detail})`,
        retryAfter: null,
      });
    });

  for (const Bug of [TypeError, RangeError, ReferenceError, SyntaxError, URIError])
    test(`is a mistake in the program where it is a ${Bug.name}`, () => {
      assert.throws(() => faultOf(new Bug("x"), true), Bug);
    });
});
