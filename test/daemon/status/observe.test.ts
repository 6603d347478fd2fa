import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "../../../daemon/core/log.ts";
import type { Event } from "../../../daemon/pairing/events.ts";
import { step } from "../../../daemon/pairing/machine.ts";
import { initialState, type State } from "../../../daemon/pairing/state.ts";
import { Meters } from "../../../daemon/status/meters.ts";
import { observer } from "../../../daemon/status/observe.ts";
import { fault } from "../pairing/examples.ts";

const settings = { start: "auto", window: 0 } as const;

test("the journal tells why no code comes, once for each reason", () => {
  const lines: string[] = [];
  const observe = observer(
    createLogger("info", "journal", (line) => lines.push(line.trim())),
    new Meters(),
  );
  let state: State = initialState;
  let now = 0;
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
  assert.deepEqual(lines, [
    "<6>starting -> requesting-code (nothing stored)",
    "<6>requesting-code: status: why",
    "<6>requesting-code: rate-limited: why",
    "<6>requesting-code -> waiting-for-network (connect: why)",
    "<6>waiting-for-network: dns: why",
  ]);
});
