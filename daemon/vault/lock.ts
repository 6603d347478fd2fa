import { constants } from "node:fs";
import { access, open, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { fileAt } from "./files.ts";
import { Connection, isSqliteError } from "./sqlite.ts";
import { VaultBusy } from "./vault.ts";

/** Holds a directory for this process. */
export interface DirectoryLock {
  /** Whether what is locked is still what other processes would lock: not deleted, not on a disk that was exchanged. */
  holds(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Locks a directory for this process. The lock is SQLite's own, on an empty file: it ends with the process,
 * however that ends, and outlives the database beside it being moved aside or opened anew.
 *
 * @throws {VaultBusy} another process holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = join(directory, "c2cd.lock");
  try {
    // Never opened when it is there: closing any descriptor of a file drops this process's own lock on it (fcntl(2)).
    await (await open(file, "wx", 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  await access(file, constants.R_OK | constants.W_OK);
  // It never holds anything; whatever else wrote into it would keep SQLite from locking it.
  if ((await stat(file)).size > 0) await truncate(file);
  const connection = await Connection.open(file);
  try {
    await connection.script(
      "PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;",
    );
    const locked = await fileAt(file);
    return {
      holds: async () => (await fileAt(file)) === locked,
      release: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    if (isSqliteError(error) && error.code === "SQLITE_BUSY")
      throw new VaultBusy(`Another c2cd is running: it holds ${directory}.`, { cause: error });
    throw error;
  }
}
