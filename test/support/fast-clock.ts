import type { Clock } from "../../daemon/core/clock.ts";

/** Time that runs `factor` times as fast as the machine's, from `origin` on, the same in every process of a test. */
export function fastClock(origin: number, factor: number): Clock {
  const wall = () => Math.floor(origin + (Date.now() - origin) * factor);
  return {
    elapsed: wall,
    wall,
    wallTrusted: () => true,
    after(ms, run) {
      const timer = setTimeout(run, ms / factor);
      return () => clearTimeout(timer);
    },
  };
}
