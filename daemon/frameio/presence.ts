import type { Fault, Outcome } from "../contract/verdicts.ts";
import { backOff } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import type { Frameio } from "./client.ts";

export interface PresenceOptions {
  /** `auto`: on the status socket, and with heartbeats for as long as the server does not take that. */
  readonly mode: "auto" | "socket" | "heartbeat" | "off";
  /** Seconds between heartbeats, from 60 to 300 (API facts §3.6). */
  readonly interval: number;
  readonly frameio: Pick<Frameio, "heartbeat" | "attend">;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** The token to be present with; null where there is none that can be used now. */
  accessToken(): Secret | null;
  /** What the device's channel on the socket may be called, as `DeviceRecord` has it. */
  deviceIds(): readonly string[];
  /** Frame.io did not accept this token; another one is waited for. */
  onUnauthorized(accessToken: Secret): void;
  /** The socket is joined, so that Frame.io tells of changes itself; or it no longer is. */
  onJoined(joined: boolean): void;
  /** Frame.io paused or resumed the device; null for a change that `GET /v2/devices/me` can tell more about. */
  onStatus(paused: boolean | null): void;
  /** Told once when Frame.io can't be kept informed as configured, and with null once when it can again. */
  onTrouble(trouble: PresenceTrouble | null): void;
}

/** What keeps the device from being present as configured. */
export interface PresenceTrouble {
  /** Whether Frame.io shows the device online all the same: by heartbeats, where it does not take the socket. */
  readonly online: boolean;
  /** `Clock.elapsed()` when it was first seen. */
  readonly since: number;
  readonly fault: Fault;
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

/** Below the five minutes without a call after which Frame.io shows a device offline. */
const RETRY = { first: 1000, most: 240_000 };

/** Where heartbeats stand in for the socket, it is tried again every ten to twenty minutes. */
const RETRY_WITH_HEARTBEATS = { first: 1000, most: 1_200_000 };

/** A server that restarts drops a socket once and takes the next one. */
const REFUSED_COUNT = 2;

const DROPPED: Fault = { kind: "connect", detail: "the status socket was dropped", retryAfter: null };

export function keepPresent(options: PresenceOptions): Presence {
  const { mode, frameio, clock, random } = options;
  let session: { readonly token: Secret; readonly ending: AbortController } | null = null;
  /** Ends a pause that a change of network ends. */
  let hurry = () => {};
  /** When the next heartbeat is due, and when the last one reached Frame.io. */
  let nextHeartbeat = Number.NEGATIVE_INFINITY;
  let lastHeartbeat = Number.NEGATIVE_INFINITY;
  /** Attempts in a row that brought no good socket, whatever the token. */
  let refusals = 0;
  let trouble: PresenceTrouble | null = null;
  let closed = mode === "off";

  function update(): void {
    if (closed) return;
    const token = options.accessToken();
    if (session !== null && token !== null && session.token.equals(token)) return;
    session?.ending.abort();
    session = token === null ? null : { token, ending: new AbortController() };
    if (session === null) return;
    const { signal } = session.ending;
    nextHeartbeat = lastHeartbeat + SHORTEST_GAP_MS;
    void (mode === "heartbeat" ? beat(session.token, signal, null) : attend(session.token, signal));
  }

  async function attend(token: Secret, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const begun = clock.elapsed();
      const fault = await stayOnSocket(token, signal);
      if (signal.aborted) return;
      refusals = clock.elapsed() - begun >= GOOD_SOCKET_MS ? 1 : refusals + 1;
      // Not sooner than half of it: a server that restarts has many devices to take back.
      const pauses = mode === "auto" ? RETRY_WITH_HEARTBEATS : RETRY;
      const wait = Math.max(backOff(refusals, pauses, 0.5 + random() / 2), fault.retryAfter ?? 0);
      if (mode === "auto") await beat(token, signal, { until: clock.elapsed() + wait, fault });
      else {
        if (fault !== DROPPED || refusals >= REFUSED_COUNT) tell({ online: false, fault });
        if (await pause(wait, signal, fault.retryAfter === null)) refusals = 0;
      }
    }
  }

