/** What both regions of the machine are given in each step, and what they judge alike. Pure. */

import type { Fault } from "../contract/verdicts.ts";
import { backOff } from "../core/backoff.ts";
import type { Effect } from "./events.ts";
import { NO_WAY } from "./name.ts";
import type { Attention, Hurried } from "./state.ts";

/** What a step may know of the world. */
export interface Moment {
  /** `Clock.elapsed()` */
  readonly now: number;
  /** `Clock.wall()` */
  readonly wall: number;
  readonly wallTrusted: boolean;
  /** From 0 up to 1, new for each step. */
  readonly random: number;
  readonly settings: Settings;
}

export interface Settings {
  /** `auto` offers a code whenever there is no authorization. */
  readonly start: "auto" | "manual";
  /** Milliseconds after which an unanswered offer rests; 0 for never. */
  readonly window: number;
}

/** One step, as a region sees it. */
export interface Turn extends Moment {
  readonly attention: Attention;
  readonly hurried: Hurried;
  /** A number that nothing had before. */
  number(): number;
  /** Has it performed when the step is over, in the order of the calls. */
  do(effect: Effect): void;
}

const BACKOFF_FIRST_MS = 2_000;
const BACKOFF_LEAST_MS = 500;

/**
 * How long to wait before the next try.
 *
 * @param failures in a row, from 1
 * @param most milliseconds
 * @param fault never less than the server asked for with it
 */
export function pauseAfter(failures: number, most: number, fault: Fault | null, turn: Turn): number {
  const pause = backOff(failures, { first: BACKOFF_FIRST_MS, most, least: BACKOFF_LEAST_MS }, turn.random);
  return Math.max(pause, fault?.retryAfter ?? 0);
}

/** Whether a fault tells of a way that is no longer the one to Frame.io. */
export function isOvertaken(sentAt: number, fault: Fault, { hurried }: Turn): boolean {
  return sentAt < hurried.at && isNoWay(fault);
}

/** Whether a fault tells of the way to Frame.io, and not of Frame.io. */
export function isNoWay({ kind }: Fault): boolean {
  return kind === "clock" || NO_WAY.includes(kind);
}
