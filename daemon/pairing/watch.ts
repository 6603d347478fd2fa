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
  const when = pollTime({ attempt, interval }, wanted, least);
  return { attempt, polling: { at: "waiting", when }, polledAt: now, interval, failures: 0 };
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
 * A poll that brought no verdict. RFC 8628 §3.5 wants polls less often then, so the back-off comes on top of the interval.
 *
 * @param pause milliseconds of back-off
 * @param notBefore now, or until when the server wants to be left alone
 */
export function failed(given: Watch, pause: number, notBefore: number, now: number): Watch {
  const again = leastTime(given, now) + pause;
  return polledAgain({ ...given, failures: given.failures + 1 }, again, notBefore);
}

/** The network may be another one: polls after a failure as soon as the interval allows. */
export function hurried(given: Watch, failures: number, now: number): Watch {
  const { polling } = given;
  if (polling.at !== "waiting" || given.failures === 0) return given;
  const least = leastTime(given, now);
  const when = Math.min(polling.when, pollTime(given, least, least));
  return { ...given, polling: { at: "waiting", when }, failures };
}

/** Whether the code has had its last poll: the next one would come when it is dead. */
export function isDone({ attempt, polling }: Watch): boolean {
  return polling.at === "waiting" && polling.when > attempt.deadline;
}

/** Whether a poll has to leave now. */
export function isDue(watch: Watch, now: number): boolean {
  return watch.polling.at === "waiting" && watch.polling.when <= now && !isDone(watch);
}

/** The code after what fell due by now: its poll has left, or it has died while that was on the way. */
export function passed(watch: Watch, now: number): Watch {
  const over = now >= watch.attempt.deadline;
  if (isDue(watch, now)) return { ...watch, polling: { at: over ? "dead" : "sent" }, polledAt: now };
  return over && watch.polling.at === "sent" ? { ...watch, polling: { at: "dead" } } : watch;
}

/** When something falls due next; null where only an answer can bring more. */
export function watchTime({ attempt, polling }: Watch): number | null {
  if (polling.at === "waiting") return polling.when;
  return polling.at === "sent" ? attempt.deadline : null;
}

function polledAgain(given: Watch, wanted: number, notBefore: number): Watch {
  const least = leastTime(given, notBefore);
  const when = pollTime(given, Math.max(wanted, least), least);
  return { ...given, polling: { at: "waiting", when } };
}

function leastTime({ polledAt, interval }: Watch, notBefore: number): number {
  return Math.max(polledAt + interval * INTERVAL_MARGIN, notBefore);
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