  /** @returns why it is not on the socket any more */
  async function stayOnSocket(token: Secret, signal: AbortSignal): Promise<Fault> {
    let joined = false;
    const listener = {
      onJoined() {
        joined = true;
        tell(null);
        options.onJoined(true);
      },
      onStatus: options.onStatus,
    };
    const outcome = await frameio.attend(token, options.deviceIds(), listener, signal);
    if (joined) options.onJoined(false);
    return outcome.kind === "fault" ? outcome.fault : DROPPED;
  }

  /**
   * Sends heartbeats.
   *
   * @param socket when it is to be tried again, and why it is not there; null where none is wanted. Whoever can't
   *   reach Frame.io learns nothing of its sockets: the time is put off until a heartbeat gets through.
   */
  async function beat(
    token: Secret,
    signal: AbortSignal,
    socket: { readonly until: number; readonly fault: Fault } | null,
  ): Promise<void> {
    const until = socket?.until ?? Number.POSITIVE_INFINITY;
    let away = false;
    while (!signal.aborted) {
      const due = away ? nextHeartbeat : Math.min(nextHeartbeat, until);
      const hurried = await pause(due - clock.elapsed(), signal, away || socket !== null);
      if (signal.aborted) return;
      if (hurried) refusals = 0;
      if (socket !== null && !away && (hurried || clock.elapsed() >= until)) return;
      const fault = await sendHeartbeat(token, signal);
      if (signal.aborted) return;
      const wasAway: boolean = away;
      away = fault !== null && !reachedServer(fault);
      if (fault !== null) tell({ online: false, fault });
      else if (socket === null) tell(null);
      else if (refusals >= REFUSED_COUNT) tell({ online: true, fault: socket.fault });
      if (away) refusals = 0;
      else if (wasAway && socket !== null) return;
    }
  }

  async function sendHeartbeat(token: Secret, signal: AbortSignal): Promise<Fault | null> {
    const begun = clock.elapsed();
    const outcome = await frameio.heartbeat(token, signal);
    if (signal.aborted || refuses(token, outcome)) return null;
    const fault = outcome.kind === "fault" ? outcome.fault : null;
    if (fault === null || reachedServer(fault)) lastHeartbeat = begun;
    nextHeartbeat =
      begun + (fault === null ? options.interval * 1000 : Math.max(SHORTEST_GAP_MS, fault.retryAfter ?? 0));
    return fault;
  }

  function tell(next: Omit<PresenceTrouble, "since"> | null): void {
    if (next === null ? trouble === null : next.online === trouble?.online) return;
    trouble = next && { ...next, since: clock.elapsed() };
    options.onTrouble(trouble);
  }

  /** Ends the session with a token that Frame.io does not accept. */
  function refuses(token: Secret, outcome: Outcome<{ readonly type: string }>): boolean {
    if (outcome.kind === "fault" || outcome.verdict.type !== "unauthorized") return false;
    session?.ending.abort();
    options.onUnauthorized(token);
    return true;
  }

  /**
   * @param hasty whether a change of network ends it
   * @returns whether one did
   */
  function pause(ms: number, signal: AbortSignal, hasty: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      if (ms <= 0 || signal.aborted) return resolve(false);
      const finish = (hurried: boolean) => {
        cancel();
        signal.removeEventListener("abort", giveUp);
        hurry = () => {};
        resolve(hurried);
      };
      const giveUp = () => finish(false);
      const cancel = clock.after(ms, giveUp);
      signal.addEventListener("abort", giveUp);
      if (hasty) hurry = () => finish(true);
    });
  }

  update();
  return {
    update,
    networkChanged: () => hurry(),
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
