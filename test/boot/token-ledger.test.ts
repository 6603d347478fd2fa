import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SeenRequest } from "../simulator/journal.ts";
import { TokenLedger } from "./token-ledger.ts";

type Event = "cut" | readonly [SeenRequest["call"], number | null];

function follow(...events: readonly Event[]): TokenLedger["cuts"] {
  const ledger = new TokenLedger();
  for (const event of events) {
    if (event === "cut") ledger.cut();
    else ledger.see({ call: event[0], status: event[1] } as SeenRequest);
  }
  return ledger.cuts;
}

describe("the ledger of tokens", () => {
  it("expects nothing of a device that was cut off before it had any", () => {
    assert.deepEqual(follow(["code", 200], ["poll", 400], "cut", ["code", 200]), {
      used: 0,
      stored: 0,
      unstored: 0,
      none: 1,
    });
  });

  it("counts what was sent by whether it is there afterwards", () => {
    const kept = follow(["poll", 200], "cut", ["refresh", 200], "cut", ["refresh", 200]);
    assert.deepEqual(kept, { used: 0, stored: 2, unstored: 0, none: 0 });
    const lost = follow(["poll", 200], "cut", ["code", 200]);
    assert.deepEqual(lost, { used: 0, stored: 0, unstored: 1, none: 0 });
    const spent = follow(
      ["poll", 200],
      ["me", 200],
      ["refresh", 200],
      "cut",
      ["refresh", 400],
      ["code", 200],
    );
    assert.deepEqual(spent, { used: 0, stored: 0, unstored: 1, none: 0 });
  });

  it("resolves several cuts in a row by what is there in the end", () => {
    assert.equal(follow(["poll", 200], "cut", "cut", ["refresh", 200]).stored, 2);
    assert.equal(follow(["poll", 200], "cut", "cut", ["code", 200]).unstored, 2);
  });

  it("does not forgive the loss of what was used", () => {
    for (const use of ["me", "heartbeat", "socket"] as const)
      for (const loss of [
        ["code", 200],
        ["refresh", 400],
      ] as const)
        assert.throws(() => follow(["poll", 200], [use, 200], "cut", loss), /lost tokens/);
  });

  it("takes an error of the server for no sign of anything", () => {
    assert.deepEqual(follow(["poll", 200], ["me", 200], "cut", ["refresh", 503], ["refresh", null]), {
      used: 1,
      stored: 0,
      unstored: 0,
      none: 0,
    });
  });
});
