import type { BodyEncoding } from "../domain.ts";
import { Secret } from "../secret.ts";

export type Fields = Readonly<Record<string, string | Secret>>;

/** One call of the API, before it is encoded. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** Below `base_url`. */
  readonly path: string;
  /** The form to send; null for no body. */
  readonly fields: Fields | null;
  /** Sent as `Authorization: Bearer`. */
  readonly bearer: Secret | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a device shows of itself at the authorization endpoints (API facts §2.1, §2.2). */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

export function get(path: string, bearer: Secret | null = null): ApiRequest {
  return { method: "GET", path, fields: null, bearer, headers: {} };
}

export function post(path: string, fields: Fields | null, bearer: Secret | null = null): ApiRequest {
  return { method: "POST", path, fields, bearer, headers: {} };
}

/** Encodes a form. The documented encoding is multipart; the reference's own samples also use urlencoded (API facts §3.1). */
export async function encodeFields(
  fields: Fields,
  encoding: BodyEncoding,
): Promise<{ readonly contentType: string; readonly body: Uint8Array }> {
  const form = encoding === "multipart" ? new FormData() : new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    form.append(name, value instanceof Secret ? value.reveal() : value);
  const encoded = new Response(form);
  return {
    contentType: encoded.headers.get("content-type") ?? "",
    body: new Uint8Array(await encoded.arrayBuffer()),
  };
}

/** Every secret that the request carries, so that an answer which echoes one is not quoted. */
export function secretsOf({ fields, bearer }: ApiRequest): readonly Secret[] {
  return [...Object.values(fields ?? {}), bearer].filter((value) => value instanceof Secret);
}
