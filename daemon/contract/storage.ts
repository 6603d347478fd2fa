/** What the device's memory says of itself. */

/** Something that was found wrong with what the disk holds, for the health list. */
export type VaultNotice =
  /** A file was damaged and has been moved aside; what could still be read of it is in the new one. */
  | { readonly type: "moved-aside"; readonly path: string; readonly reason: string }
  /** A file was gone, and was written again from memory. */
  | { readonly type: "restored"; readonly reason: string }
  /** An authorization is there and can't be unsealed: another key, or another board's file. */
  | { readonly type: "unreadable"; readonly reason: string };

/** The disk refuses. `message` is one sentence for a person; nothing was lost from memory. */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

export interface StorageTrouble {
  /** Wall time since which the disk has refused. */
  readonly since: number;
  /** One sentence for a person. */
  readonly reason: string;
}
