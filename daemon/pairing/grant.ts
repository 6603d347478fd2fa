/**
 * The authorization: its tokens and their rotation, what Frame.io says of the device, its end. Pure and total. A refresh
 * token is good for one use, so: record the intent, send, make the new pair durable beside the old one, use it once,
 * drop the old one.
 */

import { isDeepStrictEqual } from "node:util";
import type { AuthorizationRecord, StoredTokens, Tokens } from "../contract/authorization.ts";
import { REFRESH_LIFE_MS } from "../contract/authorization.ts";
import type { HistoryEvent } from "../contract/history.ts";
import type { Fault, RefreshVerdict } from "../contract/verdicts.ts";
import type { Effect, Event } from "./events.ts";
import type {
  Absent,
  Attention,
  Authorization,
  Ended,
  Failing,
  Grant,
  Leaving,
  Refresh,
  Rotation,
} from "./state.ts";
import { isOvertaken, pauseAfter, type Turn } from "./turn.ts";

type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;

export type GrantEvent =
  | EventOf<
      | "booted"
      | "found"
      | "tick"
      | "unpair-requested"
      | "settled"
      | "device-kept"
      | "device-answered"
      | "refresh-prepared"
      | "refresh-answered"
      | "left"
      | "token-refused"
      | "token-wanted"
      | "status-told"
      | "device-doubted"
      | "watched"
      | "network-changed"
      | "clock-changed"
    >
  /** A code was approved. */
  | { readonly type: "granted"; readonly tokens: Tokens }
  /** The way to Frame.io may be free again. `byHand`: what the server refused is tried again as well. */
  | { readonly type: "hurried"; readonly byHand: boolean };

/** Whether codes are to be offered, now that another authorization is held, or none. */
export interface Needed {
  readonly type: "needed" | "not-needed";
}

const REFUSED_RETRY_MS = 60_000;
const REFRESH_BACKOFF_MAX_MS = 300_000;
const READ_BACKOFF_MAX_MS = 300_000;
/** The device record is read again this often while somebody could see it or uploads are refused, */
const CLOSE_PACE_MS = 120_000;
/** this often otherwise, and where the status socket tells of changes, */
const WIDE_PACE_MS = 900_000;
/** and never sooner after the last time, whoever asks for it. */
const READ_FLOOR_MS = 5_000;
/** Where the count of failing refreshes starts over: the first is retried at once, and two in a row are told. */
const FAILING_ANEW = 2;
/** Devices that get power together ask together: the refresh at boot is spread over this long. */
const BOOT_SPREAD_MS = 10_000;
/** A boot loop must not spend a single-use token at every turn. */
const FRESH_ENOUGH = 0.1;
/** A server that refuses what it has just issued gets a refresh out of us this often, and no storm. */
const REFUSED_AGAIN_MS = 3_600_000;
/** An access token that can't be renewed and is refused this often in a row is dead. */
const REFUSALS_FOR_GOOD = 3;

export function stepGrant(
  before: Authorization,
  event: GrantEvent,
  turn: Turn,
): { readonly authorization: Authorization; readonly said: Needed | null } {
  const authorization = react(before, event, turn);
  if (authorization.at === before.at) return { authorization, said: null };
  return { authorization, said: { type: authorization.at === "absent" ? "needed" : "not-needed" } };
}

function react(authorization: Authorization, event: GrantEvent, turn: Turn): Authorization {
  switch (event.type) {
    case "booted":
      return authorization.at === "unknown" ? onBooted(event, turn) : authorization;
    case "found":
      return authorization.at === "absent" ? takeUp(event.stored, turn) : authorization;
    case "granted":
      return startGrant(event.tokens, turn);
    case "left":
      return authorization.at === "leaving" && event.number === authorization.number
        ? { at: "absent", ended: null }
        : authorization;
    case "refresh-answered":
      return onRefreshed(authorization, event, turn);
    case "clock-changed":
      return authorization.at === "absent"
        ? judgeAnew(authorization, turn)
        : onHeld(authorization, event, turn);
    default:
      return onHeld(authorization, event, turn);
  }
}

