import assert from "node:assert/strict";
import { test } from "node:test";
import { Audience } from "../../daemon/audience.ts";
import { ManualClock } from "../support/manual-clock.ts";

function bench() {
  const clock = new ManualClock();
  const told: boolean[] = [];
  return { clock, told, audience: new Audience(clock, (watched) => told.push(watched)) };
}

test("who follows is there until they leave, and everyone who comes is told", () => {
  const { audience, told } = bench();
  const leave = audience.stay();
  audience.stay()();
  assert.deepEqual(told, [true, true]);
  leave();
  assert.deepEqual(told, [true, true, false]);
});

test("a program that asks again and again is told once, and gone two minutes after it last asked", async () => {
  const { audience, told, clock } = bench();
  for (let count = 0; count < 10; count++) {
    audience.glance();
    await clock.advance(60_000);
  }
  assert.deepEqual(told, [true]);
  await clock.advance(60_000);
  assert.deepEqual(told, [true, false]);
});

test("a press of the button is told each time, and looks on for as long", async () => {
  const { audience, told, clock } = bench();
  audience.come();
  await clock.advance(60_000);
  audience.come();
  await clock.advance(119_000);
  assert.equal(audience.watched, true);
  await clock.advance(1_000);
  assert.equal(audience.watched, false);
  assert.deepEqual(told.slice(-2), [true, false]);
});

test("a display is looked at for as long as it shows something", async () => {
  const { audience, told, clock } = bench();
  audience.light(true);
  audience.light(true);
  audience.glance();
  await clock.advance(300_000);
  assert.deepEqual(told, [true]);
  audience.light(false);
  assert.deepEqual(told, [true, false]);
});

test("nothing is left running when it is closed", () => {
  const { audience, clock } = bench();
  audience.glance();
  audience.close();
  assert.equal(clock.pending, 0);
});
