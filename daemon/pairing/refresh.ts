/**
 * Refreshing: when, and what its answer means. A refresh token is good for one use, so: record the intent, send, make the
 * new pair durable beside the old one, use it once; the old one goes with the next write. While the disk refuses, the
 * token that it holds is spent only when the access token nears its end; one that memory alone holds can't be lost there.
 * Pure.
 */

import type { AuthorizationRecord } from "../contract/authorization.ts";
import type { Fault, RefreshVerdict } from "../contract/verdicts.ts";
import { end, judgeEnd } from "./end.ts";
import type { EventOf } from "./events.ts";
import type { Authorization, Failing, Grant, Refresh } from "./state.ts";
import { ageOf, recordOf, refreshPause, usefulLife, withTokens } from "./tokens.ts";
import { isOvertaken, pauseAfter, type Turn } from "./turn.ts";

/** Where the server says no to a refresh and does not end the authorization: look again at this pace. */
const REFUSED_RETRY_MS = 60_000;
const REFRESH_BACKOFF_MAX_MS = 300_000;
/** Where the count of failing refreshes starts over: the first is retried at once, and two in a row are told. */
const FAILING_ANEW = 2;
/**
 * The last of an access token's life, in which it is refreshed though the disk refuses: long enough for some tries. One
 * whose end no clock can tell is given as long from the first refusal on, in which a clock may be found.
 */
const LAST_CHANCE_MS = 600_000;
/** Devices that get power together ask together: the refresh at boot is spread over this long. */
export const BOOT_SPREAD_MS = 10_000;
/** A boot loop must not spend a single-use token at every turn. */
const FRESH_ENOUGH = 0.1;
/** A server that refuses what it has just issued gets a refresh out of us this often, and no storm. */
const REFUSED_AGAIN_MS = 3_600_000;
/** Faults after which the server may have answered. */
const LOSSES: readonly Failing["cause"][] = ["timeout", "connect", "malformed", "oversized"];

/**
 * At once where an answer may have been lost or no clock can tell the token's age; not at all where it is fresh;
 * else soon, and not together with every other device that got power in this moment. That the pair before is still on
 * the disk tells nothing: it stays there until the next refresh begins.
 */
