/** What happens in a world, from one number: everything that is not the daemon's own doing, laid down before it begins. */

import type { Fault, FaultRule } from "../simulator/faults.ts";
import { seededRandom } from "../support/random.ts";
import type { Way } from "./nature/network.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const YEAR = 365.25 * 24 * HOUR;

export type Happening =
  /** Befalls the next calls of a kind. */
  | { readonly do: "fault"; readonly rule: FaultRule }
  | { readonly do: "way"; readonly way: Exclude<Way, "open">; readonly ms: number }
  | { readonly do: "inform"; readonly requests: number }
  | { readonly do: "double"; readonly requests: number }
  | { readonly do: "network changes" }
  | { readonly do: "card breaks"; readonly calls: number }
  | { readonly do: "card is full" | "card is read-only"; readonly ms: number }
  | { readonly do: "card is slow"; readonly sync: number; readonly ms: number }
  | { readonly do: "card stalls"; readonly stall: number }
  /** At the `calls`th call from then on, from when a request of that kind leaves or tokens are stored; back after `ms`. */
  | {
      readonly do: "kill" | "power cut";
      readonly calls: number;
      readonly from: "now" | "poll" | "refresh" | "revoke" | "stored";
      readonly ms: number;
    }
  | { readonly do: "restart" }
  /** The clock is wrong by so much, for so long; it says so or not. */
  | { readonly do: "clock"; readonly error: number; readonly ms: number }
  /** A person does so, or in the moment in which an answer with tokens is on its way. */
  | { readonly do: "press" | "cancel" | "unpair"; readonly on: "now" | "grant" | "refresh" }
  | { readonly do: "deny" }
  | { readonly do: "forget" | "pause" | "resume" };

export type Step = { readonly at: number } & Happening;

export interface Plan {
  readonly seed: number;
  /** In seconds. */
  readonly codeLife: number;
  readonly interval: number;
  readonly accessLife: number;
  /** Whether the board has a real-time clock. */
  readonly rtc: boolean;
  /** Milliseconds that each sync of a worn card takes longer, all its life. */
  readonly wornSync: number;
  readonly steps: readonly Step[];
}

/** What can come back instead of an answer, or become of it. */
const FAULTS: readonly Fault[] = [
  { type: "hang" },
  { type: "hang", commit: true },
  { type: "drop" },
  { type: "drop", commit: true },
  { type: "reset" },
  { type: "reset", commit: true },
  { type: "latency", ms: 7_000 },
  { type: "latency", ms: 7_000, commit: true },
  { type: "latency", ms: 30_000, commit: true },
  { type: "status", status: 500 },
  { type: "status", status: 503, commit: true },
  { type: "status", status: 404 },
  { type: "status", status: 403 },
  { type: "rate-limited" },
  { type: "rate-limited", retryAfter: 20 },
  { type: "captive-portal" },
  { type: "redirect" },
  { type: "truncated" },
  { type: "malformed" },
  { type: "oversized" },
  { type: "wrong-types" },
  { type: "refusal", error: "invalid_client" },
  { type: "refusal", error: "temporarily_unavailable" },
  { type: "not-authorized" },
];

const CALLS: readonly FaultRule["call"][] = ["code", "poll", "refresh", "revoke", "me", "heartbeat", "any"];

/** @param kept which of the steps happen, by their place in the whole plan; all of them by default */
export function planOf(seed: number, kept?: readonly number[]): Plan {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const between = (least: number, most: number) => least + random() * (most - least);
  const codeLife = pick([120, 120, 60, 20]);
  const interval = pick([5, 5, 5, 2]);
  const accessLife = pick([600, 600, 600, 1_800, 1_800, 1_800, 7_200, 28_800]);
  const rtc = random() < 0.7;
  const wornSync = random() < 0.15 ? between(0, WORN_SYNC_MS) : 0;
  const horizon = accessLife * SECOND * between(2, 5);
  const count = 1 + Math.floor(random() * 24);
  const steps = Array.from({ length: count }, (): Step => {
    // Half of it in the first quarter of an hour, when a device is being paired.
    const at = random() < 0.3 ? between(0, Math.min(horizon, 15 * MINUTE)) : between(0, horizon);
    return { at, ...happening() };
  }).sort((one, other) => one.at - other.at);
  const steady = { seed, codeLife, interval, accessLife, rtc, wornSync };
  return { ...steady, steps: kept === undefined ? steps : steps.filter((_, index) => kept.includes(index)) };

  function happening(): Happening {
    return pick([
      fault,
      fault,
      fault,
      codeFault,
      way,
      (): Happening => ({ do: "inform", requests: 1 + Math.floor(random() * 30) }),
      (): Happening => ({ do: "double", requests: 1 }),
      (): Happening => ({ do: "network changes" }),
      card,
      card,
      death,
      death,
      death,
      (): Happening => ({ do: "restart" }),
      clock,
      person,
      person,
      (): Happening => ({ do: pick(["forget", "pause", "resume"]) }),
    ])();
  }

  function fault(): Happening {
    const rule = { call: pick(CALLS), fault: pick(FAULTS), count: 1 + Math.floor(random() ** 2 * 4) };
    return { do: "fault", rule };
  }

  function codeFault(): Happening {
    const members = pick<Record<string, unknown>>([
      { expires_in: 0.001 },
      { expires_in: 7 },
      { interval: 30 },
      { verification_uri_complete: null },
    ]);
    const slow: FaultRule = { call: "poll", fault: { type: "refusal", error: "slow_down" }, count: 2 };
    const count = 1 + Math.floor(random() * 40);
    const rule = pick<FaultRule>([{ call: "code", fault: { type: "content", members }, count }, slow]);
    return { do: "fault", rule };
  }

  function way(): Happening {
    const to = pick<Exclude<Way, "open">>(["refused", "nameless", "silent", "portal"]);
    return { do: "way", way: to, ms: between(SECOND, 40 * MINUTE) };
  }

  function card(): Happening {
    const ms = between(SECOND, 30 * MINUTE);
    return pick<Happening>([
      { do: "card breaks", calls: 1 + Math.floor(random() * 20) },
      { do: "card is full", ms },
      { do: "card is read-only", ms },
      { do: "card is slow", sync: between(100, SLOWEST_SYNC_MS), ms },
      { do: "card stalls", stall: between(SECOND, MINUTE) },
    ]);
  }

  function death(): Happening {
    const from = pick(["now", "poll", "refresh", "refresh", "revoke", "stored"] as const);
    // What comes next after tokens were stored must not harm them.
    const calls = Math.floor(from === "stored" ? random() * 12 : random() ** 2 * 120);
    return { do: pick(["kill", "power cut"]), calls, from, ms: between(SECOND, 5 * MINUTE) };
  }

  function clock(): Happening {
    return {
      do: "clock",
      error: between(-30, 30) * YEAR * pick([1, 1 / 3_000]),
      ms: between(SECOND, 2 * HOUR),
    };
  }

  function person(): Happening {
    if (random() < 0.25) return { do: "deny" };
    return { do: pick(["press", "cancel", "unpair"]), on: pick(["now", "grant", "grant", "refresh"]) };
  }
}

/** Milliseconds of a sync: on a card that is worn out, and now and then. */
const WORN_SYNC_MS = 5_000;
const SLOWEST_SYNC_MS = 2_000;