type HeldEvent = Exclude<GrantEvent, { type: "booted" | "found" | "granted" | "left" | "refresh-answered" }>;

function onHeld(authorization: Authorization, event: HeldEvent, turn: Turn): Authorization {
  if (authorization.at !== "held") return authorization;
  const grant = authorization;
  switch (event.type) {
    case "tick":
      return fallDue(grant, turn);
    case "unpair-requested": {
      const left = leave(grant.number, recordOf(grant), turn);
      turn.do(history("unpaired", "on request"));
      return left;
    }
    case "settled":
      return event.number === grant.number && grant.rotation.at === "storing"
        ? readDevice({ ...grant, rotation: { ...grant.rotation, at: "unproven" } }, 0, turn)
        : grant;
    case "device-kept":
      return event.number === grant.number && grant.device?.kept === false
        ? { ...grant, device: { ...grant.device, kept: true } }
        : grant;
    case "device-answered":
      return onDevice(grant, event, turn);
    case "refresh-prepared":
      return onPrepared(grant, event, turn);
    case "token-refused": {
      if (!event.accessToken.equals(grant.current.accessToken)) return grant;
      return refuseToken(doubt(grant, turn), turn);
    }
    case "token-wanted":
      return onTokenWanted(grant, event.life, turn);
    case "status-told":
      return onStatus(grant, event.paused, turn);
    case "device-doubted":
      return doubt(grant, turn);
    case "watched":
      return event.watched ? onWatched(grant, turn) : grant;
    case "network-changed":
      return event.up ? refreshWhileUp(grant, turn) : grant;
    case "clock-changed":
      return grant.accessEnds === null ? { ...grant, accessEnds: endByClock(grant.current, turn) } : grant;
    case "hurried":
      return hurry(grant, event.byHand, turn);
  }
}

/** When something falls due next; infinity for never. */
export function grantWakeAt(authorization: Authorization, attention: Attention): number {
  if (authorization.at !== "held" || authorization.rotation.at === "storing") return Number.POSITIVE_INFINITY;
  const { refresh, accessEnds } = authorization;
  const renewal = refresh.at === "due" ? refresh.when : null;
  const end = refresh.at === "never" ? accessEnds : null;
  const times = [renewal, end, readTime(authorization, attention)];
  return Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
}

function fallDue(given: Grant, turn: Turn): Authorization {
  if (given.rotation.at === "storing") return given;
  let grant = given;
  if (grant.refresh.at === "never" && grant.accessEnds !== null && turn.now >= grant.accessEnds)
    return end(ranOutNow(turn), turn);
  if (grant.refresh.at === "due" && turn.now >= grant.refresh.when) {
    const { failing } = grant.refresh;
    grant = {
      ...grant,
      refreshBegun: grant.refreshBegun ?? turn.wall,
      refresh: { at: "preparing", failing },
    };
    turn.do({ type: "prepare-refresh", number: grant.number, record: recordOf(grant) });
  }
  const readAt = readTime(grant, turn.attention);
  if (readAt === null || turn.now < readAt) return grant;
  return readDevice(grant, grant.reading.at === "retry" ? grant.reading.failures : 0, turn);
}

// ---------------------------------------------------------------------------------------------------------------
// How an authorization comes and goes

function onBooted({ stored, end }: EventOf<"booted">, turn: Turn): Authorization {
  if (stored !== null) return takeUp(stored, turn);
  return { at: "absent", ended: end && { reason: end.reason, wallAt: end.at, at: null, obtainedAt: null } };
}

function takeUp(stored: AuthorizationRecord, turn: Turn): Grant | Leaving {
  const number = turn.number();
  // An unpair that the power was cut in.
  if (stored.leaving) return leave(number, stored, turn);
  const { current, previous, refreshBegun, device } = stored;
  const accessEnds = endByClock(current, turn);
  return {
    at: "held",
    number,
    current,
    rotation: previous === null ? { at: "proven" } : { at: "unproven", previous },
    accessEnds,
    refreshBegun,
    device: device && { record: device, kept: true },
    reading:
      accessEnds !== null && accessEnds > turn.now
        ? { at: "retry", when: turn.now + turn.random * BOOT_SPREAD_MS, failures: 0 }
        : { at: "rest" },
    readAt: turn.now,
    refresh: bootRefresh(stored, accessEnds, turn),
    refusedAt: null,
  };
}

