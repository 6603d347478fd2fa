import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, detailed, refused } from "./answers.ts";
import { type Addresses, callOf, isFormPath, isUploadPath, perform } from "./calls.ts";
import { befall, type Delivery, deliver } from "./delivery.ts";
import type { Faults } from "./faults.ts";
import type { FrameIo } from "./frameio.ts";
import { type Journal, openFields, openHeaders } from "./journal.ts";
import type { RateLimits } from "./ratelimit.ts";
import { bearer, discardBody, formFields, header, looseFields, readBody, target } from "./requests.ts";
import type { Wires } from "./wires.ts";

/** What a request of a device meets. */
export interface ApiParts {
  readonly frameio: FrameIo;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly limits: RateLimits;
  /** The one that OAuth's calls are understood in; null for any. */
  readonly bodyEncoding: "multipart" | "urlencoded" | null;
  readonly wires: Wires;
  readonly addresses: () => Addresses;
  /** The server's wall clock, ms. */
  readonly now: () => number;
  /** Ms since the simulator started. */
  readonly monotonic: () => number;
}

/** Takes one request of a device from its first byte to its entry in the journal. */
export async function serveApi(
  parts: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { frameio, faults, journal, limits, now } = parts;
  const at = parts.monotonic();
  const time = now();
  const { path } = target(request);
  const method = request.method ?? "GET";
  const sentType = header(request, "content-type");
  const misread = isFormPath(path) && !sentType?.includes(parts.bodyEncoding ?? "");
  const contentType = misread ? null : sentType;
  const body = await (isUploadPath(path) ? discardBody(request) : readBody(request));
  const fields = await (isFormPath(path) ? formFields(contentType, body) : looseFields(contentType, body));
  const call = callOf(method, path, fields);
  const access = bearer(header(request, "authorization"));
  const clientId = fields.get("client_id") ?? frameio.clientOf(access);
  const limit = limits.pour(call, clientId, time);

  let committed = false;
  const handle = (): Answer => {
    if (!limit.allowed) return detailed(429, "Too Many Requests", "The rate limit has been reached");
    committed = true;
    const asked = {
      fields,
      access,
      clientVersion: header(request, "x-client-version"),
      urlPairing: header(request, "x-client-platypus-enabled") === "true",
    };
    try {
      return perform(call, asked, frameio, parts.addresses(), now());
    } catch (error) {
      return refused(error);
    }
  };

  const struck = faults.strike(call, clientId);
  const delivery = withHeaders(await befall(struck?.fault ?? null, handle), {
    ...limit.headers,
    date: new Date(now()).toUTCString(),
  });
  await deliver(delivery, response, parts.wires);
  journal.add({
    at,
    time,
    call,
    clientId,
    method,
    path,
    headers: openHeaders(request),
    fields: openFields(fields),
    ...fate(delivery),
    committed,
    fault: struck?.id ?? null,
  });
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
