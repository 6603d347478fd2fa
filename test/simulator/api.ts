import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, confidential, detailed, refused } from "./answers.ts";
import {
  type Addresses,
  type ApiRequest,
  type Call,
  callOf,
  isAuthPath,
  isUploadPath,
  perform,
} from "./calls.ts";
import { befall, type Delivery, deliver } from "./delivery.ts";
import type { Faults } from "./faults.ts";
import type { FrameIo } from "./frameio.ts";
import { type Journal, openFields, openHeaders } from "./journal.ts";
import type { RateLimits } from "./ratelimit.ts";
import {
  type BodyEncoding,
  bearer,
  discardBody,
  header,
  readBody,
  readForm,
  readLoosely,
  target,
} from "./requests.ts";
import type { Wires } from "./wires.ts";

/** What a request of a device meets. */
export interface ApiParts {
  readonly frameio: FrameIo;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly limits: RateLimits;
  readonly wires: Wires;
  readonly addresses: () => Addresses;
  /** The one that OAuth's calls are understood in; null for any. */
  readonly bodyEncoding: BodyEncoding | null;
  /** The server's wall clock, ms. */
  readonly now: () => number;
  /** Ms since the simulator started. */
  readonly monotonic: () => number;
}

/** A request of a device, read. */
export type Received = Omit<ApiRequest, "urlPairing" | "clientVersion"> & {
  readonly headers: (name: string) => string | null;
};

/** What becomes of a request. */
export interface Met {
  readonly call: Call;
  readonly clientId: string | null;
  readonly delivery: Delivery;
  /** Whether the call took effect. */
  readonly committed: boolean;
  /** Id of the fault rule that hit it; null for none. */
  readonly fault: string | null;
}

/** Lets a request meet limits, faults and Frame.io; resolves when what it is answered with may leave. */
export async function meet(
  parts: Pick<ApiParts, "frameio" | "faults" | "limits" | "addresses" | "now">,
  { headers, ...received }: Received,
): Promise<Met> {
  const { frameio, faults, limits, now } = parts;
  const { method, path, fields, access } = received;
  const call = callOf(method, path, fields);
  const clientId = fields.get("client_id") ?? frameio.clientOf(access);
  const limit = limits.pour(call, clientId, now());

  let committed = false;
  const handle = (): Answer => {
    if (!limit.allowed) return detailed(429, "Too Many Requests", "The rate limit has been reached");
    committed = true;
    const asked = {
      ...received,
      clientVersion: headers("x-client-version"),
      urlPairing: headers("x-client-platypus-enabled") === "true",
    };
    const answer = answering(() => perform(call, asked, frameio, parts.addresses(), now()));
    return isAuthPath(path) ? confidential(answer) : answer;
  };

  const struck = faults.strike(call, clientId);
  const delivery = withHeaders(await befall(struck?.fault ?? null, handle), {
    ...limit.headers,
    date: new Date(now()).toUTCString(),
  });
  return { call, clientId, delivery, committed, fault: struck?.id ?? null };
}

/** Takes one request of a device from its first byte to its entry in the journal. */
export async function serveApi(
  parts: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const at = parts.monotonic();
  const time = parts.now();
  const { path } = target(request);
  const method = request.method ?? "GET";
  const contentType = header(request, "content-type");
  const body = await (isUploadPath(path) ? discardBody(request) : readBody(request));
  const form = await (isAuthPath(path)
    ? readForm(contentType, body, parts.bodyEncoding)
    : readLoosely(contentType, body));
  const access = bearer(header(request, "authorization"));
  const headers = (name: string) => header(request, name);
  const { delivery, ...met } = await meet(parts, { method, path, ...form, access, headers });
  await deliver(delivery, response, parts.wires);
  parts.journal.add({
    at,
    time,
    ...met,
    method,
    path,
    headers: openHeaders(request),
    fields: openFields(form.fields),
    ...fate(delivery),
  });
}

/** What `act` returns, or a refusal that it throws. */
function answering(act: () => Answer): Answer {
  try {
    return act();
  } catch (error) {
    return refused(error);
  }
}

/** Status and error of what was sent, for the journal; nulls where nothing was. */
export function fate(delivery: Delivery): { readonly status: number | null; readonly error: string | null } {
  if (!("answer" in delivery)) return { status: null, error: null };
  const { status, body } = delivery.answer;
  return { status, error: errorOf(body) };
}

function errorOf(body: string): string | null {
  try {
    const { error, message } = JSON.parse(body) as Record<string, unknown>;
    return typeof error === "string" ? error : typeof message === "string" ? message : null;
  } catch {
    return null;
  }
}

function withHeaders(delivery: Delivery, headers: Readonly<Record<string, string>>): Delivery {
  if (!("answer" in delivery)) return delivery;
  const { answer } = delivery;
  return { ...delivery, answer: { ...answer, headers: { ...headers, ...answer.headers } } };
}
