import assert from "node:assert/strict";
import { test } from "node:test";
import type { ButtonView } from "../../../daemon/contract/snapshot.ts";
import type { Event } from "../../../daemon/pairing/events.ts";
import { initialState, type State } from "../../../daemon/pairing/state.ts";
import { StatusKeeper } from "../../../daemon/status/keeper.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { IDLE } from "../../support/snapshots.ts";
import { code, fault, play, record, verdict } from "../pairing/examples.ts";

function bench() {
  const clock = new ManualClock();
  let state: State = initialState;
  let button: ButtonView | null = null;
  let told = 0;
  const keeper = new StatusKeeper({
    state: () => state,
    facts: () => ({
      networkUp: true,
      vault: { notices: [], failing: null, unsaved: false },
      display: { missing: null, qrTooSmall: false, undrawable: null },
      identityChanged: null,
      secretUnusable: null,
      pageFailing: null,
      presence: null,
    }),
    display: () => IDLE.display,
    button: () => button,
    identity: () => ({
      clientId: "10000000A1B2C3D4",
      source: "board-serial",
      model: null,
      boardSerial: "10000000A1B2C3D4",
    }),
    hasButton: false,
    network: () => [],
    page: () => [],
    firmware: "1.0.0",
    version: "0.0.0-dev",
    clock,
  });
  keeper.subscribe(() => told++);
  return {
    keeper,
    clock,
    become(...events: Event[]) {
      state = play(events.map((event) => [clock.elapsed(), event] as const)).state;
      keeper.update();
    },
    hold(view: ButtonView) {
      button = view;
      keeper.update();
    },
    told: () => told,
  };
}

test("time that passes is no change: polls and ticks tell nobody, a new code and a second of the button do", async () => {
  const { keeper, clock, become, hold, told } = bench();
  become({ type: "booted", stored: null, end: null });
  const offered = { type: "offered", code: code() } as const;
  const answered: Event = { type: "code-answered", number: 1, outcome: verdict(offered) };
  become({ type: "booted", stored: null, end: null }, answered);
  assert.equal(told(), 2);
  for (let second = 0; second < 20; second++) {
    await clock.advance(1_001);
    keeper.update();
  }
  assert.equal(told(), 2);
  assert.equal(keeper.snapshot().pairing?.expires_in, 99, "a snapshot tells the time of its own moment");
  hold({ phase: "counting", seconds_left: 4 });
  hold({ phase: "counting", seconds_left: 3 });
  assert.equal(told(), 4);
  become({ type: "booted", stored: record(), end: null });
  assert.equal(told(), 5);
  await clock.advance(60_000);
  keeper.update();
  assert.equal(told(), 5);
});

test("a clock that is wrong is told anew by the minute", async () => {
  const { keeper, clock, become, told } = bench();
  const refused = (number: number): Event => ({ type: "code-answered", number, outcome: fault("clock") });
  become({ type: "booted", stored: null, end: null }, refused(1), { type: "tick" }, refused(2));
  const minute = () => new Date(Math.floor(clock.wall() / 60_000) * 60_000).toISOString();
  assert.deepEqual(
    keeper.snapshot().health.map(({ code }) => code),
    ["clock-wrong"],
  );
  assert.equal(keeper.snapshot().wrong_time, minute());
  await clock.advance(60_000 - (clock.wall() % 60_000));
  keeper.update();
  const before = told();
  for (const second of [30, 60]) {
    await clock.advance(30_000);
    keeper.update();
    assert.equal(told() - before, second === 60 ? 1 : 0, `after ${second} s`);
  }
  assert.equal(keeper.snapshot().wrong_time, minute());
});
