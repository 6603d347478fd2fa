import { randomUUID } from "node:crypto";
import type { BodyEncoding } from "../contract/authorization.ts";
import { Secret } from "../core/secret.ts";

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
  /** Spends what the server takes once: an answer that is lost can't be asked for again. */
  readonly spends: boolean;
}

/** What a device shows of itself at the authorization endpoints (API facts §2.1, §2.2). */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

export function get(path: string, bearer: Secret | null = null): ApiRequest {
  return { method: "GET", path, fields: null, bearer, headers: {}, spends: false };
}

export function post(path: string, fields: Fields | null, bearer: Secret | null = null): ApiRequest {
  return { method: "POST", path, fields, bearer, headers: {}, spends: false };
}

/**
 * Encodes a form. The documented encoding is multipart; the reference's own samples also use urlencoded (API facts §3.1).
 * RFC 7578 by hand: fetch's FormData does it too, and with it some MiB of fetch come into memory.
 */
export function encodeFields(
  fields: Fields,
  encoding: BodyEncoding,
): { readonly contentType: string; readonly body: string } {
  const plain = Object.entries(fields).map(
    ([name, value]) => [name, value instanceof Secret ? value.reveal() : value] as const,
  );
  if (encoding === "urlencoded")
    return {
      contentType: "application/x-www-form-urlencoded",
      body: new URLSearchParams(plain.map(([...pair]) => pair)).toString(),
    };
  const boundary = randomUUID();
  const parts = plain.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join("")}--${boundary}--\r\n`,
  };
}

/** Every secret that the request carries, so that an answer which echoes one is not quoted. */
export function secretsOf({ fields, bearer }: ApiRequest): readonly Secret[] {
  return [...Object.values(fields ?? {}), bearer].filter((value) => value instanceof Secret);
}
