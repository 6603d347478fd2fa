import type { Capabilities } from "../../hw/displays/contract/display.ts";
import type { Picture } from "../../hw/picture/picture.ts";
import type { TokenAnswer } from "../contract/authorization.ts";
import type { DemoOutcome } from "../contract/demo.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import type { Meters } from "../status/meters.ts";

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
  /** The names of the screens that `demonstrate` shows. */
  demos(): Promise<readonly string[]>;
  /** Shows a screen for ten seconds on the display, whatever the device does; touches nothing else. */
  demonstrate(name: string): Promise<DemoOutcome>;
  history(limit: number): Promise<readonly HistoryEntry[]>;
  /** The environment variables that the daemon goes by; none of them holds a secret. */
  environment(): Readonly<Record<string, string>>;
  readonly meters: Meters;
}
