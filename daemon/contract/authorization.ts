/** What Frame.io granted, and what is kept of it. Durations are in the unit that the comment says; wall times (`…At`) in ms since 1970. */

import type { Secret } from "../core/secret.ts";

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

/** A pair of tokens with what is needed to judge its age later. */
export interface StoredTokens extends Tokens {
  /** Wall time at which the answer arrived. */
  readonly obtainedAt: number;
  /** Whether the wall clock could be believed then. */
  readonly clockTrusted: boolean;
}

/**
 * Everything that must outlive a power cut for one client_id. The order of events on disk is the rotation protocol:
 * `refreshBegun` is set before a refresh is sent; its answer becomes `current` and the old pair `previous`;
 * `previous` goes with the first write after the new access token has worked once, at the latest with the next
 * `refreshBegun`. `leaving` is set before an unpair tells Frame.io.
 */
export interface StoredAuthorization {
  readonly clientId: string;
  readonly current: StoredTokens;
  readonly previous: StoredTokens | null;
  /** Wall time at which a refresh with `current` was sent whose answer has not been stored; null where none is open. */
  readonly refreshBegun: number | null;
  /** Last answer of `GET /v2/devices/me`; null until it was read once. */
  readonly device: DeviceRecord | null;
  /** Someone has unpaired the device: it is not to be used any more, but revoked and forgotten. */
  readonly leaving: boolean;
  /** How Frame.io takes forms; null where that was not kept. */
  readonly bodyEncoding: BodyEncoding | null;
}

/** How the last authorization ended, for the person who finds the device without one. */
export interface StoredEnd {
  /** `ran-out`: its 14 days passed; `refused`: Frame.io said no (forgotten, expired by the user, answer lost). */
  readonly reason: "ran-out" | "refused";
  /** Wall time of it; null where no clock could be believed. */
  readonly at: number | null;
}

/** What the vault keeps, less what the machine does not know. */
export type AuthorizationRecord = Omit<StoredAuthorization, "clientId" | "bodyEncoding">;

/** API facts §3.3: a refresh token lives 14 days from issuance. */
export const REFRESH_LIFE_MS = 14 * 86_400_000;

/** What a caller of `GET /v1/token` gets. */
export type TokenAnswer =
  | { readonly type: "token"; readonly accessToken: Secret; readonly expiresIn: number }
  /** No authorization: the caller has to wait for a pairing. */
  | { readonly type: "not-paired" }
  /** An authorization is held and can't be refreshed now; ask again after so many seconds. */
  | { readonly type: "unavailable"; readonly retryAfter: number; readonly reason: string };

/** How a form is sent (API facts §3.1). */
export type BodyEncoding = "multipart" | "urlencoded";