function startGrant(tokens: Tokens, turn: Turn): Grant {
  const number = turn.number();
  const before = { number, device: null, refusedAt: null };
  const grant = withTokens(before, tokens, null, turn);
  // First of all: until this is on the disk, a power cut costs the pairing.
  turn.do({ type: "store", number, record: recordOf(grant), answer: "settled" });
  turn.do(history("paired", "Frame.io granted an authorization"));
  return grant;
}

function withTokens(
  { number, device, refusedAt }: Pick<Grant, "number" | "device" | "refusedAt">,
  tokens: Tokens,
  previous: StoredTokens | null,
  turn: Turn,
): Grant {
  return {
    at: "held",
    number,
    current: { ...tokens, obtainedAt: turn.wall, clockTrusted: turn.wallTrusted },
    rotation: { at: "storing", previous },
    accessEnds: turn.now + tokens.expiresIn * 1000,
    refreshBegun: null,
    device,
    reading: { at: "rest" },
    readAt: turn.now,
    refresh:
      tokens.refreshToken === null
        ? { at: "never" }
        : { at: "due", when: turn.now + refreshPause(tokens, turn), failing: null },
    refusedAt,
  };
}

function recordOf(grant: Grant): AuthorizationRecord {
  const { current, rotation, refreshBegun, device } = grant;
  return {
    current,
    previous: previousOf(rotation),
    refreshBegun,
    device: device?.record ?? null,
    leaving: false,
  };
}

function previousOf(rotation: Rotation): StoredTokens | null {
  return rotation.at === "proven" ? null : rotation.previous;
}

function end(ended: Ended, turn: Turn): Absent {
  turn.do(history("ended", ended.reason));
  turn.do(forget(ended));
  return { at: "absent", ended };
}

function leave(number: number, record: AuthorizationRecord, turn: Turn): Leaving {
  turn.do({ type: "leave", number, record: { ...record, leaving: true } });
  return { at: "leaving", number };
}

/** Whether 14 days without a refresh have ended it, as far as a clock can tell; `at` is when the server said no. */
function judgeEnd(at: number, obtainedAt: number | null, turn: Turn): Ended {
  const wallAt = turn.wallTrusted ? turn.wall - (turn.now - at) : null;
  const lastDay = obtainedAt === null ? null : obtainedAt + REFRESH_LIFE_MS;
  const ranOut = wallAt !== null && lastDay !== null && wallAt >= lastDay;
  return { reason: ranOut ? "ran-out" : "refused", wallAt: ranOut ? lastDay : wallAt, at, obtainedAt };
}

/** A clock that can be believed at last tells how old the tokens were. */
function judgeAnew(absent: Absent, turn: Turn): Absent {
  const { ended } = absent;
  if (ended?.reason !== "refused" || ended.wallAt !== null || ended.at === null) return absent;
  const judged = judgeEnd(ended.at, ended.obtainedAt, turn);
  if (judged.wallAt !== null) turn.do(forget(judged));
  return { at: "absent", ended: judged };
}

function ranOutNow({ now, wall, wallTrusted }: Turn): Ended {
  return { reason: "ran-out", wallAt: wallTrusted ? wall : null, at: now, obtainedAt: null };
}

function forget({ reason, wallAt }: Ended): Effect {
  return { type: "forget", end: { reason, at: wallAt } };
}

function history(event: HistoryEvent, detail: string): Effect {
  return { type: "record", event, detail };
}

// ---------------------------------------------------------------------------------------------------------------
// The age of tokens

/** When an access token ends that came in another life of this program; null where no clock can tell. */
function endByClock({ obtainedAt, clockTrusted, expiresIn }: StoredTokens, turn: Turn): number | null {
  const known = clockTrusted && turn.wallTrusted && obtainedAt <= turn.wall;
  return known ? turn.now + obtainedAt + expiresIn * 1000 - turn.wall : null;
}