export function bootRefresh(stored: AuthorizationRecord, accessEnds: number | null, turn: Turn): Refresh {
  if (stored.current.refreshToken === null) return { at: "never" };
  const due = (when: number): Refresh => ({ at: "due", when, failing: null });
  if (stored.refreshBegun !== null) return due(turn.now);
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
export function refreshWhileUp(grant: Grant, turn: Turn): Grant {
  const { refresh, accessEnds, current } = grant;
  if (refresh.at !== "due" || refresh.failing !== null || accessEnds === null) return grant;
  if (ageOf(current, accessEnds, turn) < usefulLife(current) / 4) return grant;
  const when = Math.min(refresh.when, turn.now + turn.random * BOOT_SPREAD_MS);
  return { ...grant, refresh: { ...refresh, when } };
}

export function onTokenWanted(grant: Grant, life: number, { now }: Turn): Grant {
  const { refresh, accessEnds } = grant;
  if (refresh.at !== "due" || refresh.failing !== null) return grant;
  if (accessEnds !== null && accessEnds - now >= life) return grant;
  return { ...grant, refresh: { ...refresh, when: now } };
}

/**
 * One refresh for a refused access token. One that never worked since it was issued, or came because its predecessor
 * was refused, has to wait for it: spending another token would turn a server's bad hour into a storm.
 */
export function refuseToken(grant: Grant, { now }: Turn): Grant {
  const { refresh, rotation, refusedAt, accessEnds } = grant;
  if (refresh.at !== "due" || (refresh.failing !== null && refresh.failing.cause !== "storage")) return grant;
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

/** Has the refresh that is due prepared. */
export function dueRefresh(grant: Grant, turn: Turn): Grant {
  if (grant.refresh.at !== "due" || turn.now < grant.refresh.when) return grant;
  const { failing } = grant.refresh;
  const refreshBegun = grant.refreshBegun ?? turn.wall;
  const preparing: Grant = { ...grant, refreshBegun, refresh: { at: "preparing", failing } };
  turn.do({ type: "prepare-refresh", number: grant.number, record: recordOf(preparing) });
  return preparing;
}

export function onPrepared(grant: Grant, event: EventOf<"refresh-prepared">, turn: Turn): Grant {
  if (grant.number !== event.number || grant.refresh.at !== "preparing") return grant;
  const { failing } = grant.refresh;
  const latest = lastChance(grant, failing?.since ?? turn.now);
  return event.ok || !event.atStake || turn.now >= latest
    ? sendRefresh(grant, "current", failing, turn)
    : refreshLater(grant, failing, { cause: "storage", latest }, turn);
}

function lastChance({ current, accessEnds }: Grant, since: number): number {
  return accessEnds === null
    ? since + LAST_CHANCE_MS
    : accessEnds - Math.min(LAST_CHANCE_MS, usefulLife(current) / 4);
}

function sendRefresh(
  grant: Grant,
  token: "current" | "previous",
  failing: Failing | null,
  turn: Turn,
): Grant {
  const { refreshToken = null } = (token === "current" ? grant.current : grant.rotation.previous) ?? {};
  if (refreshToken === null) return grant;
  turn.do({ type: "refresh", number: grant.number, refreshToken });
  return { ...grant, refresh: { at: "sent", sentAt: turn.now, token, failing } };
}

export function onRefreshed(
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
      const previous = rotation.previous?.refreshToken ?? null;
      if (token === "current" && previous !== null && !current.refreshToken?.equals(previous))
        return sendRefresh(grant, "previous", failing, turn);
      return end(judgeEnd(turn.now, current.clockTrusted ? current.obtainedAt : null, turn), turn);
    }
    case "refused":
      return refreshLater(grant, failing, { cause: "refused", error: verdict.error }, turn);
  }
}

/** An answer that may have been lost on its way back is asked for again at once; everything else backs off. */
function refreshLater(
  grant: Grant,
  before: Failing | null,
  why: {
    readonly cause: Failing["cause"];
    readonly error?: string;
    readonly fault?: Fault;
    /** When it is due whatever the pause. */
    readonly latest?: number;
  },
  turn: Turn,
): Grant {
  const { cause, error = null, fault = null, latest = Number.POSITIVE_INFINITY } = why;
  const failing = { since: before?.since ?? turn.now, count: (before?.count ?? 0) + 1, cause, error };
  const lostAgain = before !== null && LOSSES.includes(before.cause);
  const atOnce = LOSSES.includes(cause) && !lostAgain && fault?.retryAfter === null;
  const pause =
    cause === "refused"
      ? REFUSED_RETRY_MS * (1 + turn.random)
      : pauseAfter(failing.count, REFRESH_BACKOFF_MAX_MS, fault, turn);
  const when = atOnce ? turn.now : Math.min(turn.now + pause, latest);
  return { ...grant, refresh: { at: "due", when, failing } };
}

/** A refresh that fails is tried at once, and what it says of the past stays known. */
function refreshNow(grant: Grant, { now, hurried }: Turn): Grant {
  const { refresh } = grant;
  if (refresh.at !== "due" || refresh.failing === null) return grant;
  const { count } = refresh.failing;
  const failing = { ...refresh.failing, count: hurried.anew ? Math.min(count, FAILING_ANEW) : count };
  return { ...grant, refresh: { ...refresh, when: now, failing } };
}

/** @param byHand whether one that the server refused is tried as well */
export function hurryRefresh(grant: Grant, byHand: boolean, turn: Turn): Grant {
  const failing = grant.refresh.at === "never" ? null : grant.refresh.failing;
  return failing !== null && (byHand || failing.cause !== "refused") ? refreshNow(grant, turn) : grant;
}
