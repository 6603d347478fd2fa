import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "../../../daemon/core/log.ts";
import type { Event } from "../../../daemon/pairing/events.ts";
import { step } from "../../../daemon/pairing/machine.ts";
import { initialState, type State } from "../../../daemon/pairing/state.ts";
import { Meters } from "../../../daemon/status/meters.ts";
import { observer } from "../../../daemon/status/observe.ts";
import { code, fault, play, record, verdict } from "../pairing/examples.ts";

const settings = { start: "auto", window: 0 } as const;

test("the journal tells why no code comes, once for each reason", () => {
  const lines: string[] = [];
  let now = 0;
  const observe = observer(
    createLogger("info", "journal", (line) => lines.push(line.trim())),
    new Meters(),
    { elapsed: () => now },
  );
  let state: State = initialState;
  const take = (event: Event) => {
    now += 600_000;
    const before = state;
    state = step(before, event, { now, wall: now, wallTrusted: true, random: 0.5, settings }).state;
    observe({ before, event, after: state });
  };
  take({ type: "booted", stored: null, end: null });
  for (const kind of ["status", "status", "rate-limited", "connect", "dns"] as const) {
    take({ type: "code-answered", number: state.lastNumber, outcome: fault(kind, { detail: "why" }) });
    take({ type: "tick" });
  }
  const offered = { type: "offered", code: code() } as const;
  take({ type: "code-answered", number: state.lastNumber, outcome: verdict(offered) });
  assert.deepEqual(lines, [
    "<6>starting -> requesting-code (nothing stored)",
    "<4>requesting-code: request for a code: why; next try in 1 s",
    "<4>requesting-code: request for a code: why; next try in 4 s",
    "<4>requesting-code -> waiting-for-network (request for a code: why; next try in 8 s)",
    "<4>waiting-for-network: request for a code: why; next try in 16 s",
    "<5>waiting-for-network -> requesting-code (code received, 120 s)",
  ]);
});

test("the loss of an authorization is a warning, and so is one that Frame.io was not told of", () => {
  const lines: string[] = [];
  const observe = observer(
    createLogger("info", "journal", (line) => lines.push(line.trim())),
    new Meters(),
    { elapsed: () => 0 },
  );
  const paired = play([[0, { type: "booted", stored: record(), end: null }]]).state;
  const absent: State = { ...paired, authorization: { at: "absent", ended: null } };
  const ended = { type: "ended", error: "Not Authorized", description: null } as const;
  observe({
    before: paired,
    event: { type: "refresh-answered", number: 1, outcome: verdict(ended) },
    after: absent,
  });
  for (const unrevoked of [null, "the name did not resolve (ENOTFOUND)"])
    observe({ before: absent, event: { type: "left", number: 1, unrevoked }, after: absent });
  assert.deepEqual(lines, [
    "<4>paired -> idle (authorization ended: Not Authorized)",
    "<4>idle: forgotten here; Frame.io was not told: the name did not resolve (ENOTFOUND)",
  ]);
});
