import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { closest } from "fastest-levenshtein";
import { ConfigurationError } from "../../daemon/core/configuration-error.ts";
import { withKernel } from "../linux/with-kernel.ts";
import type { ButtonDevice, Contact } from "./device.ts";
import {
  EV_KEY,
  EV_SYN,
  EVIOCGKEYS,
  EVIOCGRAB,
  EVIOCGVERSION,
  EventDecoder,
  eventLayout,
  KEY_BYTES,
  SYN_DROPPED,
} from "./evdev.ts";
import { KEY_CODES } from "./keys.ts";

type Kernel = typeof import("../linux/kernel.ts");

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

/** @param code from `keyCode` */
export function evdevKey(code: number): ButtonDevice {
  return {
    async open(path, contact) {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const kernel = await withKernel(() => import("../linux/kernel.ts"));
        // A pipe may stand in for a node. Anything else that is no input device can't be polled, and koffi ends the process.
        if (!fstatSync(fd).isFIFO()) kernel.ioctl(fd, EVIOCGVERSION, kernel.memory(4));
        if (hasNoOtherKey(fd, code, kernel)) kernel.ioctl(fd, EVIOCGRAB, 1);
      } catch (error) {
        closeSync(fd);
        throw error;
      }
      return { fd, take: keyReader(code, contact) };
    },
    trouble,
  };
}

/** Takes what was read of an evdev node, and tells of that key. */
export function keyReader(
  code: number,
  contact: Contact,
  layout = eventLayout(process.arch),
): (chunk: Buffer) => void {
  const decoder = new EventDecoder(layout);
  return (chunk) => {
    for (const event of decoder.decode(chunk)) {
      if (event.type === EV_SYN && event.code === SYN_DROPPED) contact.lost();
      if (event.type !== EV_KEY || event.code !== code) continue;
      if (event.value === 1) contact.down();
      else if (event.value === 0) contact.up();
      // 2 is auto-repeat.
    }
  };
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
