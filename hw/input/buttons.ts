import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { closest } from "fastest-levenshtein";
import type { Clock } from "../../daemon/core/clock.ts";
import { ConfigurationError } from "../../daemon/core/configuration-error.ts";
import { withKernel } from "../linux/with-kernel.ts";
import {
  EV_KEY,
  EV_SYN,
  EVIOCGKEYS,
  EVIOCGRAB,
  EVIOCGVERSION,
  EventDecoder,
  eventLayout,
  type InputEvent,
  KEY_BYTES,
  SYN_DROPPED,
} from "./evdev.ts";
import { KEY_CODES } from "./keys.ts";

type Kernel = typeof import("../linux/kernel.ts");

/** Held this long, the button means `onHold`. */
export const HOLD_MS = 5000;
/** Bytes: more events than a key makes at once. */
const READ_SIZE = 1536;
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
    const reason = await readAll(path, code, closing.signal, (chunk) => {
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

/**
 * Resolves with why there is no more to read. The node is polled: a plain read of it blocks a thread of Node's pool until
 * someone presses a key, and neither closing the file nor `process.exit()` ends that.
 */
async function readAll(
  path: string,
  code: number,
  signal: AbortSignal,
  take: (chunk: Buffer) => void,
): Promise<string> {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const kernel = await withKernel(() => import("../linux/kernel.ts"));
    // A pipe may stand in for a node. Anything else that is no input device can't be polled, and koffi ends the process.
    if (!fstatSync(fd).isFIFO()) kernel.ioctl(fd, EVIOCGVERSION, kernel.memory(4));
    if (hasNoOtherKey(fd, code, kernel)) kernel.ioctl(fd, EVIOCGRAB, 1);
    return await readUntilGone(fd, kernel.whenReadable, signal, take);
  } catch (error) {
    return `${path} ${trouble(error as NodeJS.ErrnoException)}`;
  } finally {
    // What was grabbed is free with that, too.
    if (fd !== null) closeSync(fd);
  }
}

/**
 * Whether the device is all ours: then nobody else is to act on it, such as the text console, to which a button is a
 * keyboard. One with more keys, or that does not tell, is shared with the camera's own programs.
 */
function hasNoOtherKey(fd: number, code: number, { ioctl, memory }: Kernel): boolean {
  const keys = memory(KEY_BYTES);
  try {
    ioctl(fd, EVIOCGKEYS, keys);
  } catch {
    return false;
  }
  return keys.every((byte, at) => byte === (at === code >> 3 ? 1 << (code & 7) : 0));
}

/** Rejects when nothing can be read any more; resolves when it need not. */
function readUntilGone(
  fd: number,
  whenReadable: (fd: number, readable: () => void) => () => void,
  signal: AbortSignal,
  take: (chunk: Buffer) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunk = Buffer.alloc(READ_SIZE);
    const stop = whenReadable(fd, () => {
      try {
        const size = readSync(fd, chunk);
        if (size === 0) throw Object.assign(new Error("the end"), { code: "ENODEV" });
        take(chunk.subarray(0, size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return;
        stop();
        reject(error);
      }
    });
    const close = () => {
      stop();
      resolve("closed");
    };
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
  });
}

/** What has become of a node, as the end of a sentence. */
function trouble({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENODEV":
      return "is gone";
    case "EACCES":
      return "may not be read; put the daemon's user into the device's group (input)";
    case "ENOENT":
    case "ENXIO":
      return `is not there (${code}); check buttons.device`;
    case "EBUSY":
      return "is grabbed by another program; stop that program";
    case "ENOTTY":
      return "is no input device; check buttons.device";
    default:
      return `can't be read: ${message}`;
  }
}
