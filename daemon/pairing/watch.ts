/** The polls of one code: when the next one may leave, and when there will be none any more. Pure. */
import type { Attempt, Watch } from "./state.ts";

/**
 * Polls keep this much more than the interval apart: two clocks that drift, or one that NTP slews, would otherwise
 * earn `slow_down` for ever.
 */
const INTERVAL_MARGIN = 1.1;
/** RFC 8628 §3.5 */
const SLOW_DOWN_MS = 5_000;

/**
 * Begins to poll a code that has just come. It keeps the interval to the poll before as well, though that was one of
 * another code: a server may count them together.
 *
 * @param polledAt when that poll left, or is to leave
 */
export function watchCode(attempt: Attempt, polledAt: number, now: number): Watch {
  const interval = attempt.code.interval * 1000;
  const least = Math.max(now, polledAt + interval * INTERVAL_MARGIN);
  const wanted = Math.max(least, now + interval * INTERVAL_MARGIN);
  const pollAt = pollTime({ attempt, interval }, wanted, least);
  return { attempt, over: false, polling: false, pollAt, polledAt: now, interval, failures: 0 };
}

/** The server knows of no decision yet. */
export function pending(given: Watch, now: number): Watch {
  return polledAgain({ ...given, failures: 0 }, now + given.interval * INTERVAL_MARGIN, now);
}

/** @param told the server's own interval in seconds, where it sent one */
export function slowDown(given: Watch, told: number | null, now: number): Watch {
  const interval = told === null ? given.interval + SLOW_DOWN_MS : Math.max(told * 1000, given.interval);
  return polledAgain({ ...given, interval, failures: 0 }, now + interval * INTERVAL_MARGIN, now);
}

/**
 * A poll that brought no verdict.
 *
 * @param again when to poll again, by the back-off
 * @param notBefore now, or until when the server wants to be left alone
 */
export function failed(given: Watch, again: number, notBefore: number): Watch {
  return polledAgain({ ...given, failures: given.failures + 1 }, again, notBefore);
}

/** Polls as soon as the interval allows. */
export function hurried(given: Watch, failures: number, now: number): Watch {
  const soon = polledAgain(given, now, now);
  return { ...given, pollAt: Math.min(given.pollAt, soon.pollAt), failures };
}

/** Whether the code has had its last poll: the next one would come when it is dead. */
export function isDone({ attempt, polling, pollAt }: Watch): boolean {
  return !polling && pollAt > attempt.deadline;
}

function polledAgain(given: Watch, wanted: number, notBefore: number): Watch {
  const least = Math.max(given.polledAt + given.interval * INTERVAL_MARGIN, notBefore);
  return { ...given, polling: false, pollAt: pollTime(given, Math.max(wanted, least), least) };
}

/**
 * The last poll is held back until the deadline, or brought forward to it, so that an approval in the code's last
 * second counts. The server counts its life from when the request arrived, which is later than it was sent.
 */
function pollTime(
  { attempt, interval }: Pick<Watch, "attempt" | "interval">,
  wanted: number,
  least: number,
): number {
  const isLast = wanted > attempt.deadline - interval * INTERVAL_MARGIN;
  return isLast ? Math.max(attempt.deadline, least) : wanted;
}
