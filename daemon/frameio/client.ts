/** The C2C device API (API facts §3) as the rest of the daemon sees it. */
import type { LookupFunction } from "node:net";
import type { BodyEncoding } from "../contract/authorization.ts";
import type {
  CodeVerdict,
  DeviceVerdict,
  HeartbeatVerdict,
  Outcome,
  PollVerdict,
  RefreshVerdict,
  RevokeVerdict,
} from "../contract/verdicts.ts";
import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import { type Answer, fault, readPause, verdict } from "./answer.ts";
import type { AttendanceListener } from "./attendance.ts";
import { deviceCodeRequest, judgeDeviceCode, seemsMisread } from "./device-code.ts";
import { deviceMeRequest, judgeDeviceMe } from "./device-me.ts";
import { exchange, type Timeouts } from "./exchange.ts";
import { type HealthVerdict, healthRequest, judgeHealth } from "./health.ts";
import { heartbeatRequest, judgeHeartbeat } from "./heartbeat.ts";
import { Lookups } from "./lookups.ts";
import { judgeRefresh, refreshRequest } from "./refresh.ts";
import { type ApiRequest, type Credentials, secretsOf } from "./request.ts";
import { judgeRevoke, revokeRequest } from "./revoke.ts";
import { trusting } from "./roots.ts";
import { judgeTokenPoll, tokenPollRequest } from "./token-poll.ts";
import { Transport } from "./transport.ts";

export type Call = "code" | "poll" | "refresh" | "revoke" | "device" | "heartbeat" | "health";

export interface FrameioOptions {
  /** https, or http on loopback; checked by the configuration. */
  readonly baseUrl: string;
  /** semver, sent as x-client-version. */
  readonly clientVersion: string;
  readonly scope: string;
  readonly urlPairing: boolean;
  /** `auto` begins with multipart, and takes the other where a code is given out for that one alone. */
  readonly bodyEncoding: BodyEncoding | "auto";
  readonly verificationHosts: readonly string[];
  /** Asked at each call, like the secret. */
  clientId(): string;
  /** Null where none is configured. */
  clientSecret(): Secret | null;
  /** Root certificates trusted beside Node's own, as `readRoots` gives them. */
  readonly roots: readonly string[];
  /** The system's, asked for only where an issuer is unknown; as `systemRoots` gives it. */
  systemRoots(): readonly string[] | null;
  /** As `proxyFor` gives it. */
  readonly proxy: string | null;
  readonly clock: Clock;
  readonly timeouts?: Timeouts;
  readonly lookup?: LookupFunction;
  /** Told the wall time of each answer from a server whose certificate was good (RFC 9110 §6.6.1). */
  heardTime?(wall: number): void;
  /**
   * Told of every exchange that was not given up by its caller.
   *
   * @param outcome the verdict's type or the fault's kind
   */
  observe?(call: Call, outcome: string, seconds: number): void;
}

/** Was on the socket, and no longer is. */
export type AttendanceVerdict = { readonly type: "lost" };

