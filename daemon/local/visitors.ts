import { isLoopbackAddress } from "../core/address.ts";
import type { Clock } from "../core/clock.ts";
import { sameText } from "../core/secret.ts";

/** Decimal digits: few enough to be typed from a screen across the room. */
const PIN_DIGITS = 6;
/** How long a press of the device's button lets the next visitor in. */
const PRESS_MS = 60_000;
/** A working day: whoever was let in stays so, or until the daemon starts anew. */
const STAY_MS = 12 * 3_600_000;
const MOST_GUESTS = 32;
/** Wrong PINs, from wherever they come, after which none is looked at for a while: 60 an hour, of a million. */
const MOST_WRONG = 5;
const REST_MS = 300_000;

export type Admission =
  | { readonly type: "welcome"; readonly pass: string }
  | { readonly type: "wrong" }
  /** `retryAfter` in seconds. */
  | { readonly type: "later"; readonly retryAfter: number };

export interface VisitorsOptions {
  readonly clock: Clock;
  randomBytes(count: number): Buffer;
  /** Whether a peer needs no PIN; those of this machine by default. @param address as the socket tells it */
  isNear?(address: string): boolean;
  /** Told when so many wrong PINs came that none is taken for a while. */
  onRest?(): void;
}

/**
 * Which readers of the page have shown that they are at the device, by the PIN that it tells or by a press of its
 * button: on a set, whoever is in the same network may be a guest. One for the life of the process: the PIN, who was let
 * in and what was guessed outlive a changed configuration.
 */
export class Visitors {
  readonly pin: string;
  readonly #options: VisitorsOptions;
  /** By pass: when it ends. */
  readonly #guests = new Map<string, number>();
  #pressedAt: number | null = null;
  #wrong = 0;
  #restUntil = 0;

  constructor(options: VisitorsOptions) {
    this.#options = options;
    this.pin = String(options.randomBytes(6).readUIntBE(0, 6) % 10 ** PIN_DIGITS).padStart(PIN_DIGITS, "0");
  }

  /** The device's button was pressed. */
  pressed(): void {
    this.#pressedAt = this.#options.clock.elapsed();
  }

  /**
   * Whether a peer may see the code and change something.
   *
   * @param pass what `admit` gave it; null for none
   */
  knows(address: string, pass: string | null): boolean {
    const { clock, isNear = isLoopbackAddress } = this.#options;
    if (isNear(address)) return true;
    return pass !== null && (this.#guests.get(pass) ?? 0) > clock.elapsed();
  }

  /** @param pin as it was typed; "" for none, where the button was pressed */
  admit(pin: string): Admission {
    const now = this.#options.clock.elapsed();
    if (pin === "") return this.#takePress(now) ? this.#welcome(now) : { type: "wrong" };
    // The right one as well: else a guesser would never have to wait.
    if (now < this.#restUntil)
      return { type: "later", retryAfter: Math.ceil((this.#restUntil - now) / 1000) };
    if (sameText(pin.replace(/\s/g, ""), this.pin)) {
      this.#wrong = 0;
      return this.#welcome(now);
    }
    this.#wrong += 1;
    if (this.#wrong >= MOST_WRONG) {
      this.#wrong = 0;
      this.#restUntil = now + REST_MS;
      this.#options.onRest?.();
    }
    return { type: "wrong" };
  }

  /** One press lets one visitor in. */
  #takePress(now: number): boolean {
    const at = this.#pressedAt;
    if (at === null || now - at > PRESS_MS) return false;
    this.#pressedAt = null;
    return true;
  }

  #welcome(now: number): Admission {
    const pass = this.#options.randomBytes(32).toString("base64url");
    for (const oldest of this.#guests.keys()) {
      if (this.#guests.size < MOST_GUESTS) break;
      this.#guests.delete(oldest);
    }
    this.#guests.set(pass, now + STAY_MS);
    return { type: "welcome", pass };
  }
}
