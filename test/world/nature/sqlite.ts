/**
 * Stands in for the package sqlite3: SQLite itself, compiled to WebAssembly, on the card of the world. So what a power
 * cut leaves of a database, SQLite's own recovery has to live with.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as SQLite from "wa-sqlite";
import createModule from "wa-sqlite/dist/wa-sqlite.mjs";
import * as VFS from "wa-sqlite/src/VFS.js";
import { CardError, type Inode } from "./card.ts";
import { nature } from "./nature.ts";

/** Milliseconds of a statement beside what the card takes. */
const STATEMENT_MS = 0.05;

/** Names of primary result codes (sqlite.org/rescode.html). */
const CODES: Readonly<Record<number, string>> = {
  1: "SQLITE_ERROR",
  5: "SQLITE_BUSY",
  8: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
  19: "SQLITE_CONSTRAINT",
  20: "SQLITE_MISMATCH",
  26: "SQLITE_NOTADB",
};

const LOGS = VFS.SQLITE_OPEN_WAL | VFS.SQLITE_OPEN_MAIN_JOURNAL | VFS.SQLITE_OPEN_SUPER_JOURNAL;

interface OpenFile {
  readonly inode: Inode;
  readonly path: string;
  readonly deleteOnClose: boolean;
  /** As SQLite's own VFS for Unix has it: the name of a log that it may have made is made safe with the first sync. */
  syncName: boolean;
}

/** In the words of sqlite3_vfs and sqlite3_io_methods (sqlite.org/vfs.html). */
class CardFiles {
  readonly name = "card";
  readonly mxPathName = 64;
  readonly #open = new Map<number, OpenFile>();
  #temporary = 0;

  xOpen(name: string | null, id: number, flags: number, out: DataView): number {
    return attempt(VFS.SQLITE_CANTOPEN, () => {
      const { card } = nature();
      this.#temporary += name === null ? 1 : 0;
      const path = name ?? `/run/temporary-${this.#temporary}`;
      const isNew = card.find(path) === null;
      if (isNew && (flags & VFS.SQLITE_OPEN_CREATE) === 0) throw new CardError("ENOENT", path);
      const inode = isNew ? card.make(path, 0o600) : card.at(path);
      const readOnly = !card.writable && !inode.inMemory;
      const deleteOnClose = (flags & VFS.SQLITE_OPEN_DELETEONCLOSE) !== 0;
      const syncName = (flags & VFS.SQLITE_OPEN_CREATE) !== 0 && (flags & LOGS) !== 0 && !inode.inMemory;
      this.#open.set(id, { inode, path, deleteOnClose, syncName });
      out.setInt32(0, readOnly ? (flags & ~6) | VFS.SQLITE_OPEN_READONLY : flags, true);
    });
  }

  xClose(id: number): number {
    const { path, deleteOnClose } = this.#file(id);
    this.#open.delete(id);
    return deleteOnClose ? attempt(VFS.SQLITE_IOERR_DELETE, () => nature().card.remove(path)) : VFS.SQLITE_OK;
  }

