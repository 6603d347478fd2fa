import type { IncomingMessage } from "node:http";
import { finished } from "node:stream/promises";
import { ApiRefusal } from "./refusals.ts";

const BODY_LIMIT = 1024 * 1024;

/**
 * The whole body of a request. It is read to its end even where it is refused, so that the device hears why.
 *
 * @throws ApiRefusal 413 above 1 MiB
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= BODY_LIMIT) chunks.push(chunk as Buffer);
  }
  if (length > BODY_LIMIT) throw new ApiRefusal(413, "Payload Too Large", "The body is over 1 MiB");
  return Buffer.concat(chunks);
}

/** Reads a body of any length and keeps none of it. */
export async function discardBody(request: IncomingMessage): Promise<Buffer> {
  request.resume();
  await finished(request);
  return Buffer.alloc(0);
}

/** How the fields of a form are written. */
export type BodyEncoding = "multipart" | "urlencoded";

/** What a request tells in its body. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** Whether a field came more than once, which OAuth forbids (RFC 6749 §3.2); the first one is in `fields`. */
  readonly repeated: boolean;
}

const EMPTY: Form = { fields: new Map(), repeated: false };

/**
 * The fields of a multipart or urlencoded body (API facts §3.1); none where it is of another type or broken.
 *
 * @param only the encoding that is understood; null for both
 */
export async function readForm(
  contentType: string | null,
  body: Buffer,
  only: BodyEncoding | null = null,
): Promise<Form> {
  if (contentType === null || (only !== null && !contentType.includes(only))) return EMPTY;
  try {
    const headers = { "content-type": contentType };
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    const entries = [...form.entries()].filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    const fields = new Map(entries.toReversed());
    return { fields, repeated: fields.size < entries.length };
  } catch {
    return EMPTY;
  }
}

/** The members of a JSON object as text, or the fields of a form (API facts §3.8); none where it is neither. */
export async function readLoosely(contentType: string | null, body: Buffer): Promise<Form> {
  if (!/^application\/json\b/i.test(contentType ?? "")) return readForm(contentType, body);
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    const fields = new Map(Object.entries(value ?? {}).map(([name, member]) => [name, String(member)]));
    return { fields, repeated: false };
  } catch {
    return EMPTY;
  }
}

/** The request target's path and query. */
export function target(request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const [path = "", ...query] = (request.url ?? "").split("?");
  return { path, query: new URLSearchParams(query.join("?")) };
}

export function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}

/** The token of `Authorization: Bearer …`; null where there is none. */
export function bearer(authorization: string | null): string | null {
  return /^Bearer (.+)$/i.exec(authorization ?? "")?.[1] ?? null;
}
