import type { Fault, Outcome } from "../contract/verdicts.ts";
import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import type { Frameio } from "./client.ts";

export interface PresenceOptions {
  readonly mode: "heartbeat" | "socket" | "off";
  /** Seconds between heartbeats, from 60 to 300 (API facts §3.6). */
  readonly interval: number;
  readonly frameio: Pick<Frameio, "heartbeat" | "attend">;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** The token to be present with; null where there is none that can be used now. */
  accessToken(): Secret | null;
  /** Frame.io did not accept this token; another one is waited for. */
  onUnauthorized(accessToken: Secret): void;
  /** Frame.io paused or resumed the device; null for a change that `GET /v2/devices/me` can tell more about. */
  onStatus(paused: boolean | null): void;
  /** Told once when Frame.io can't be kept informed any more, and with null once when it can again. */
  onTrouble(fault: Fault | null): void;
}

/** Keeps the device shown online in Frame.io for as long as there is a token. */
export interface Presence {
  /** To be called after whatever may have changed the token; costs nothing where it did not. */
  update(): void;
  /** The network is another one: what waits after a failure tries at once. */
  networkChanged(): void;
  close(): void;
}

/** Heartbeats may not come closer than this (API facts §3.6). */
const SHORTEST_GAP_MS = 60_000;

/** A socket that lived so long was a good one: the next attempt waits as after the first failure. */
const GOOD_SOCKET_MS = 60_000;

const FIRST_RETRY_MS = 1000;

/** Below the five minutes without a call after which Frame.io shows a device offline. */
const LONGEST_RETRY_MS = 240_000;

export function keepPresent(options: PresenceOptions): Presence {
  const { mode, frameio, clock, random } = options;
  let session: { readonly token: Secret; readonly ending: AbortController } | null = null;
  /** Ends the pause after a failure. */
  let retry = () => {};
  let lastHeartbeat = Number.NEGATIVE_INFINITY;
  let troubled = false;
  let closed = mode === "off";

  function update(): void {
    if (closed) return;
    const token = options.accessToken();
    if (session !== null && token !== null && session.token.equals(token)) return;
    session?.ending.abort();
    session = token === null ? null : { token, ending: new AbortController() };
    if (session === null) return;
    const { signal } = session.ending;
    void (mode === "socket" ? attend(session.token, signal) : beat(session.token, signal));
  }

  async function beat(token: Secret, signal: AbortSignal): Promise<void> {
    await pause(lastHeartbeat + SHORTEST_GAP_MS - clock.elapsed(), signal);
    while (!signal.aborted) {
      const begun = clock.elapsed();
      const outcome = await frameio.heartbeat(token, signal);
      if (signal.aborted || refuses(token, outcome)) return;
      const failed = outcome.kind === "fault";
      tell(failed ? outcome.fault : null);
      if (!failed || reachedServer(outcome.fault)) lastHeartbeat = begun;
      const gap = failed ? Math.max(SHORTEST_GAP_MS, outcome.fault.retryAfter ?? 0) : options.interval * 1000;
      await pause(begun + gap - clock.elapsed(), signal, failed && !reachedServer(outcome.fault));
    }
  }

  async function attend(token: Secret, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const begun = clock.elapsed();
      const outcome = await frameio.attend(token, listener, signal);
      if (signal.aborted || refuses(token, outcome)) return;
      if (outcome.kind === "fault") tell(outcome.fault);
      failures = clock.elapsed() - begun >= GOOD_SOCKET_MS ? 1 : failures + 1;
      const backOff = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
      const asked = outcome.kind === "fault" ? (outcome.fault.retryAfter ?? 0) : 0;
      await pause(Math.max(backOff * (0.5 + random() / 2), asked), signal, asked === 0);
    }
  }

  const listener = { onJoined: () => tell(null), onStatus: options.onStatus };

  function tell(fault: Fault | null): void {
    if ((fault !== null) === troubled) return;
    troubled = fault !== null;
    options.onTrouble(fault);
  }

  function refuses(token: Secret, outcome: Outcome<{ readonly type: string }>): boolean {
    if (outcome.kind === "fault" || outcome.verdict.type !== "unauthorized") return false;
    options.onUnauthorized(token);
    return true;
  }

  /** @param early whether a change of network ends it */
  function pause(ms: number, signal: AbortSignal, early = false): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= 0 || signal.aborted) return resolve();
      const finish = () => {
        cancel();
        signal.removeEventListener("abort", finish);
        retry = () => {};
        resolve();
      };
      const cancel = clock.after(ms, finish);
      signal.addEventListener("abort", finish);
      if (early) retry = finish;
    });
  }

  update();
  return {
    update,
    networkChanged: () => retry(),
    close() {
      closed = true;
      session?.ending.abort();
      session = null;
    },
  };
}

/** Whether it was Frame.io that was asked, so that the call counts against its limit. */
function reachedServer({ kind }: Fault): boolean {
  return kind === "rate-limited" || kind === "server" || kind === "status";
}
