/**
 * The authorization: how it comes and goes, and what each event means for it. Pure and total. What it consists of is in
 * `tokens.ts`, `refresh.ts`, `reading.ts` and `end.ts`.
 */

import type { AuthorizationRecord, Tokens } from "../contract/authorization.ts";
import { end, judgeAnew, ranOutNow } from "./end.ts";
import type { EventOf } from "./events.ts";
import { doubt, hurryReading, onDevice, onStatus, onWatched, readDevice, readTime } from "./reading.ts";
import {
  BOOT_SPREAD_MS,
  bootRefresh,
  dueRefresh,
  hurryRefresh,
  onPrepared,
  onRefreshed,
  onTokenWanted,
  refreshWhileUp,
  refuseToken,
} from "./refresh.ts";
import type { Attention, Authorization, Grant, Leaving } from "./state.ts";
import { endByClock, recordOf, withTokens } from "./tokens.ts";
import type { Turn } from "./turn.ts";

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
      turn.do({ type: "record", event: "unpaired", detail: "on request" });
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
    case "token-refused":
      return event.accessToken.equals(grant.current.accessToken)
        ? refuseToken(doubt(grant, turn), turn)
        : grant;
    case "token-wanted":
      return onTokenWanted(grant, event.life, turn);
    case "status-told":
      return onStatus(grant, event.paused, turn);
    case "device-doubted":
      return doubt(grant, turn);
    case "watched":
      return event.watched ? onWatched(grant, turn) : grant;
    case "network-changed":
      return event.up ? refreshWhileUp(grant, turn) : doubt(grant, turn);
    case "clock-changed":
      return grant.accessEnds === null ? { ...grant, accessEnds: endByClock(grant.current, turn) } : grant;
    case "hurried":
      return hurryReading(hurryRefresh(grant, event.byHand, turn), turn);
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
  if (given.refresh.at === "never" && given.accessEnds !== null && turn.now >= given.accessEnds)
    return end(ranOutNow(turn), turn);
  const grant = dueRefresh(given, turn);
  const readAt = readTime(grant, turn.attention);
  if (readAt === null || turn.now < readAt) return grant;
  return readDevice(grant, grant.reading.at === "retry" ? grant.reading.failures : 0, turn);
}

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
    // An intent is stored with the pair before only where the current one has never worked.
    rotation: { at: previous !== null && refreshBegun !== null ? "unproven" : "proven", previous },
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
  turn.do({ type: "record", event: "paired", detail: "Frame.io granted an authorization" });
  return grant;
}

function leave(number: number, record: AuthorizationRecord, turn: Turn): Leaving {
  turn.do({ type: "leave", number, record: { ...record, leaving: true } });
  return { at: "leaving", number };
}
