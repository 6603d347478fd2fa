/** Values for tests of the pairing machine: one of everything. */
import type { AuthorizationRecord, DeviceRecord, Tokens } from "../../../daemon/contract/authorization.ts";
import type { Fault, FaultKind, OfferedCode, Outcome } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { Event } from "../../../daemon/pairing/events.ts";
import { type Step, step } from "../../../daemon/pairing/machine.ts";
import { initialState, type State } from "../../../daemon/pairing/state.ts";
import type { Moment } from "../../../daemon/pairing/turn.ts";

export const WALL = Date.UTC(2026, 5, 1);

export function moment(now: number, given: Partial<Moment> = {}): Moment {
  return {
    now,
    wall: WALL + now,
    wallTrusted: true,
    random: 0.5,
    settings: { start: "auto", window: 0 },
    ...given,
  };
}

export function code(given: Partial<OfferedCode> = {}): OfferedCode {
  return {
    deviceCode: new Secret("device-code"),
    userCode: "012345",
    verificationUri: "https://next.frame.io/pair",
    verificationUriComplete: "https://next.frame.io/pair/012345",
    expiresIn: 120,
    interval: 5,
    deviceName: "ACME-1",
    ...given,
  };
}

export function tokens(name: string): Tokens {
  return {
    accessToken: new Secret(`${name}-access`),
    refreshToken: new Secret(`${name}-refresh`),
    expiresIn: 28_800,
  };
}

export const device: DeviceRecord = {
  ids: ["d1", "r1"],
  name: "ACME-1",
  project: { id: "p1", name: "Feature Film" },
  authorizationExpiresAt: null,
  paused: false,
  canCreateAssets: true,
};

export function record(given: Partial<AuthorizationRecord> = {}): AuthorizationRecord {
  return {
    current: { ...tokens("stored"), obtainedAt: WALL - 3_600_000, clockTrusted: true },
    previous: null,
    refreshBegun: null,
    leaving: false,
    device,
    ...given,
  };
}

export function verdict<V>(given: V): Outcome<V> {
  return { kind: "verdict", verdict: given };
}

export function fault(kind: FaultKind, given: Partial<Fault> = {}): { kind: "fault"; fault: Fault } {
  return { kind: "fault", fault: { kind, detail: kind, retryAfter: null, ...given } };
}

/** Plays events in order, each at its time, and keeps every step. */
export function play(
  events: readonly (readonly [number, Event])[],
  given: Partial<Moment> = {},
  from: State = initialState,
): { readonly state: State; readonly steps: readonly Step[] } {
  const steps: Step[] = [];
  let state = from;
  for (const [now, event] of events) {
    const taken = step(state, event, moment(now, given));
    steps.push(taken);
    state = taken.state;
  }
  return { state, steps };
}