/** Nothing here rejects: every call ends in a verdict or a fault. `signal` gives a call up; its outcome then means nothing. */
export interface Frameio {
  /** @param insisting whether what pauses pairing at the server's wish is over, since a person asks */
  requestCode(signal?: AbortSignal, insisting?: boolean): Promise<Outcome<CodeVerdict>>;
  poll(deviceCode: Secret, signal?: AbortSignal): Promise<Outcome<PollVerdict>>;
  refresh(refreshToken: Secret, signal?: AbortSignal): Promise<Outcome<RefreshVerdict>>;
  revoke(token: Secret, signal?: AbortSignal): Promise<Outcome<RevokeVerdict>>;
  device(accessToken: Secret, signal?: AbortSignal): Promise<Outcome<DeviceVerdict>>;
  heartbeat(accessToken: Secret, signal?: AbortSignal): Promise<Outcome<HeartbeatVerdict>>;
  health(signal?: AbortSignal): Promise<Outcome<HealthVerdict>>;
  /**
   * Shows the device online by staying on its status socket; ends when that is lost or given up.
   *
   * @param ids as `DeviceRecord` has them
   */
  attend(
    accessToken: Secret,
    ids: readonly string[],
    listener: AttendanceListener,
    signal: AbortSignal,
  ): Promise<Outcome<AttendanceVerdict>>;
  /** How forms are sent at present. */
  readonly bodyEncoding: BodyEncoding;
  /** Frame.io took forms of this encoding before: counts with `auto` alone. */
  recallEncoding(encoding: BodyEncoding): void;
  /**
   * The network changed: the next call makes a new connection. Calls that wait for a connection fail at once; those
   * that were sent end as they may, unless they were sent from an address that is gone.
   *
   * @param gone addresses that this machine no longer has
   */
  reset(gone: readonly string[]): void;
  /** Gives up every call under way and closes its connections. */
  close(): void;
}

const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, headers: 15_000, total: 20_000 };

/** Without a client_secret nothing is sent; `secret_missing` is a word of ours, which no server uses. */
const NO_SECRET = verdict({
  type: "refused",
  error: "secret_missing",
  description: "no client_secret is configured",
} as const);

