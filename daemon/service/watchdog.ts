import { type Clock, every } from "../core/clock.ts";
import type { Notifier } from "./notifier.ts";

/** Pings in one watchdog period: one may be late and one lost before the service is taken for hung. */
const PINGS_PER_PERIOD = 3;

/**
 * The period in microseconds after which the service manager takes a silent service for hung; null where it does not
 * watch this process (sd_watchdog_enabled(3)).
 */
export function watchdogUsec(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | null {
  const usec = Number(environment.WATCHDOG_USEC);
  const watched = environment.WATCHDOG_PID;
  if (!Number.isSafeInteger(usec) || usec <= 0) return null;
  return watched === undefined || watched === "" || Number(watched) === pid ? usec : null;
}

/**
 * Pings as long as the daemon's own loops make progress. Whether the network or Frame.io can be reached is none of its
 * business: a restart would not mend that.
 *
 * @param usec the manager's period in microseconds, from `watchdogUsec`
 * @param progress whether every loop has moved since it was due to
 * @returns what ends the pings
 */
export function startWatchdog(
  clock: Pick<Clock, "after" | "elapsed">,
  notifier: Pick<Notifier, "watchdog">,
  usec: number,
  progress: () => boolean,
): () => void {
  return every(clock, usec / 1000 / PINGS_PER_PERIOD, () => {
    if (progress()) notifier.watchdog();
  });
}
