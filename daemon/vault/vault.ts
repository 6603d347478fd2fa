import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { Identity } from "../contract/identity.ts";
import type { StorageTrouble, VaultNotice } from "../contract/storage.ts";
import { ConfigurationError } from "../core/configuration-error.ts";

/** Another process has this state directory open. `message` is one sentence for a person. */
export class VaultBusy extends Error {
  override readonly name = "VaultBusy";
}

/** A key that systemd handed over is no key. `message` says what it must be; the device has to be configured anew. */
export class VaultKeyError extends ConfigurationError {
  override readonly name = "VaultKeyError";
}

/**
 * The device's memory. Whatever resolves is durable: it survives the power being cut at the next instruction. What the
 * disk refuses is kept in memory and written when the disk comes back; what is in memory always wins over what the
 * disk held. Until then `failing()` tells, and what has resolved is as durable as the process. What would change
 * nothing touches no disk. Nothing but `probe` ever rejects with `StorageError`.
 */
export interface Vault {
  /** Grows when something is found wrong: while opening, in `authorization` or in a check. */
  readonly notices: readonly VaultNotice[];
  failing(): StorageTrouble | null;
  /** Calls `listener` whenever `failing()` or `notices` has changed; returns what ends it. */
  onChange(listener: () => void): () => void;
  /** Whether a power cut now would cost what is held of this client_id: memory alone has its newest tokens. */
  unsaved(clientId: string): boolean;
  identity(): Promise<Identity | null>;
  rememberIdentity(identity: Identity): Promise<void>;
  /** The authorization of this client_id; those of other boards stay set aside, untouched. */
  authorization(clientId: string): Promise<StoredAuthorization | null>;
  storeAuthorization(authorization: StoredAuthorization): Promise<void>;
  /** @param end null where someone unpaired it and knows why it is gone */
  forgetAuthorization(clientId: string, end: StoredEnd | null): Promise<void>;
  /** How the last authorization of this client_id ended; null while there is one, and after an unpair. */
  lastEnd(clientId: string): Promise<StoredEnd | null>;
  /**
   * Asked before a single-use token is spent. Resolves when the disk holds `intent` and is known to take durable
   * writes, with room for the next two `storeAuthorization`. A write of the last hour is proof, where nothing has
   * failed since.
   *
   * @param intent stored as by `storeAuthorization`
   * @throws {StorageError}
   */
  probe(intent?: StoredAuthorization): Promise<void>;
  record(entry: HistoryEntry): Promise<void>;
  /** Newest first. */
  history(limit: number): Promise<readonly HistoryEntry[]>;
  /**
   * Reads the whole file and checks it; a damaged one is moved aside and replaced by one that holds what is
   * remembered. Meant for the time after the first frame. Resolves to what was found wrong, or null.
   */
  verify(): Promise<VaultNotice | null>;
  close(): Promise<void>;
}