export function createFrameio(options: FrameioOptions): Frameio {
  const { clock, verificationHosts, scope, urlPairing, observe } = options;
  const baseUrl = new URL(options.baseUrl);
  const timeouts = options.timeouts ?? DEFAULT_TIMEOUTS;
  const lookups = new Lookups(options.lookup);
  const reach = {
    ...options,
    baseUrl,
    trust: trusting(options.roots, options.systemRoots),
    lookup: lookups.lookup,
  };
  const transport = new Transport(reach);
  const transports = new Set([transport]);
  const wire = { ...options, baseUrl, timeouts, transport };
  const auto = options.bodyEncoding === "auto";
  let bodyEncoding: BodyEncoding = options.bodyEncoding === "auto" ? "multipart" : options.bodyEncoding;
  const hosts = { domains: verificationHosts, baseUrl };
  /** Until when Frame.io wants to be left alone with a call. Limits are each call's own (API facts §4.1). */
  const quiet = new Map<Call, number>();

  function heed(name: Call, answer: Answer): void {
    quiet.set(name, clock.elapsed() + (readPause(answer) ?? 0));
    const told = Date.parse(answer.headers.date ?? "");
    if (baseUrl.protocol === "https:" && !Number.isNaN(told)) options.heardTime?.(told);
  }

  async function call<V extends { readonly type: string }>(
    name: Call,
    request: ApiRequest,
    judge: (answer: Answer) => Outcome<V>,
    signal: AbortSignal | undefined,
    encoding = bodyEncoding,
  ): Promise<Outcome<V>> {
    const begun = clock.elapsed();
    const left = Math.ceil((quiet.get(name) ?? begun) - begun);
    if (left > 0)
      return fault("rate-limited", "not asked: Frame.io wants to be left alone for a while", left);
    const exchanged = await exchange(request, { ...wire, bodyEncoding: encoding }, signal);
    if (exchanged.kind === "verdict") heed(name, exchanged.verdict);
    const outcome = exchanged.kind === "fault" ? exchanged : judge(exchanged.verdict);
    if (!signal?.aborted)
      observe?.(
        name,
        outcome.kind === "fault" ? outcome.fault.kind : outcome.verdict.type,
        (clock.elapsed() - begun) / 1000,
      );
    return withoutEcho(outcome, secretsOf(request));
  }

  async function authorized<V extends { readonly type: string }>(
    name: Call,
    request: (credentials: Credentials) => ApiRequest,
    judge: (answer: Answer) => Outcome<V>,
    signal: AbortSignal | undefined,
    encoding?: BodyEncoding,
  ): Promise<Outcome<V> | typeof NO_SECRET> {
    const clientSecret = options.clientSecret();
    return clientSecret === null
      ? NO_SECRET
      : call(name, request({ clientId: options.clientId(), clientSecret }), judge, signal, encoding);
  }

  /**
   * What seems to have been misread is asked once more in the other encoding, and only a code is proof that this was
   * the reason. No other call may try: the same refusal of a refresh ends an authorization (API facts §3.3).
   */
  async function requestCode(
    signal: AbortSignal | undefined,
    insisting = false,
  ): Promise<Outcome<CodeVerdict>> {
    if (insisting) for (const name of ["code", "poll"] as const) quiet.delete(name);
    let misread = false;
    const judge = (answer: Answer) => {
      misread = seemsMisread(answer);
      return judgeDeviceCode(answer, hosts);
    };
    const ask = (encoding: BodyEncoding) =>
      authorized(
        "code",
        (credentials) => deviceCodeRequest(credentials, scope, urlPairing),
        judge,
        signal,
        encoding,
      );
    const first = await ask(bodyEncoding);
    if (!auto || !misread || signal?.aborted) return first;
    const other = bodyEncoding === "multipart" ? "urlencoded" : "multipart";
    const second = await ask(other);
    if (second.kind === "fault" || second.verdict.type !== "offered") return first;
    bodyEncoding = other;
    return second;
  }

  async function attendance(
    accessToken: Secret,
    ids: readonly string[],
    listener: AttendanceListener,
    signal: AbortSignal,
  ): Promise<Outcome<AttendanceVerdict>> {
    if (ids.length === 0) return fault("malformed", "the device record has no id for the status socket");
    const own = new Transport(reach);
    transports.add(own);
    if (transport.closed.aborted) own.close();
    const socket = { ...wire, transport: own, joinTimeout: timeouts.total };
    const { attend } = await import("./attendance.ts");
    const outcome = await attend(accessToken, ids, listener, socket, signal);
    transports.delete(own);
    return outcome;
  }

  return {
    requestCode,
    poll: (deviceCode, signal) =>
      authorized("poll", (credentials) => tokenPollRequest(credentials, deviceCode), judgeTokenPoll, signal),
    refresh: (refreshToken, signal) =>
      authorized("refresh", (credentials) => refreshRequest(credentials, refreshToken), judgeRefresh, signal),
    revoke: (token, signal) =>
      authorized("revoke", (credentials) => revokeRequest(credentials, token), judgeRevoke, signal),
    device: (accessToken, signal) => call("device", deviceMeRequest(accessToken), judgeDeviceMe, signal),
    heartbeat: (accessToken, signal) =>
      call("heartbeat", heartbeatRequest(accessToken), judgeHeartbeat, signal),
    health: (signal) => call("health", healthRequest(), judgeHealth, signal),
    attend: attendance,
    get bodyEncoding() {
      return bodyEncoding;
    },
    recallEncoding(encoding) {
      if (auto) bodyEncoding = encoding;
    },
    reset(gone) {
      // A hotel's portal may have asked for it, and the next network may know nothing of that.
      quiet.clear();
      lookups.renew();
      for (const each of transports) each.reset(gone);
    },
    close() {
      for (const each of transports) each.close();
    },
  };
}

/** A server that quotes what it was sent must not get it into a log. */
function withoutEcho<V extends { readonly type: string }>(
  outcome: Outcome<V>,
  secrets: readonly Secret[],
): Outcome<V> {
  if (outcome.kind === "fault" || (outcome.verdict.type !== "refused" && outcome.verdict.type !== "ended"))
    return outcome;
  const clean = Object.entries(outcome.verdict).map(([name, value]) => [
    name,
    typeof value === "string" && secrets.some((secret) => value.includes(secret.reveal()))
      ? "[secret]"
      : value,
  ]);
  return verdict(Object.fromEntries(clean) as V);
}
