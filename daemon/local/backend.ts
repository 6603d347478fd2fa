import type { Capabilities, Picture } from "../../hw/displays/display.ts";
import type { Secret } from "../secret.ts";
import type { Meters } from "../status/meters.ts";
import type { Snapshot } from "../status/snapshot.ts";
import type { HistoryEntry } from "../vault/vault.ts";

/** What a caller of `GET /v1/token` gets. */
export type TokenAnswer =
  | { readonly type: "token"; readonly accessToken: Secret; readonly expiresIn: number }
  /** No authorization: the caller has to wait for a pairing. */
  | { readonly type: "not-paired" }
  /** An authorization is held and can't be refreshed now; ask again after so many seconds. */
  | { readonly type: "unavailable"; readonly retryAfter: number; readonly reason: string };

/** The daemon as the local API sees it. */
export interface Backend {
  snapshot(): Snapshot;
  /** Calls `listener` after every change worth telling; returns what ends it. */
  subscribe(listener: () => void): () => void;
  /** Somebody asks for the state once, and may ask again. */
  glance(): void;
  /** Somebody follows the state; returns what ends that. */
  stay(): () => void;
  /** Starts pairing, or takes a new code now. */
  pair(): Promise<void>;
  /** Stops showing a code; an authorization that is held stays. */
  cancel(): Promise<void>;
  /** Revokes and forgets. `revoked` is false where Frame.io could not be reached: forgotten here all the same. */
  unpair(): Promise<{ readonly revoked: boolean }>;
  /** A token that lives at least `minimumLife` seconds, refreshed first where needed. */
  token(minimumLife: number): Promise<TokenAnswer>;
  /** A caller says that Frame.io refused this access token: refreshed once, however many say so. */
  tokenRefused(accessToken: string): void;
  /** A caller says that Frame.io refused an upload: what it says of the device is read again. */
  uploadRefused(): void;
  /** What the display shows now; null where it shows nothing or is not made of pixels. */
  screen(): Picture | null;
  capabilities(): Capabilities;
  history(limit: number): Promise<readonly HistoryEntry[]>;
  /** The environment variables that the daemon goes by; none of them holds a secret. */
  environment(): Readonly<Record<string, string>>;
  readonly meters: Meters;
}