  xRead(id: number, into: Uint8Array, offset: number): number {
    let length = 0;
    const result = attempt(VFS.SQLITE_IOERR_READ, () => {
      length = nature().card.read(this.#file(id).inode, into, offset);
    });
    if (result !== VFS.SQLITE_OK || length === into.length) return result;
    into.fill(0, length);
    return VFS.SQLITE_IOERR_SHORT_READ;
  }

  xWrite(id: number, bytes: Uint8Array, offset: number): number {
    return attempt(VFS.SQLITE_IOERR_WRITE, () => nature().card.write(this.#file(id).inode, bytes, offset));
  }

  xTruncate(id: number, size: number): number {
    return attempt(VFS.SQLITE_IOERR_TRUNCATE, () => nature().card.truncate(this.#file(id).inode, size));
  }

  xSync(id: number): number {
    const file = this.#file(id);
    return attempt(VFS.SQLITE_IOERR_FSYNC, () => {
      nature().card.sync(file.inode);
      if (file.syncName) nature().card.syncNames();
      file.syncName = false;
    });
  }

  xFileSize(id: number, out: DataView): number {
    out.setBigInt64(0, BigInt(this.#file(id).inode.size), true);
    return VFS.SQLITE_OK;
  }

  xDelete(path: string, syncDirectory: number): number {
    return attempt(VFS.SQLITE_IOERR_DELETE, () => {
      if (nature().card.find(path) !== null) nature().card.remove(path);
      if (syncDirectory !== 0) nature().card.syncNames();
    });
  }

  xAccess(path: string, _flags: number, out: DataView): number {
    out.setInt32(0, nature().card.find(path) === null ? 0 : 1, true);
    return VFS.SQLITE_OK;
  }

  /** There is one process. */
  xLock(): number {
    return VFS.SQLITE_OK;
  }

  xUnlock(): number {
    return VFS.SQLITE_OK;
  }

  xCheckReservedLock(_id: number, out: DataView): number {
    out.setInt32(0, 0, true);
    return VFS.SQLITE_OK;
  }

  xFileControl(): number {
    return VFS.SQLITE_NOTFOUND;
  }

  /** Promises nothing, as the daemon has it with `psow=0`. */
  xDeviceCharacteristics(): number {
    return 0;
  }

  xSectorSize(): number {
    return 4096;
  }

  #file(id: number): OpenFile {
    const file = this.#open.get(id);
    if (file === undefined) throw new Error(`no file ${id} is open`);
    return file;
  }
}

function attempt(failure: number, work: () => void): number {
  try {
    work();
    return VFS.SQLITE_OK;
  } catch (error) {
    if (!(error instanceof CardError)) throw error;
    return error.code === "ENOSPC" ? VFS.SQLITE_FULL : failure;
  }
}

/** As much of the global WebAssembly as is used: it has no types without those of a browser. */
const { Module, Instance } = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly;

interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** Compiled once. */
const compiled = new Module(
  readFileSync(createRequire(import.meta.url).resolve("wa-sqlite/dist/wa-sqlite.wasm")),
);

let sqlite: SQLiteAPI;

/**
 * A SQLite of its own for each world, as nothing may be left of the world before: it draws its chance once.
 *
 * @param random from 0 up to 1
 */
export async function startSqlite(random: () => number): Promise<void> {
  Object.defineProperty(globalThis.crypto, "getRandomValues", {
    configurable: true,
    value: (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(random() * 256);
      return bytes;
    },
  });
  const instantiateWasm = (imports: object, done: (instance: object) => void): object => {
    const instance = new Instance(compiled, imports);
    done(instance);
    return instance.exports;
  };
  sqlite = SQLite.Factory(await createModule({ instantiateWasm }));
  sqlite.vfs_register(new CardFiles() as unknown as SQLiteVFS, false);
  connections.clear();
}

type Row = Record<string, unknown>;
type Done<T> = (error: Error | null, value: T) => void;

/** Connections that are open: those of a process that died have to be closed for it. */
const connections = new Set<number>();

/** To be called when the life that opened them has ended. */
export async function closeConnections(): Promise<void> {
  for (const connection of connections) await sqlite.close(connection).catch(() => {});
  connections.clear();
}

class Database {
  #connection: number | null = null;

  constructor(uri: string, flags: number, done: Done<undefined>) {
    const path = fileURLToPath(uri.replace(/\?.*$/, ""));
    call(async () => {
      const connection = await sqlite.open_v2(path, flags & ~OPEN_URI & ~OPEN_FULLMUTEX, "card");
      this.#connection = connection;
      connections.add(connection);
      return undefined;
    }, done);
  }

  run(sql: string, values: readonly unknown[], done: Done<undefined>): void {
    call(async () => void (await this.#perform(sql, values)), done);
  }

  all(sql: string, values: readonly unknown[], done: Done<Row[]>): void {
    call(() => this.#perform(sql, values), done);
  }

  exec(sql: string, done: Done<undefined>): void {
    call(async () => void (await this.#perform(sql, [])), done);
  }

  close(done: Done<undefined>): void {
    call(async () => {
      const connection = this.#opened();
      connections.delete(connection);
      await sqlite.close(connection);
      return undefined;
    }, done);
  }

  async #perform(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const statement of sqlite.statements(this.#opened(), sql)) {
      if (values.length > 0) sqlite.bind_collection(statement, values as SQLiteCompatibleType[]);
      const names = sqlite.column_names(statement);
      while ((await sqlite.step(statement)) === VFS.SQLITE_ROW)
        rows.push(Object.fromEntries(names.map((name, index) => [name, columnOf(statement, index)])));
    }
    return rows;
  }

  #opened(): number {
    if (this.#connection === null) throw Object.assign(new Error("not open"), { code: 21 });
    return this.#connection;
  }
}

function columnOf(statement: number, index: number): unknown {
  const value = sqlite.column(statement, index);
  // What SQLite lends lies in its own memory.
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

/** Answers when the card would have; never, where the process that asked is dead by then. */
function call<T>(work: () => Promise<T>, done: Done<T>): void {
  const { scheduler, card, life } = nature();
  if (!life.lives) return;
  card.measure(() => {});
  work().then(
    (value) => scheduler.after(STATEMENT_MS + card.spent, () => life.lives && done(null, value)),
    (error: Error & { code: number }) =>
      scheduler.after(STATEMENT_MS + card.spent, () => life.lives && done(named(error), undefined as T)),
  );
}

function named(error: Error & { code: number }): Error {
  const code = CODES[error.code & 0xff] ?? `SQLITE_${error.code}`;
  return Object.assign(new Error(`${code}: ${error.message}`), { code });
}

const OPEN_READWRITE = VFS.SQLITE_OPEN_READWRITE;
const OPEN_URI = VFS.SQLITE_OPEN_URI;
const OPEN_FULLMUTEX = 0x10000;

export default { Database, OPEN_READWRITE, OPEN_URI, OPEN_FULLMUTEX };
