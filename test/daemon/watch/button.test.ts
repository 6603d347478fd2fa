import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/pairing/events.ts";
import type { State } from "../../../daemon/pairing/state.ts";
import { ButtonMeaning } from "../../../daemon/watch/button.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";
import { code, fault, play, record, verdict } from "../pairing/examples.ts";

const BOOTED: Event = { type: "booted", stored: null, end: null };
const PAIR: Event = { type: "pair-requested" };
const RECEIVED: Event = {
  type: "code-answered",
  number: 1,
  outcome: verdict({ type: "offered", code: code() }),
};
const PAIRED: Event = { type: "booted", stored: record(), end: null };

function stateAfter(...events: Event[]): State {
  return play(
    events.map((event) => [0, event] as const),
    { settings: { start: "manual", window: 0 } },
  ).state;
}

const STATES = {
  resting: stateAfter(BOOTED),
  asking: stateAfter(BOOTED, PAIR),
  retrying: stateAfter(BOOTED, PAIR, { type: "code-answered", number: 1, outcome: fault("timeout") }),
  offering: stateAfter(BOOTED, PAIR, RECEIVED),
  paired: stateAfter(PAIRED),
} as const;

function bench(state: State) {
  const clock = new ManualClock();
  const calls: string[] = [];
  let now = state;
  let finish: (left: { revoked: boolean } | null) => void = () => {};
  const button = new ButtonMeaning({
    clock,
    state: () => now,
    pair: () => calls.push("pair"),
    unpair: () => {
      calls.push("unpair");
      now = STATES.resting;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    look: () => calls.push("wake"),
    changed: () => calls.push(button.view()?.seconds_left?.toString() ?? button.view()?.phase ?? "nothing"),
    log: { info: () => {}, warn: () => {} },
  });
  return {
    button,
    clock,
    calls,
    become(next: State) {
      now = next;
    },
    async left(answer: { revoked: boolean } | null) {
      finish(answer);
      await settled();
    },
  };
}

for (const [name, expected] of [
  ["resting", ["wake", "pair"]],
  ["offering", ["wake", "pair"]],
  ["retrying", ["wake", "pair"]],
  ["asking", ["wake"]],
  ["paired", ["wake"]],
] as const)
  test(`a short press while ${name}: ${expected.join(", ")}`, () => {
    const { button, calls } = bench(STATES[name]);
    button.onPress();
    assert.deepEqual(calls, expected);
  });

test("a press asks for another code on a paired device that shows one already", () => {
  const state = stateAfter(PAIRED, PAIR, { ...RECEIVED, number: 2 } as Event);
  assert.equal(state.offer.at, "awaiting");
  const { button, calls } = bench(state);
  button.onPress();
  assert.deepEqual(calls, ["wake", "pair"]);
});

test("holding counts down, unpairs, and tells how that went for as long as it takes to read", async () => {
  for (const [left, told] of [
    [{ revoked: true }, "unpaired"],
    [{ revoked: false }, "not-revoked"],
    [null, "unpaired"],
  ] as const) {
    const { button, calls, clock, left: answer } = bench(STATES.paired);
    for (const second of [4, 3, 2, 1]) button.onHoldProgress(second);
    button.onHold();
    await clock.advance(60_000);
    assert.deepEqual(calls, ["4", "3", "2", "1", "unpairing", "unpair"]);
    await answer(left);
    await clock.advance(3_999);
    assert.deepEqual(calls.slice(6), [told]);
    await clock.advance(1);
    assert.deepEqual(calls.slice(6), [told, "nothing"]);
    assert.equal(clock.pending, 0);
  }
});

test("letting go keeps the pairing and says so", async () => {
  const { button, calls, clock } = bench(STATES.paired);
  button.onHoldProgress(4);
  button.onReleasedEarly();
  await clock.advance(10_000);
  assert.deepEqual(calls, ["4", "kept", "nothing"]);
});

test("what is said gives way to the next press", async () => {
  const { button, calls, clock } = bench(STATES.paired);
  button.onHoldProgress(4);
  button.onReleasedEarly();
  button.onPress();
  await clock.advance(10_000);
  assert.deepEqual(calls, ["4", "kept", "nothing", "wake"]);
  button.onHoldProgress(4);
  button.onReleasedEarly();
  await clock.advance(3_000);
  button.onHoldProgress(4);
  await clock.advance(3_000);
  assert.deepEqual(calls.slice(4), ["4", "kept", "4"], "the end of an older hold ends no newer one");
});

test("where nothing is held, holding says so once and does nothing", async () => {
  const { button, calls, clock } = bench(STATES.offering);
  for (const second of [4, 3, 2, 1]) {
    button.onHoldProgress(second);
    await clock.advance(1_000);
  }
  button.onHold();
  await clock.advance(10_000);
  assert.deepEqual(calls, ["nothing-to-unpair", "nothing"]);
});

test("an authorization that ends while the button is held is not unpaired", async () => {
  for (const at of ["in the countdown", "in its last second"]) {
    const { button, calls, clock, become } = bench(STATES.paired);
    button.onHoldProgress(4);
    become(STATES.resting);
    if (at === "in the countdown") button.onHoldProgress(3);
    button.onHold();
    await clock.advance(10_000);
    assert.deepEqual(calls, ["4", "nothing-to-unpair", "nothing"], at);
  }
});

test("while it unpairs, the button changes nothing of what is said", async () => {
  const { button, calls, left } = bench(STATES.paired);
  button.onHoldProgress(4);
  button.onHold();
  button.onHoldProgress(4);
  button.onReleasedEarly();
  button.onHold();
  await left({ revoked: true });
  assert.deepEqual(calls, ["4", "unpairing", "unpair", "unpaired"]);
});
