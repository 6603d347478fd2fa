import { endianness } from "node:os";

/** One `struct input_event` (Documentation/input/input.rst §5, Event interface), without its time. */
export interface InputEvent {
  readonly type: number;
  readonly code: number;
  readonly value: number;
}

/** include/uapi/linux/input-event-codes.h */
export const EV_SYN = 0x00;
export const EV_KEY = 0x01;
export const SYN_DROPPED = 3;

/** `_IOR('E', 0x01, int)` and `_IOW('E', 0x90, int)` (include/uapi/linux/input.h); the latter takes the value itself. */
export const EVIOCGVERSION = 0x80044501;
export const EVIOCGRAB = 0x40044590;

/** `KEY_CNT` bits, of which `EVIOCGBIT(EV_KEY, …)`, that is `_IOC(_IOC_READ, 'E', 0x20 + EV_KEY, …)`, sets those of its keys. */
export const KEY_BYTES = 96;
export const EVIOCGKEYS = 0x80604521;

/** How the kernel lays out `struct input_event` for a process. */
export interface EventLayout {
  /** Bytes of one event: 24 with a 64-bit `long`, 16 with a 32-bit one. */
  readonly size: 16 | 24;
  readonly littleEndian: boolean;
}

const LONG_64: ReadonlySet<string> = new Set([
  "x64",
  "arm64",
  "riscv64",
  "ppc64",
  "loong64",
  "s390x",
  "mips64el",
]);

/**
 * The layout that this process reads. It follows the process and not the kernel: a 32-bit program on a 64-bit kernel
 * reads 16 bytes. A 64-bit time_t on a 32-bit machine changes nothing, since the header keeps two `unsigned long`
 * there for the seconds and the microseconds (include/uapi/linux/input.h, `__USE_TIME_BITS64`).
 *
 * @param arch `process.arch`
 */
export function eventLayout(arch: string): EventLayout {
  return { size: LONG_64.has(arch) ? 24 : 16, littleEndian: endianness() === "LE" };
}

/** Cuts a stream of bytes into events. Chunks may end anywhere. */
export class EventDecoder {
  readonly #layout: EventLayout;
  #rest: Buffer = Buffer.alloc(0);

  constructor(layout: EventLayout) {
    this.#layout = layout;
  }

  decode(chunk: Buffer): InputEvent[] {
    const { size, littleEndian } = this.#layout;
    const bytes = Buffer.concat([this.#rest, chunk]);
    const whole = bytes.length - (bytes.length % size);
    this.#rest = bytes.subarray(whole);
    const view = new DataView(bytes.buffer, bytes.byteOffset, whole);
    const events: InputEvent[] = [];
    for (let end = size; end <= whole; end += size)
      events.push({
        type: view.getUint16(end - 8, littleEndian),
        code: view.getUint16(end - 6, littleEndian),
        value: view.getInt32(end - 4, littleEndian),
      });
    return events;
  }
}