function ageOf({ expiresIn }: Tokens, accessEnds: number, { now }: Turn): number {
  return expiresIn * 1000 - (accessEnds - now);
}

/** An access token may live longer than the refresh token that comes with it, which must not die meanwhile. */
function usefulLife({ expiresIn }: Tokens): number {
  return Math.min(expiresIn * 1000, REFRESH_LIFE_MS / 2);
}

/** Between a half and three quarters of the access token's life: early enough for hours of bad network. */
function refreshPause(tokens: Tokens, { random }: Turn): number {
  return usefulLife(tokens) * (0.5 + random / 4);
}

// ---------------------------------------------------------------------------------------------------------------
// Refreshing

/**
 * At once where an answer may have been lost or no clock can tell the token's age; not at all where it is fresh;
 * else soon, and not together with every other device that got power in this moment.
 */
function bootRefresh(stored: AuthorizationRecord, accessEnds: number | null, turn: Turn): Refresh {
  if (stored.current.refreshToken === null) return { at: "never" };
  const due = (when: number): Refresh => ({ at: "due", when, failing: null });
  if (stored.refreshBegun !== null || stored.previous !== null) return due(turn.now);
  if (accessEnds === null || accessEnds <= turn.now)
    return due(turn.now + (turn.random * BOOT_SPREAD_MS) / 5);
  const age = ageOf(stored.current, accessEnds, turn);
  if (age < usefulLife(stored.current) * FRESH_ENOUGH)
    return due(turn.now + refreshPause(stored.current, turn) - age);
  return due(turn.now + turn.random * BOOT_SPREAD_MS);
}

/**
 * A network that came back has been away, and may be away for longer the next time: what is no longer fresh is renewed
 * while there is one. Devices that got it back together don't ask together.
 */
function refreshWhileUp(grant: Grant, turn: Turn): Grant {
  const { refresh, accessEnds, current } = grant;
  if (refresh.at !== "due" || refresh.failing !== null || accessEnds === null) return grant;
  if (ageOf(current, accessEnds, turn) < usefulLife(current) / 4) return grant;
  const when = Math.min(refresh.when, turn.now + turn.random * BOOT_SPREAD_MS);
  return { ...grant, refresh: { ...refresh, when } };
}

function onTokenWanted(grant: Grant, life: number, { now }: Turn): Grant {
  const { refresh, accessEnds } = grant;
  if (refresh.at !== "due" || refresh.failing !== null) return grant;
  if (accessEnds !== null && accessEnds - now >= life) return grant;
  return { ...grant, refresh: { ...refresh, when: now } };
}

/**
 * One refresh for a refused access token. One that never worked since it was issued, or came because its predecessor
 * was refused, has to wait for it: spending another token would turn a server's bad hour into a storm.
 */
function refuseToken(grant: Grant, { now }: Turn): Grant {
  const { refresh, rotation, refusedAt, accessEnds } = grant;
  if (refresh.at !== "due" || refresh.failing !== null) return grant;
  if (refusedAt !== null && refusedAt > now) return grant;
  const last = rotation.at === "proven" ? refusedAt : now;
  const earliest = last === null ? now : Math.max(now, last + REFUSED_AGAIN_MS);
  const when = Math.min(refresh.when, earliest);
  return {
    ...grant,
    accessEnds: when > now ? accessEnds : now,
    refresh: { ...refresh, when },
    refusedAt: when,
  };
}

function onPrepared(grant: Grant, { number, ok }: EventOf<"refresh-prepared">, turn: Turn): Grant {
  if (grant.number !== number || grant.refresh.at !== "preparing") return grant;
  const { failing } = grant.refresh;
  return ok
    ? sendRefresh(grant, "current", failing, turn)
    : refreshLater(grant, failing, { cause: "storage" }, turn);
}

function sendRefresh(
  grant: Grant,
  token: "current" | "previous",
  failing: Failing | null,
  turn: Turn,
): Grant {
  const { refreshToken = null } = (token === "current" ? grant.current : previousOf(grant.rotation)) ?? {};
  if (refreshToken === null) return grant;
  turn.do({ type: "refresh", number: grant.number, refreshToken });
  return { ...grant, refresh: { at: "sent", sentAt: turn.now, token, failing } };
}

