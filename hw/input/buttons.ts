import { closeSync, readSync } from "node:fs";
import { basename } from "node:path";
import type { Clock } from "../../daemon/core/clock.ts";
import { withKernel } from "../linux/with-kernel.ts";
import type { ButtonDevice, Contact, Source } from "./device.ts";
import { evdevKey, keyCode } from "./evdev-key.ts";
import { type ButtonHandlers, Gesture } from "./gesture.ts";
import { gpioLine } from "./gpio-line.ts";

/** Bytes: more events than a button makes at once. A multiple of what an event of any kind takes. */
const READ_SIZE = 1536;
/** How often a device that is not there is looked for. */
const RETRY_MS = 2000;

export interface DeviceHandlers {
  /** The device is not there or stopped answering. Told once until it has answered again; it is looked for on and on. */
  onLost(reason: string): void;
}

/** Whether the node is a GPIO chip's, and the button one of its lines. */
function isGpioChip(node: string): boolean {
  return basename(node).startsWith("gpiochip");
}

/**
 * The button of the configuration: a key of an evdev node, or a line of a GPIO chip.
 * @throws {UnknownKeyError}
 */
export function buttonDevice({
  device,
  key,
}: {
  readonly device: string;
  readonly key: string;
}): ButtonDevice {
  return isGpioChip(device) ? gpioLine(key) : evdevKey(keyCode(key));
}

export interface Button {
  /** The machine was asleep: an edge may have gone unseen meanwhile, and a press of before ends without a meaning. */
  slept(): void;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/**
 * Watches a button and survives the coming and going of its device.
 *
 * @param path of the device's node, root prefix included
 */
export function watchButton(
  path: string,
  device: ButtonDevice,
  clock: Clock,
  handlers: ButtonHandlers & DeviceHandlers,
): Button {
  const gesture = new Gesture(clock, handlers);
  const closing = new AbortController();
  let told = false;
  let running = watch();

  async function watch(): Promise<void> {
    const reason = await readAll(path, device, gesture, closing.signal, () => {
      told = false;
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
    slept: () => gesture.lost(),
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
  device: ButtonDevice,
  contact: Contact,
  signal: AbortSignal,
  answered: () => void,
): Promise<string> {
  let fd: number | null = null;
  try {
    const source = await device.open(path, contact);
    fd = source.fd;
    const { whenReadable } = await withKernel(() => import("../linux/kernel.ts"));
    return await readUntilGone(source, whenReadable, signal, answered);
  } catch (error) {
    return `${path} ${device.trouble(error as NodeJS.ErrnoException)}`;
  } finally {
    // What was grabbed or requested is free with that, too.
    if (fd !== null) closeSync(fd);
  }
}

/** Rejects when nothing can be read any more; resolves when it need not. */
function readUntilGone(
  { fd, take }: Source,
  whenReadable: (fd: number, readable: () => void) => () => void,
  signal: AbortSignal,
  answered: () => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunk = Buffer.alloc(READ_SIZE);
    const stop = whenReadable(fd, () => {
      try {
        const size = readSync(fd, chunk);
        if (size === 0) throw Object.assign(new Error("the end"), { code: "ENODEV" });
        answered();
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
