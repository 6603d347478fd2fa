import { existsSync, readFileSync } from "node:fs";
import { uptime } from "node:os";

/**
 * The two clocks of a device. Intervals and deadlines use `elapsed`, which no NTP step can move; what is stored or
 * shown to people uses `wall`. The only place in the product that asks for the time or sets a timer.
 */
export interface Clock {
  /** Milliseconds since boot, time asleep included (CLOCK_BOOTTIME): never jumps, never runs backwards. */
  elapsed(): number;
  /** Milliseconds since 1970, as the system believes; a board without an RTC may believe anything. */
  wall(): number;
  /** Whether `wall` can be believed: see `systemClock`. */
  wallTrusted(): boolean;
  /** Calls `run` once, when `elapsed` has grown by `ms`; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Longest single timer: after a suspend, whatever fell due meanwhile is noticed within this time. */
const SLICE_MS = 15_000;

const CENTURY_MS = 100 * 365.25 * 86_400_000;

/**
 * The system's clock. Its wall time is trusted when it does not lie before the build of this very program and
 * either systemd-timesyncd says that it is synchronised (systemd-timesyncd.service(8), `/run/systemd/timesync/synchronized`)
 * or the board has a real-time clock that the kernel read at boot (`/sys/class/rtc/rtc0/hctosys`).
 *
 * @param root prefix of the system paths
 * @param builtAt wall time of the build
 */
export function systemClock(root: string, builtAt: number): Clock {
  const elapsed = () => uptime() * 1000;
  return {
    elapsed,
    wall: Date.now,
    wallTrusted() {
      const now = Date.now();
      if (now < builtAt || now > builtAt + CENTURY_MS) return false;
      return existsSync(`${root}/run/systemd/timesync/synchronized`) || rtcSetTheClock(root);
    },
    after(ms, run) {
      const due = elapsed() + ms;
      let timer = setTimeout(check, Math.min(ms, SLICE_MS));
      function check() {
        const left = due - elapsed();
        if (left <= 0) run();
        else timer = setTimeout(check, Math.min(Math.ceil(left), SLICE_MS));
      }
      return () => clearTimeout(timer);
    },
  };
}

function rtcSetTheClock(root: string): boolean {
  try {
    return readFileSync(`${root}/sys/class/rtc/rtc0/hctosys`, "utf8").trim() === "1";
  } catch {
    return false;
  }
}
