/**
 * The words that every room speaks. Data only: no behaviour, no I/O. Durations are in the unit that the name or
 * the comment says; wall times are milliseconds since 1970 (`…At`), as `Date.now()` gives them.
 */
import type { Secret } from "./secret.ts";

/** Where the client_id came from, best first. */
export type IdentitySource = "fixed" | "board-serial" | "machine-id" | "generated";

/** Which unit this is, as Frame.io and the crew see it. */
export interface Identity {
  /** Unique for each unit, printable, the same for ever (API facts §2.1). Prefix included. */
  readonly clientId: string;
  readonly source: IdentitySource;
  /** What the board calls itself, e.g. "Raspberry Pi 4 Model B Rev 1.4"; null where it does not say. */
  readonly model: string | null;
}

/** A device authorization response (RFC 8628 §3.2), checked: safe to show and to poll. */
export interface OfferedCode {
  readonly deviceCode: Secret;
  /** Six digits, kept as a string. */
  readonly userCode: string;
  /** The short address to print beside the digits; null where the server gave none that is fit to show. */
  readonly verificationUri: string | null;
  /** What the QR holds: https and on an allowed host, otherwise null. */
  readonly verificationUriComplete: string | null;
  /** Seconds that the code lives, counted from before the request was sent. */
  readonly expiresIn: number;
  /** Seconds between polls; 5 where the server said nothing (RFC 8628 §3.2). */
  readonly interval: number;
  /** Frame.io's name for this unit, to compare with the pairing dialog; null where absent. */
  readonly deviceName: string | null;
}

/** A token response (RFC 6749 §5.1). */
export interface Tokens {
  readonly accessToken: Secret;
  /** Single use. Null where the scope `offline` was not granted. */
  readonly refreshToken: Secret | null;
  /** Seconds that the access token lives. */
  readonly expiresIn: number;
}

export interface Project {
  readonly id: string;
  readonly name: string;
}

/** What `GET /v2/devices/me` tells (API facts §3.5); everything may be missing. */
export interface DeviceRecord {
  /** What its channel on the status socket may be called: `device_id`, then `id` (API facts §3.6 leaves open which). */
  readonly ids: readonly string[];
  readonly name: string | null;
  readonly project: Project | null;
  /** The end that the user chose in the pairing dialog; null for none. */
  readonly authorizationExpiresAt: number | null;
  readonly paused: boolean;
  /** False where the server says that this token may not create assets; null where it does not say. */
  readonly canCreateAssets: boolean | null;
}

/**
 * Why an exchange brought no verdict. None of these ever ends a pairing or an authorization.
 *
 * - `dns` the name did not resolve; `connect` refused, unreachable, reset; `timeout` no answer in time
 * - `tls` the server's certificate was not accepted; `clock` likewise, and the device's clock is the likely reason
 * - `captive-portal` something in between answered: a redirect or HTML
 * - `rate-limited` 429; `server` 5xx; `status` any other status without a documented body
 * - `oversized` more than the body limit; `malformed` not JSON, or not the documented schema
 */
export const FAULT_KINDS = [
  "dns",
  "connect",
  "proxy",
  "timeout",
  "tls",
  "clock",
  "captive-portal",
  "rate-limited",
  "server",
  "status",
  "oversized",
  "malformed",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** One plain line for the log: no secret, no personal data, bounded. */
  readonly detail: string;
  /** Milliseconds that the server asked us to stay away (`Retry-After`, `x-ratelimit-*`); null where it did not. */
  readonly retryAfter: number | null;
}

/** Every exchange ends in the server's verdict or in a fault on the way to it. */
export type Outcome<Verdict> =
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "fault"; readonly fault: Fault };

/** Refusal in the words of RFC 6749 §5.2 / RFC 8628 §3.5; `description` is printable and bounded. */
export interface Refusal {
  readonly type: "refused";
  readonly error: string;
  readonly description: string | null;
}

/** How a form is sent (API facts §3.1). */
export type BodyEncoding = "multipart" | "urlencoded";

export type CodeVerdict = { readonly type: "offered"; readonly code: OfferedCode } | Refusal;

export type PollVerdict =
  | { readonly type: "granted"; readonly tokens: Tokens }
  | { readonly type: "pending" }
  /** `interval`: the server's own new interval in seconds, where it sent one. */
  | { readonly type: "slow-down"; readonly interval: number | null }
  /** expired_token, invalid_grant: this device_code is dead; take a new one. */
  | { readonly type: "expired" }
  | { readonly type: "denied" }
  | Refusal;

export type RefreshVerdict =
  | { readonly type: "refreshed"; readonly tokens: Tokens }
  /** The documented ends of an authorization: invalid_grant, invalid_request, 401 Not Authorized. */
  | { readonly type: "ended"; readonly error: string }
  /** Anything else that the server says no to (invalid_client, …): the authorization stays. */
  | Refusal;

export type DeviceVerdict =
  | { readonly type: "device"; readonly device: DeviceRecord }
  | { readonly type: "unauthorized" };

export type RevokeVerdict = { readonly type: "revoked" } | Refusal;

export type HeartbeatVerdict = { readonly type: "accepted" } | { readonly type: "unauthorized" };
