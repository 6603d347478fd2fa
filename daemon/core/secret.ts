import { timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

const MASK = "[secret]";

/**
 * A value that must never be printed: the client_secret, a device_code, a token. Whatever serialises it
 * (JSON, template strings, console, pino) writes a mask; only `reveal()` gives the text, at the one place that
 * puts it on the wire, into the vault, or into the answer of the local token route.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** Compares without telling by the time that it takes how much was right. */
export function sameText(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
