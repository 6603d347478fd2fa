import { existsSync } from "node:fs";
import { uptime } from "node:os";
import { readText } from "./files.ts";

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

export interface SystemClock extends Clock {
  /** Takes note of the wall time that a server has just told whose certificate was good. */
  heard(wall: number): void;
}

/**
 * Longest single timer. Node's timers stand still while the machine sleeps: whatever fell due meanwhile, a dead code on
 * the screen for one, is noticed within this time.
 */
const SLICE_MS = 2_000;

const CENTURY_MS = 100 * 365.25 * 86_400_000;

/** How far a good clock may be from what a server told: an answer can take 20 s, and not every server is exact. */
const AGREES_MS = 120_000;

/**
 * The system's clock. Its wall time is trusted when it does not lie before the build of this very program and agrees
 * with what the server told last, which no NTP step since can have spoilt unnoticed. Until a server could be asked,
 * either systemd-timesyncd must say that it is synchronised (systemd-timesyncd.service(8),
 * `/run/systemd/timesync/synchronized`) or the board have a real-time clock that the kernel read at boot
 * (`/sys/class/rtc/rtc0/hctosys`); chrony and ntpd leave no such sign.
 *
 * @param root prefix of the system paths
 * @param builtAt wall time of the build
 */
export function systemClock(root: string, builtAt: number): SystemClock {
  const elapsed = () => uptime() * 1000;
  /** Wall time of the boot, by the server. */
  let bootedAt: number | null = null;
  return {
    elapsed,
    wall: Date.now,
    wallTrusted() {
      const now = Date.now();
      if (now < builtAt || now > builtAt + CENTURY_MS) return false;
      if (bootedAt !== null) return Math.abs(now - elapsed() - bootedAt) <= AGREES_MS;
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
    heard(wall) {
      bootedAt = wall - elapsed();
    },
  };
}

function rtcSetTheClock(root: string): boolean {
  return readText(`${root}/sys/class/rtc/rtc0/hctosys`)?.trim() === "1";
}

/** Resolves when so many milliseconds have passed. */
export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** Calls `run` again and again, `ms` apart; returns what ends it. */
export function every(clock: Pick<Clock, "after">, ms: number, run: () => void): () => void {
  let cancel = clock.after(ms, again);
  function again(): void {
    cancel = clock.after(ms, again);
    run();
  }
  return () => cancel();
}
