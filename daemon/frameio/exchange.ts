import type { ClientRequest, IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { BodyEncoding } from "../contract/authorization.ts";
import type { Outcome } from "../contract/verdicts.ts";
import type { Clock } from "../core/clock.ts";
import { type Answer, fault, verdict } from "./answer.ts";
import { faultOf } from "./faults.ts";
import { type ApiRequest, encodeFields } from "./request.ts";
import type { Transport } from "./transport.ts";

/** Milliseconds from the start of an exchange. */
export interface Timeouts {
  /** Name resolved, TCP and TLS set up. */
  readonly connect: number;
  /** Status and headers there. */
  readonly headers: number;
  /** The whole body there. */
  readonly total: number;
}

export interface ExchangeOptions {
  readonly baseUrl: URL;
  readonly clientVersion: string;
  readonly bodyEncoding: BodyEncoding;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly transport: Transport;
}

/** Bytes; the longest documented answer has some thousand. */
const BODY_LIMIT = 64 * 1024;

/** The exchange ended before its answer was there. */
class GivenUp extends Error {
  readonly outcome: Outcome<never>;

  constructor(outcome: Outcome<never>) {
    super("given up");
    this.outcome = outcome;
  }
}

/**
 * Sends one request and reads one answer, bounded in time and size. Follows no redirect: what it carries is for
 * `base_url` alone. Everything that can go wrong between here and there comes back as a fault.
 */
export async function exchange(
  request: ApiRequest,
  options: ExchangeOptions,
  signal: AbortSignal | undefined,
): Promise<Outcome<Answer>> {
  const { clock, timeouts, transport } = options;
  const ending = new AbortController();
  const giveUp = (outcome: Outcome<never>) => ending.abort(new GivenUp(outcome));
  const cancelled = () => giveUp(fault("connect", "given up by the daemon itself"));
  const cancels = signal === undefined ? [transport.closed] : [transport.closed, signal];
  const within = (ms: number, what: string) =>
    clock.after(ms, () => giveUp(fault("timeout", `${what} within ${ms / 1000} s`)));
  const deadlines = {
    connect: within(timeouts.connect, "no connection"),
    headers: within(timeouts.headers, "no answer"),
    total: within(timeouts.total, "no whole answer"),
  };
  for (const cancel of cancels) {
    cancel.addEventListener("abort", cancelled);
    if (cancel.aborted) cancelled();
  }
  try {
    ending.signal.throwIfAborted();
    return verdict(
      await Promise.race([perform(request, options, ending.signal, deadlines), rejected(ending.signal)]),
    );
  } catch (error) {
    if (error instanceof GivenUp) return error.outcome;
    return { kind: "fault", fault: faultOf(error, clock.wallTrusted()) };
  } finally {
    for (const stop of Object.values(deadlines)) stop();
    for (const cancel of cancels) cancel.removeEventListener("abort", cancelled);
  }
}

/** A request that is given up tells so only once it has a connection; this does at once. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

async function perform(
  request: ApiRequest,
  { baseUrl, clientVersion, bodyEncoding, transport }: ExchangeOptions,
  signal: AbortSignal,
  met: { connect(): void; headers(): void },
): Promise<Answer> {
  const encoded = request.fields === null ? null : encodeFields(request.fields, bodyEncoding);
  // An idle connection that the server has closed meanwhile is noticed in this time, and not used.
  await nextTurn();
  signal.throwIfAborted();
  const asked = transport.request(
    {
      path: `${baseUrl.pathname.replace(/\/$/, "")}${request.path}`,
      method: request.method,
      headers: {
        host: baseUrl.host,
        accept: "application/json",
        "user-agent": "c2cd",
        "x-client-version": clientVersion,
        ...(encoded && { "content-type": encoded.contentType }),
        ...(request.bearer && { authorization: `Bearer ${request.bearer.reveal()}` }),
        ...request.headers,
      },
      signal,
    },
    request.spends,
  );
  asked.once("socket", met.connect);
  asked.end(encoded?.body);
  const response = await answered(asked);
  met.headers();
  return { status: response.statusCode ?? 0, headers: headersOf(response), body: await bounded(response) };
}

/** The final answer; node:http reads past those of 1xx before it (RFC 9110 §15.2). */
function answered(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once("response", resolve);
    asked.on("error", reject);
  });
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > BODY_LIMIT) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Names in lower case; of a header that came more than once, the first. */
export function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values]) => [name, values?.[0] ?? ""]),
  );
}
