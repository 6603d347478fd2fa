import { type LookupFunction, Socket } from "node:net";

/**
 * One address is given so long before the next one is tried. Node drops the slower attempt, so this must be longer
 * than a handshake over a saturated uplink; RFC 8305's 250 ms is meant for attempts that run on.
 */
const ATTEMPT_MS = 2000;

/** Idle TCP connections are asked about after so long, so that a NAT on the way remembers them. */
const KEEP_ALIVE_MS = 60_000;

/**
 * A TCP connection that drops what was not sent, whoever ends it. A mere close leaves that to the kernel, which goes on
 * sending for minutes: a refresh that we took for failed would then spend the token behind our back as soon as the
 * network returns.
 */
export class Wire extends Socket {
  /** What speaks over it: itself, or TLS. */
  speaker: Socket = this;
  #reason: Error | undefined;
  #resetting = false;

  /** Looks the name up and connects; `connect` or `error` tells how that ended. */
  dial(host: string, port: number, lookup: LookupFunction): void {
    this.setNoDelay(true);
    this.setKeepAlive(true, KEEP_ALIVE_MS);
    this.connect({
      host,
      port,
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    });
  }

  override destroy(error?: Error): this {
    if (this.#resetting) return super.destroy(error ?? this.#reason);
    // A connection whose end is being sent can't be reset (uv_tcp_close_reset), and has nothing else to send.
    const ending = this.speaker.writableEnded && !this.speaker.writableFinished;
    if (this.connecting || this.pending || ending || this.destroyed) return super.destroy(error);
    this.#resetting = true;
    this.#reason = error;
    return this.resetAndDestroy();
  }
}
