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
  /** Calls `woken` each time that the machine was asleep; returns what ends it. */
  onWake(woken: () => void): () => void;
}

/**
 * How often is looked whether the machine was asleep, beside each timer that ends: a code's countdown has one a second.
 * Node's timers stand still meanwhile, and whatever fell due is noticed within this time.
 */
const SLEEP_LOOK_MS = 10_000;
/** By so much more than Node's own clock has the time since boot grown where the machine was asleep; it counts in hundredths. */
const ASLEEP_MS = 100;

/** Longest single timer: Node takes what is longer than 2^31 ms for nothing. */
const LONGEST_TIMER_MS = 86_400_000;

const CENTURY_MS = 100 * 365.25 * 86_400_000;

/** How far a good clock may be from what a server told: an answer can take 20 s, and not every server is exact. */
const AGREES_MS = 120_000;

/** How far from UTC a real-time clock may be that keeps local time (hwclock(8)), and some drift. */
const ZONES_MS = 15 * 3_600_000;

/**
 * The system's clock. Its wall time is trusted when it does not lie before the build of this very program and agrees
 * with what the server told last, which no NTP step since can have spoilt unnoticed. Until a server could be asked,
 * either systemd-timesyncd must say that it is synchronised (systemd-timesyncd.service(8),
 * `/run/systemd/timesync/synchronized`) or the board have a real-time clock that has kept the time and that the kernel
 * read at boot (`/sys/class/rtc/rtc0/hctosys`, `since_epoch`); chrony and ntpd leave no such sign.
 *
 * @param root prefix of the system paths
 * @param builtAt wall time of the build
 */
export function systemClock(root: string, builtAt: number): SystemClock {
  const elapsed = () => uptime() * 1000;
  const sleep = new SleepWatch(elapsed);
  /** Wall time of the boot, by the server. */
  let bootedAt: number | null = null;
  return {
    elapsed,
    wall: Date.now,
    wallTrusted() {
      const now = Date.now();
      if (now < builtAt || now > builtAt + CENTURY_MS) return false;
      if (bootedAt !== null) return Math.abs(now - elapsed() - bootedAt) <= AGREES_MS;
      return existsSync(`${root}/run/systemd/timesync/synchronized`) || rtcSetTheClock(root, builtAt, now);
    },
    after(ms, run) {
      const due = elapsed() + ms;
      // Of several that are told of a sleep, one may end another, and the one whose timer found out is told twice.
      let over = false;
      let timer = setTimeout(ended, Math.min(ms, LONGEST_TIMER_MS));
      function ended() {
        sleep.look();
        check();
      }
      function check() {
        if (over) return;
        clearTimeout(timer);
        const left = due - elapsed();
        if (left > 0) timer = setTimeout(ended, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
        else {
          end();
          run();
        }
      }
      function end() {
        over = true;
        clearTimeout(timer);
        stopWatching();
      }
      const stopWatching = sleep.watch(check);
      return end;
    },
    heard(wall) {
      bootedAt = wall - elapsed();
    },
    onWake: (woken) => sleep.watch(woken),
  };
}

/** Tells when the machine has woken up. One timer for all who want to know: each one wakes the processor. */
class SleepWatch {
  readonly #elapsed: () => number;
  readonly #watchers = new Set<() => void>();
  /** Milliseconds that only the time since boot has counted. */
  #asleep: number;

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
    this.#asleep = this.#now();
    every({ elapsed, after: unheldTimer }, SLEEP_LOOK_MS, () => this.look());
  }

  /** Returns what ends it. */
  watch(woken: () => void): () => void {
    this.#watchers.add(woken);
    return () => this.#watchers.delete(woken);
  }

  #now(): number {
    // Not by performance.now(), whose module takes longer to load than all else here.
    const [seconds, nanoseconds] = process.hrtime();
    return this.#elapsed() - seconds * 1000 - nanoseconds / 1_000_000;
  }

  look(): void {
    const asleep = this.#now();
    if (asleep - this.#asleep < ASLEEP_MS) return;
    this.#asleep = asleep;
    for (const woken of [...this.#watchers]) woken();
  }
}

/** By Node's own clock, and no reason for the process to go on. */
function unheldTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}

/**
 * Whether the kernel set the clock at boot from a real-time clock that has kept the time
 * (Documentation/ABI/testing/sysfs-class-rtc): one without a battery begins anew at each boot, while the wall time may
 * come from a file.
 */
function rtcSetTheClock(root: string, builtAt: number, wall: number): boolean {
  const rtc = (file: string) => readText(`${root}/sys/class/rtc/rtc0/${file}`)?.trim();
  if (rtc("hctosys") !== "1") return false;
  const kept = Number(rtc("since_epoch") || Number.NaN) * 1000;
  return kept >= builtAt && Math.abs(kept - wall) <= ZONES_MS;
}

/** Resolves when so many milliseconds have passed. */
export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/**
 * Calls `run` each time that `elapsed` is a multiple of `ms`: all that is looked at so wakes the processor together.
 * Returns what ends it.
 */
export function every(clock: Pick<Clock, "after" | "elapsed">, ms: number, run: () => void): () => void {
  return paced(clock, () => ms, run).stop;
}

export interface Paced {
  /** To be called after whatever may have made the interval shorter: the next call does not wait out the longer one. */
  hurry(): void;
  stop(): void;
}

/** As `every`, with an interval that changes. */
export function paced(
  clock: Pick<Clock, "after" | "elapsed">,
  interval: () => number,
  run: () => void,
): Paced {
  let pace = interval();
  let cancel = wakeLater();

  function wakeLater(): () => void {
    return clock.after(pace - (clock.elapsed() % pace), () => {
      pace = interval();
      cancel = wakeLater();
      run();
    });
  }

  return {
    hurry() {
      const wanted = interval();
      if (wanted >= pace) return;
      pace = wanted;
      cancel();
      cancel = wakeLater();
    },
    stop: () => cancel(),
  };
}
