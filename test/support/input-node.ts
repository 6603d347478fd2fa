import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { EV_KEY, EV_SYN, type EventLayout } from "../../hw/input/evdev.ts";

/** One `struct input_event` as the kernel writes it. */
export function encodeEvent(
  { size, littleEndian }: EventLayout,
  type: number,
  code: number,
  value: number,
): Buffer {
  const bytes = Buffer.alloc(size, 0xa5);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  view.setUint16(size - 8, type, littleEndian);
  view.setUint16(size - 6, code, littleEndian);
  view.setInt32(size - 4, value, littleEndian);
  return bytes;
}

/** A pipe in place of an evdev node, on which a test presses the keys. */
export class InputNode {
  readonly #path: string;
  readonly #layout: EventLayout;
  #fd: number | null = null;

  constructor(path: string, layout: EventLayout) {
    this.#path = path;
    this.#layout = layout;
  }

  plug(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    execFileSync("mkfifo", [this.#path]);
    // Open in both directions: neither this nor a write waits for a reader.
    this.#fd = openSync(this.#path, "r+");
  }

  unplug(): void {
    rmSync(this.#path, { force: true });
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  send(type: number, code: number, value: number): void {
    if (this.#fd === null) throw new TypeError("the node is unplugged");
    writeSync(this.#fd, encodeEvent(this.#layout, type, code, value));
  }

  /** A key event and the report that ends it. */
  key(code: number, value: number): void {
    this.send(EV_KEY, code, value);
    this.send(EV_SYN, 0, 0);
  }
}
