import type { Clock } from "../../daemon/core/clock.ts";
import type { Contact } from "./device.ts";

/** Held this long, the button means `onHold`. */
export const HOLD_MS = 5000;

export interface ButtonHandlers {
  /** Pressed and let go within a second. */
  onPress(): void;
  /** Still held: after one second 4, then 3, 2, 1. */
  onHoldProgress(secondsLeft: number): void;
  /** Held for five seconds. Letting go afterwards means nothing. */
  onHold(): void;
  /** Let go, or the device lost, after the countdown had begun. */
  onReleasedEarly(): void;
}

/** Tells a short press from a hold. Knows no device. */
export class Gesture implements Contact {
  readonly #clock: Clock;
  readonly #handlers: ButtonHandlers;
  #cancelTimer: (() => void) | null = null;
  #secondsLeft = 0;

  constructor(clock: Clock, handlers: ButtonHandlers) {
    this.#clock = clock;
    this.#handlers = handlers;
  }

  down(): void {
    this.#stop();
    this.#secondsLeft = HOLD_MS / 1000;
    this.#wait(this.#clock.elapsed());
  }

  up(): void {
    if (!this.#stop()) return;
    if (this.#counting()) this.#handlers.onReleasedEarly();
    else this.#handlers.onPress();
  }

  lost(): void {
    if (this.#stop() && this.#counting()) this.#handlers.onReleasedEarly();
  }

  #counting(): boolean {
    return this.#secondsLeft < HOLD_MS / 1000;
  }

  #wait(since: number): void {
    const next = since + HOLD_MS - (this.#secondsLeft - 1) * 1000;
    const cancel = this.#clock.after(Math.max(0, next - this.#clock.elapsed()), () => {
      // After a stall of the event loop timers run before input: let a release that is already waiting be read
      // first, or the unit would be unpaired by a short press.
      const input = setImmediate(() => this.#tick(since));
      this.#cancelTimer = () => clearImmediate(input);
    });
    this.#cancelTimer = cancel;
  }

  #tick(since: number): void {
    this.#secondsLeft--;
    if (this.#secondsLeft > 0) {
      this.#wait(since);
      this.#handlers.onHoldProgress(this.#secondsLeft);
    } else {
      this.#cancelTimer = null;
      this.#handlers.onHold();
    }
  }

  /** Whether a press was going on. */
  #stop(): boolean {
    const pressed = this.#cancelTimer !== null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    return pressed;
  }
}
