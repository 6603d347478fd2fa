import type { Identity } from "../contract/identity.ts";
import { lightOf } from "../contract/light.ts";
import type { Problem } from "../contract/problems.ts";
import type {
  AuthorizationView,
  ButtonView,
  DisplayView,
  NetworkView,
  PairingView,
  Snapshot,
} from "../contract/snapshot.ts";
import type { Clock } from "../core/clock.ts";
import { shownAttempt, stateName } from "../pairing/name.ts";
import { type Attempt, type Grant, grantOf, type State } from "../pairing/state.ts";

const MINUTE_MS = 60_000;

/** What a snapshot is made of, beside the machine's state. */
export interface SnapshotParts {
  readonly state: State;
  /** Wall time at which the public state was entered. */
  readonly since: number;
  readonly identity: Identity;
  readonly health: readonly Problem[];
  readonly display: DisplayView;
  readonly button: ButtonView | null;
  readonly hasButton: boolean;
  readonly network: readonly NetworkView[];
  readonly page: readonly string[];
  readonly firmware: string;
  readonly version: string;
  /** `Clock.elapsed()` at the start of the daemon. */
  readonly startedAt: number;
}

/** The public picture of this moment. The one place where the machine's state meets the outside: no secret passes. */
export function snapshot(parts: SnapshotParts, clock: Clock): Snapshot {
  const { state, identity } = parts;
  const attempt = shownAttempt(state.offer);
  const grant = grantOf(state);
  const device = grant?.device?.record ?? null;
  const name = stateName(state);
  const silence = state.answeredAt === null ? null : clock.elapsed() - state.answeredAt;
  return {
    state: name,
    light: lightOf(name, parts.health, silence),
    since: iso(parts.since),
    device: {
      name: attempt?.code.deviceName ?? device?.name ?? identity.clientId,
      client_id: identity.clientId,
      model: identity.model ?? "",
      serial: identity.boardSerial,
      source: identity.source,
    },
    pairing: attempt === null ? null : pairing(attempt, clock),
    project: device?.project ?? null,
    authorization: grant && authorization(grant, silence, clock),
    health: parts.health,
    display: parts.display,
    button: parts.button,
    has_button: parts.hasButton,
    wrong_time: parts.health.some(({ code }) => code === "clock-wrong") ? minute(clock) : null,
    network: parts.network,
    page: parts.page,
    firmware: parts.firmware,
    version: parts.version,
    uptime: Math.floor((clock.elapsed() - parts.startedAt) / 1000),
  };
}

function pairing(attempt: Attempt, clock: Clock): PairingView {
  const left = Math.max(0, attempt.deadline - clock.elapsed());
  return {
    user_code: attempt.code.userCode,
    verification_uri: attempt.code.verificationUri,
    verification_uri_complete: attempt.code.verificationUriComplete,
    expires_in: Math.floor(left / 1000),
    expires_at: iso(clock.wall() + left),
    attempt: attempt.ordinal,
  };
}

function authorization(grant: Grant, silence: number | null, clock: Clock): AuthorizationView {
  const { accessEnds, current, device } = grant;
  const expiresAt = device?.record.authorizationExpiresAt ?? null;
  return {
    expires_at: expiresAt === null ? null : iso(expiresAt),
    access_expires_in:
      accessEnds === null ? null : Math.max(0, Math.floor((accessEnds - clock.elapsed()) / 1000)),
    refreshed_at: current.clockTrusted ? iso(current.obtainedAt) : null,
    answered_at: silence === null ? null : iso(clock.wall() - silence),
  };
}

/** Whole, so that a snapshot is another one each minute and not each time. */
function minute(clock: Clock): string {
  return iso(Math.floor(clock.wall() / MINUTE_MS) * MINUTE_MS);
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