function onRefreshed(
  authorization: Authorization,
  { number, outcome }: EventOf<"refresh-answered">,
  turn: Turn,
): Authorization {
  if (authorization.at !== "held" || authorization.number !== number || authorization.refresh.at !== "sent") {
    if (outcome.kind === "verdict" && outcome.verdict.type === "refreshed")
      turn.do({ type: "revoke", tokens: outcome.verdict.tokens });
    return authorization;
  }
  const { failing, sentAt } = authorization.refresh;
  if (outcome.kind === "verdict")
    return onVerdict(authorization, authorization.refresh, outcome.verdict, turn);
  const { fault } = outcome;
  const later = refreshLater(authorization, failing, { cause: fault.kind, fault }, turn);
  return isOvertaken(sentAt, fault, turn) ? refreshNow(later, turn) : later;
}

function onVerdict(
  grant: Grant,
  { token, failing }: Extract<Refresh, { at: "sent" }>,
  verdict: RefreshVerdict,
  turn: Turn,
): Authorization {
  const { current, rotation, number } = grant;
  switch (verdict.type) {
    case "refreshed": {
      // RFC 6749 §6: a server that sends no new refresh token lets the old one stand.
      const refreshToken = verdict.tokens.refreshToken ?? current.refreshToken;
      const renewed = withTokens(grant, { ...verdict.tokens, refreshToken }, current, turn);
      turn.do({ type: "store", number, record: recordOf(renewed), answer: "settled" });
      return renewed;
    }
    case "ended": {
      const previous = previousOf(rotation)?.refreshToken ?? null;
      if (token === "current" && previous !== null && !current.refreshToken?.equals(previous))
        return sendRefresh(grant, "previous", failing, turn);
      return end(judgeEnd(turn.now, current.clockTrusted ? current.obtainedAt : null, turn), turn);
    }
    case "refused":
      return refreshLater(grant, failing, { cause: "refused", error: verdict.error }, turn);
  }
}

/** Faults after which the server may have answered. */
const LOSSES: readonly Failing["cause"][] = ["timeout", "connect", "malformed", "oversized"];

/** An answer that may have been lost on its way back is asked for again at once; everything else backs off. */
function refreshLater(
  grant: Grant,
  before: Failing | null,
  why: { readonly cause: Failing["cause"]; readonly error?: string; readonly fault?: Fault },
  turn: Turn,
): Grant {
  const { cause, error = null, fault = null } = why;
  const failing = { since: before?.since ?? turn.now, count: (before?.count ?? 0) + 1, cause, error };
  const lostAgain = before !== null && LOSSES.includes(before.cause);
  const atOnce = LOSSES.includes(cause) && !lostAgain && fault?.retryAfter === null;
  const pause =
    cause === "refused"
      ? REFUSED_RETRY_MS * (1 + turn.random)
      : pauseAfter(failing.count, REFRESH_BACKOFF_MAX_MS, fault, turn);
  return { ...grant, refresh: { at: "due", when: atOnce ? turn.now : turn.now + pause, failing } };
}

/** A refresh that fails is tried at once, and what it says of the past stays known. */
function refreshNow(grant: Grant, { now, hurried }: Turn): Grant {
  const { refresh } = grant;
  if (refresh.at !== "due" || refresh.failing === null) return grant;
  const { count } = refresh.failing;
  const failing = { ...refresh.failing, count: hurried.anew ? Math.min(count, FAILING_ANEW) : count };
  return { ...grant, refresh: { ...refresh, when: now, failing } };
}

function hurry(grant: Grant, byHand: boolean, turn: Turn): Grant {
  const { refresh, reading } = grant;
  const failing = refresh.at === "never" ? null : refresh.failing;
  const renewed =
    failing !== null && (byHand || failing.cause !== "refused") ? refreshNow(grant, turn) : grant;
  if (reading.at !== "retry" || reading.failures === 0) return renewed;
  const failures = turn.hurried.anew ? 1 : reading.failures;
  return { ...renewed, reading: { ...reading, when: turn.now, failures } };
}

