import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../daemon/contract/problems.ts";
import type { VaultNotice } from "../../../daemon/contract/storage.ts";
import { step } from "../../../daemon/pairing/machine.ts";
import { grantOf, initialState } from "../../../daemon/pairing/state.ts";
import { factsOf, type OtherFacts } from "../../../daemon/status/facts.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { fault } from "../pairing/examples.ts";
import { authorization } from "../vault/support.ts";

const clock = new ManualClock();
const moment = {
  now: clock.elapsed(),
  wall: clock.wall(),
  wallTrusted: true,
  random: 0.5,
  settings: { start: "auto", window: 0 },
} as const;
const unpaired = step(initialState, { type: "booted", stored: null, end: null }, moment).state;
const paired = step(initialState, { type: "booted", stored: authorization(1), end: null }, moment).state;

function factsWith(...notices: VaultNotice[]): OtherFacts {
  return {
    networkUp: true,
    vault: { notices, failing: null, unsaved: false },
    display: { missing: null, qrTooSmall: false, undrawable: null },
    identityChanged: null,
    secretUnusable: null,
    pageFailing: null,
    presence: null,
  };
}

const movedAside = { type: "moved-aside", path: "/var/lib/c2cd/c2cd.db.damaged-1", reason: "" } as const;
const unreadable = { type: "unreadable", reason: "Another key." } as const;

test("a damaged storage asks for a new pairing only where the pairing was lost", () => {
  const [lost] = diagnose(factsOf(unpaired, factsWith(movedAside), clock));
  assert.equal(lost?.code, "storage-replaced");
  assert.equal(lost.severity, "warning");
  assert.match(lost.detail ?? "", /c2cd\.db\.damaged-1/);
  const [saved] = diagnose(factsOf(paired, factsWith(movedAside), clock));
  assert.equal(saved?.code, "storage-recovered");
  assert.equal(saved.severity, "info");
});

test("a blip of the way is no problem, and a long pause that Frame.io asks for is one at once", () => {
  const told = (retryAfter: number) => {
    const outcome = fault("rate-limited", { retryAfter });
    const { state } = step(unpaired, { type: "code-answered", number: 1, outcome }, moment);
    return diagnose(factsOf(state, factsWith(), clock)).map(({ code }) => code);
  };
  assert.deepEqual([told(1_000), told(3_600_000)], [[], ["server-trouble"]]);
});

test("a refresh that fails tells until when the pairing lasts, where that is known", () => {
  const told = (clockTrusted: boolean) => {
    const current = { ...authorization(1).current, obtainedAt: clock.wall(), clockTrusted };
    const stored = { ...authorization(1), current, previous: null, refreshBegun: null };
    const refresh = {
      at: "due",
      when: 0,
      failing: { since: 0, count: 2, cause: "connect", error: null },
    } as const;
    const { state } = step(initialState, { type: "booted", stored, end: null }, moment);
    const grant = grantOf(state);
    assert.ok(grant);
    return diagnose(factsOf({ ...state, authorization: { ...grant, refresh } }, factsWith(), clock));
  };
  const lastDay = new Date(clock.wall() + 14 * 86_400_000).toISOString().slice(0, 10);
  assert.deepEqual(told(true), [
    {
      code: "refresh-failing",
      severity: "warning",
      detail: `Without Frame.io's answer it stays paired until ${lastDay}.`,
    },
  ]);
  assert.equal(told(false)[0]?.detail, null);
});

test("a pairing that can't be unsealed is told until the device is paired again", () => {
  assert.deepEqual(
    diagnose(factsOf(unpaired, factsWith(unreadable), clock)).map(({ code }) => code),
    ["storage-unreadable"],
  );
  assert.deepEqual(diagnose(factsOf(paired, factsWith(unreadable), clock)), []);
});
