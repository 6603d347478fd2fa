import type { BodyEncoding, DeviceRecord, Identity, Tokens } from "../domain.ts";

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
 * `previous` goes when the new access token has worked once. `leaving` is set before an unpair tells Frame.io.
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

/** Which unit this card last belonged to: chosen once and compared at every start. */
export interface StoredIdentity extends Identity {
  /** The board's own serial at that time, prefix excluded; null where it has none. */
  readonly boardSerial: string | null;
}

/** A line of the device's own history, for the status page and support. Never a secret, never a user's name. */
export interface HistoryEntry {
  /** Wall time. */
  readonly at: number;
  readonly event: string;
  readonly detail: string;
}

/** Something that was found wrong with what the disk holds, for the health list. */
export type VaultNotice =
  /** A file was damaged and has been moved aside; what could still be read of it is in the new one. */
  | { readonly type: "moved-aside"; readonly path: string; readonly reason: string }
  /** An authorization is there and can't be unsealed: another key, or another board's file. */
  | { readonly type: "unreadable"; readonly reason: string };

/** The disk refuses. `message` is one sentence for a person; nothing was lost from memory. */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

/** Another process has this state directory open. `message` is one sentence for a person. */
export class VaultBusy extends Error {
  override readonly name = "VaultBusy";
}

/** A key that systemd handed over is no key. `message` says what it must be; the device has to be configured anew. */
export class VaultKeyError extends Error {
  override readonly name = "VaultKeyError";
}

/**
 * The device's memory. Whatever resolves is durable: it survives the power being cut at the next instruction.
 * Writes that would change nothing touch no disk. Every method may reject with `StorageError`.
 */
export interface Vault {
  /** Grows when something is found wrong: while opening, in `authorization` or in a check. */
  readonly notices: readonly VaultNotice[];
  identity(): Promise<StoredIdentity | null>;
  rememberIdentity(identity: StoredIdentity): Promise<void>;
  /** The authorization of this client_id; those of other boards stay set aside, untouched. */
  authorization(clientId: string): Promise<StoredAuthorization | null>;
  storeAuthorization(authorization: StoredAuthorization): Promise<void>;
  /** @param end null where someone unpaired it and knows why it is gone */
  forgetAuthorization(clientId: string, end: StoredEnd | null): Promise<void>;
  /** How the last authorization of this client_id ended; null while there is one, and after an unpair. */
  lastEnd(clientId: string): Promise<StoredEnd | null>;
  /**
   * Resolves when the disk is known to take durable writes and holds room for the next two `storeAuthorization`: asked
   * before a single-use token is spent. A write of the last hour is proof, where nothing has failed since.
   */
  probe(): Promise<void>;
  record(entry: HistoryEntry): Promise<void>;
  /** Newest first. */
  history(limit: number): Promise<readonly HistoryEntry[]>;
  close(): Promise<void>;
}

/** A vault on a disk. */
export interface DiskVault extends Vault {
  /** Why nothing could be written when the disk was last opened; null where it could. */
  readonly readOnly: StorageError | null;
  /**
   * Reads the whole file and checks it; a damaged one is moved aside and replaced. Meant for the time after the first
   * frame. Resolves to what was found wrong, or null.
   */
  verify(): Promise<VaultNotice | null>;
}

export interface StorageTrouble {
  /** Wall time since which the disk has refused. */
  readonly since: number;
  /** One sentence for a person. */
  readonly reason: string;
}

/**
 * The vault of a running daemon: nothing but `probe` ever rejects with `StorageError`. What the disk refuses is kept in
 * memory and written when the disk comes back; what is in memory always wins over what the disk held. Until then
 * `failing()` tells, and what has resolved is as durable as the process.
 */
export interface ResilientVault extends Vault {
  /** As `DiskVault.verify`, and what memory holds is in the new file. */
  verify(): Promise<VaultNotice | null>;
  failing(): StorageTrouble | null;
  /** Calls `listener` whenever `failing()` or `notices` has changed; returns what ends it. */
  onChange(listener: () => void): () => void;
}
