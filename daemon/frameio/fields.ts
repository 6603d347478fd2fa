/** Readers of single JSON fields. Each gives a value that the rest of the daemon may trust, or null. */
import { isLoopback } from "../core/address.ts";
import { Secret } from "../core/secret.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function readObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** A finite number, or a decimal string of one: some servers quote their numbers. */
export function readNumber(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "string" && /^\s*-?\d{1,15}(\.\d{1,9})?\s*$/.test(value) ? Number(value) : null;
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Half the life of a documented code, so that a code is polled at all. */
const LONGEST_INTERVAL_S = 60;

/** Seconds between polls (RFC 8628 §3.2), from 1 to 60. */
export function readInterval(value: unknown): number | null {
  const interval = readNumber(value);
  return interval === null || interval <= 0 ? null : clamp(interval, 1, LONGEST_INTERVAL_S);
}

/** Longest opaque value that is accepted; the documented ones have 36 to some hundred characters. */
const OPAQUE_LIMIT = 8192;

/** A token or a device_code: visible ASCII without spaces (RFC 6750 §2.1), so it can go into a header as it stands. */
export function readSecret(value: unknown): Secret | null {
  return typeof value === "string" && value.length <= OPAQUE_LIMIT && /^[!-~]+$/.test(value)
    ? new Secret(value)
    : null;
}

const UUID_LIKE = /^[A-Za-z0-9_-]{1,64}$/;

/** Frame.io's ids are UUIDs; anything else that is short and plain will do, for nothing is derived from them. */
export function readId(value: unknown): string | null {
  return typeof value === "string" && UUID_LIKE.test(value) ? value : null;
}

/** ISO 8601 with an offset, as milliseconds since 1970. */
export function readTime(value: unknown): number | null {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T[\d:.]{5,20}(Z|[+-]\d{2}:?\d{2})$/.test(value))
    return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** Which addresses may be drawn as a QR code or printed for people to open. */
export interface VerificationHosts {
  /** https on these domains or below them. */
  readonly domains: readonly string[];
  readonly baseUrl: URL;
}

/** Longest address that is shown: still a small QR symbol, and more than twice the documented one. */
const ADDRESS_LIMIT = 256;

/**
 * An address for people to open: https on an allowed host; where the API itself is on loopback (a simulator), http on
 * that host too. Returned as the URL parser wrote it, so what was checked is what is shown.
 */
export function readVerificationUri(value: unknown, { domains, baseUrl }: VerificationHosts): string | null {
  if (typeof value !== "string" || value.length > ADDRESS_LIMIT || !/^https?:\/\/[!-~]+$/i.test(value))
    return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.username !== "" || url.password !== "" || url.href.length > ADDRESS_LIMIT)
    return null;
  if (isLoopback(baseUrl.hostname) && url.hostname === baseUrl.hostname) return url.href;
  const allowed = domains.some(
    (domain) => url.hostname === domain.toLowerCase() || url.hostname.endsWith(`.${domain.toLowerCase()}`),
  );
  return url.protocol === "https:" && allowed ? url.href : null;
}
