import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { closest } from "fastest-levenshtein";
import type { Clock } from "../../daemon/core/clock.ts";
import { ConfigurationError } from "../../daemon/core/configuration-error.ts";
import { EV_KEY, EV_SYN, EventDecoder, eventLayout, type InputEvent, SYN_DROPPED } from "./evdev.ts";
import { KEY_CODES } from "./keys.ts";

/** Held this long, the button means `onHold`. */
export const HOLD_MS = 5000;
/** How often a device that is not there is looked for. */
const RETRY_MS = 2000;

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

export interface DeviceHandlers {
  /** The device is not there or stopped answering. Told once until it has answered again; it is looked for on and on. */
  onLost(reason: string): void;
}

/** A key name that input-event-codes.h does not have; `message` names the nearest one. */
export class UnknownKeyError extends ConfigurationError {
  override readonly name = "UnknownKeyError";
}

/**
 * The code of a key by its name in input-event-codes.h, e.g. "KEY_ENTER".
 * @throws {UnknownKeyError}
 */
export function keyCode(name: string): number {
  const code = KEY_CODES.get(name);
  if (code !== undefined) return code;
  throw new UnknownKeyError(
    `buttons.key: there is no key ${name}; did you mean ${closest(name, [...KEY_CODES.keys()])}?`,
  );
}

/** Tells a short press from a hold. Knows one key and no device. */
export class Gesture {
  readonly #code: number;
  readonly #clock: Clock;
  readonly #handlers: ButtonHandlers;
  #cancelTimer: (() => void) | null = null;
  #secondsLeft = 0;

  constructor(code: number, clock: Clock, handlers: ButtonHandlers) {
    this.#code = code;
    this.#clock = clock;
    this.#handlers = handlers;
  }

  event({ type, code, value }: InputEvent): void {
    if (type === EV_SYN && code === SYN_DROPPED) this.lost();
    if (type !== EV_KEY || code !== this.#code) return;
    if (value === 1) this.#down();
    else if (value === 0) this.#up();
    // 2 is auto-repeat.
  }

  /** Events are missing or the device is gone: whether the key is still down can't be known, so nothing is done. */
  lost(): void {
    if (this.#stop() && this.#counting()) this.#handlers.onReleasedEarly();
  }

  #down(): void {
    this.#stop();
    this.#secondsLeft = HOLD_MS / 1000;
    this.#wait(this.#clock.elapsed());
  }

  #up(): void {
    if (!this.#stop()) return;
    if (this.#counting()) this.#handlers.onReleasedEarly();
    else this.#handlers.onPress();
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

export interface Button {
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/**
 * Watches one key of an evdev node and survives its coming and going.
 *
 * The node is read through cat(1): a read of it blocks until someone presses a key, and neither closing the file nor
 * `process.exit()` ends such a read in Node's own thread pool, while a child can be ended at any time.
 *
 * @param path evdev node, root prefix included
 * @param code from `keyCode`
 */
export function watchButton(
  path: string,
  code: number,
  clock: Clock,
  handlers: ButtonHandlers & DeviceHandlers,
): Button {
  const gesture = new Gesture(code, clock, handlers);
  const closing = new AbortController();
  let told = false;
  let running = watch();

  async function watch(): Promise<void> {
    const decoder = new EventDecoder(eventLayout(process.arch));
    const reason = await readAll(path, closing.signal, (chunk) => {
      told = false;
      for (const event of decoder.decode(chunk)) gesture.event(event);
    });
    gesture.lost();
    if (closing.signal.aborted) return;
    if (!told) handlers.onLost(reason);
    told = true;
    const cancel = clock.after(RETRY_MS, () => {
      closing.signal.removeEventListener("abort", cancel);
      running = watch();
    });
    closing.signal.addEventListener("abort", cancel, { once: true });
  }

  return {
    close() {
      closing.abort();
      return running;
    },
  };
}

/** Resolves with why there is no more to read. */
async function readAll(path: string, signal: AbortSignal, take: (chunk: Buffer) => void): Promise<string> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES")
      return `${path} may not be read; put the daemon's user into the device's group (input)`;
    return `${path} is not there (${code}); check buttons.device`;
  }
  if (signal.aborted) return "closed";
  return new Promise((resolve) => {
    const reader = spawn("cat", ["--", path], { stdio: ["ignore", "pipe", "ignore"], signal });
    reader.stdout.on("data", take);
    let reason = `${path} is gone`;
    reader.once("error", (error) => {
      reason = `${path} can't be read: ${error.message}`;
    });
    reader.once("close", () => resolve(reason));
  });
}
