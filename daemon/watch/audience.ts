import type { Clock } from "../core/clock.ts";

/** Who asked once may ask again, and is taken to look on for this long. */
const GLANCE_MS = 120_000;

/** Knows whether somebody could see what Frame.io says of this device: on the display, on a page, through a program. */
export class Audience {
  readonly #clock: Clock;
  readonly #changed: (watched: boolean) => void;
  #staying = 0;
  #lit = false;
  #endGlance: (() => void) | null = null;
  #watched = false;

  /** @param changed told when the first one comes and the last one leaves, and of everyone who comes to look */
  constructor(clock: Clock, changed: (watched: boolean) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get watched(): boolean {
    return this.#watched;
  }

  /** Somebody opens a stream of news; returns what ends that. */
  stay(): () => void {
    this.#staying += 1;
    this.#tell(true);
    return () => {
      this.#staying -= 1;
      this.#tell(false);
    };
  }

  /** Somebody comes and looks: the button was pressed. */
  come(): void {
    this.glance();
    this.#tell(true);
  }

  /** A program asked what the state is, as it may do every second. */
  glance(): void {
    this.#endGlance?.();
    this.#endGlance = this.#clock.after(GLANCE_MS, () => {
      this.#endGlance = null;
      this.#tell(false);
    });
    this.#tell(false);
  }

  /** The display shows something, or is dark. */
  light(lit: boolean): void {
    if (this.#lit === lit) return;
    this.#lit = lit;
    this.#tell(false);
  }

  close(): void {
    this.#endGlance?.();
  }

  #tell(anew: boolean): void {
    const watched = this.#staying > 0 || this.#lit || this.#endGlance !== null;
    if (watched === this.#watched && !anew) return;
    this.#watched = watched;
    this.#changed(watched);
  }
}