// ---------------------------------------------------------------------------------------------------------------
// What Frame.io says of the device

function readDevice(grant: Grant, failures: number, turn: Turn): Grant {
  turn.do({ type: "read-device", number: grant.number, accessToken: grant.current.accessToken });
  return { ...grant, readAt: turn.now, reading: { at: "sent", failures, doubted: false } };
}

/**
 * When the device record is to be read again; null for not before something else happens. An access token that ends
 * before has made way for another one by then, which brings a reading of its own.
 */
function readTime(grant: Grant, { watched, attended }: Attention): number | null {
  const { reading, readAt, device, accessEnds, refresh } = grant;
  const changing = refresh.at === "preparing" || refresh.at === "sent";
  if (changing || reading.at === "sent") return null;
  if (reading.at === "retry") return reading.when;
  const close = !attended && (watched || device?.record.paused);
  const due = readAt + (close ? CLOSE_PACE_MS : WIDE_PACE_MS);
  return accessEnds !== null && due >= accessEnds ? null : due;
}

/** Only an answer to a question that is asked from now on will do. */
function doubt(grant: Grant, { now }: Turn): Grant {
  const { reading, readAt } = grant;
  if (reading.at === "sent") return { ...grant, reading: { ...reading, doubted: true } };
  const floor = Math.max(now, readAt + READ_FLOOR_MS);
  return reading.at === "rest"
    ? { ...grant, reading: { at: "retry", when: floor, failures: 0 } }
    : { ...grant, reading: { ...reading, when: Math.min(reading.when, floor) } };
}

/** Whoever comes to look gets what is true now, unless it has just been asked for. */
function onWatched(grant: Grant, turn: Turn): Grant {
  const fresh = grant.reading.at === "sent" || turn.now < grant.readAt + READ_FLOOR_MS;
  return fresh ? grant : doubt(grant, turn);
}

function onDevice(grant: Grant, event: EventOf<"device-answered">, turn: Turn): Authorization {
  const { number, reading, readAt, rotation } = grant;
  const { outcome } = event;
  if (number !== event.number || reading.at !== "sent") return grant;
  if (!event.accessToken.equals(grant.current.accessToken)) return grant;
  if (outcome.kind === "verdict" && outcome.verdict.type === "device") {
    const { device: record } = outcome.verdict;
    const { record: before = null, kept = false } = grant.device ?? {};
    if (record.project !== null && record.project.id !== before?.project?.id)
      turn.do(history("project", record.project.id));
    const rested: Grant = {
      ...grant,
      device: { record, kept },
      rotation: { at: "proven" },
      reading: { at: "rest" },
    };
    const proven = reading.doubted ? doubt(rested, turn) : rested;
    // A record that is read all day must not wear out a card.
    const known = kept && previousOf(rotation) === null && isDeepStrictEqual(record, before);
    if (!known)
      turn.do({ type: "store", number, record: recordOf(proven), answer: kept ? null : "device-kept" });
    return proven;
  }
  const failures = reading.failures + 1;
  const fault = outcome.kind === "fault" ? outcome.fault : null;
  const overtaken = fault !== null && isOvertaken(readAt, fault, turn);
  const pause = overtaken ? 0 : pauseAfter(failures, READ_BACKOFF_MAX_MS, fault, turn);
  const waiting: Grant = { ...grant, reading: { at: "retry", when: turn.now + pause, failures } };
  if (fault !== null) return waiting;
  const forGood = grant.refresh.at === "never" && failures >= REFUSALS_FOR_GOOD;
  return forGood ? end(ranOutNow(turn), turn) : refuseToken(waiting, turn);
}

function onStatus(given: Grant, paused: boolean, turn: Turn): Grant {
  const { device } = given;
  if (device === null) return given;
  // An answer on its way may be older than what was told now.
  const grant = given.reading.at === "sent" ? doubt(given, turn) : given;
  if (device.record.paused === paused) return grant;
  const next = { ...grant, device: { ...device, record: { ...device.record, paused } } };
  if (grant.rotation.at !== "storing")
    turn.do({ type: "store", number: grant.number, record: recordOf(next), answer: null });
  return next;
}
