import type { Clock } from "../../daemon/core/clock.ts";

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  trusted = true;
  #elapsed = 0;
  #wall: number;
  readonly #timers = new Set<Timer>();

  constructor(wall = Date.UTC(2025, 0, 1)) {
    this.#wall = wall;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  wall(): number {
    return Math.floor(this.#wall);
  }

  wallTrusted(): boolean {
    return this.trusted;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { due: this.#elapsed + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that are set and not yet due. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer falls due; null where none is set. */
  get nextDue(): number | null {
    return this.#timers.size === 0 ? null : Math.min(...[...this.#timers].map(({ due }) => due));
  }

  /** Sets the wall clock, as NTP or a person would; what is waited for does not move. */
  setWall(ms: number): void {
    this.#wall = ms;
  }

  /** Moves both clocks on, running what falls due, in order, and letting what it starts get under way. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    for (;;) {
      const next = [...this.#timers]
        .sort((one, other) => one.due - other.due)
        .find((timer) => timer.due <= until);
      this.#step((next?.due ?? until) - this.#elapsed);
      if (next === undefined) return;
      this.#timers.delete(next);
      next.run();
      await settled();
    }
  }

  #step(ms: number): void {
    this.#elapsed += ms;
    this.#wall += ms;
  }
}

/** Resolves when the promises and immediates that are ready now have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
