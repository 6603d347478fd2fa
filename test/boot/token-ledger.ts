import type { SeenRequest } from "../simulator/journal.ts";

/** Calls that carry an access token. */
const USES: readonly SeenRequest["call"][] = ["me", "heartbeat", "socket"];

/**
 * Follows from Frame.io's side what a device has. A device uses no token before it is on its disk, so one that was used
 * must be there after any power cut; one that was only sent may have been on its way.
 */
export class TokenLedger {
  /** Power cuts by what the device had: tokens it had used, tokens that were sent and were there or were not. */
  readonly cuts = { used: 0, stored: 0, unstored: 0, none: 0 };
  #tokens: "none" | "sent" | "used" = "none";
  #unresolved = 0;

  /** @throws {Error} where the device has lost what it had used */
  see({ call, status }: SeenRequest): void {
    if (status === null) return;
    const accepted = status < 300;
    if (call === "code" || (call === "refresh" && status < 500 && !accepted)) this.#gone();
    else if (call === "refresh" && accepted) {
      this.#survived();
      this.#tokens = "sent";
    } else if (call === "poll" && accepted) this.#tokens = "sent";
    else if (USES.includes(call) && accepted && this.#tokens !== "none") {
      this.#survived();
      this.#tokens = "used";
    }
  }

  cut(): void {
    if (this.#tokens === "none") this.cuts.none += 1;
    else if (this.#tokens === "used") this.cuts.used += 1;
    else this.#unresolved += 1;
  }

  #survived(): void {
    this.cuts.stored += this.#unresolved;
    this.#unresolved = 0;
  }

  #gone(): void {
    if (this.#tokens === "used") throw new Error("the device lost tokens that it had used");
    this.cuts.unstored += this.#unresolved;
    this.#unresolved = 0;
    this.#tokens = "none";
  }
}
