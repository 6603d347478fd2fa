import type { Clock } from "../../daemon/clock.ts";

/** Resolves when so many milliseconds have passed. */
export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
