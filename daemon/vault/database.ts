import { constants } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { sync } from "./files.ts";
import { Connection, isSqliteError } from "./sqlite.ts";

/** The files that SQLite keeps beside a database (sqlite.org/tempfiles.html). */
export const SIDECARS = ["-wal", "-journal", "-shm"] as const;

/** Bytes of a page. */
const PAGE = 4096;

/** "c2cd" in ASCII: tells our files from other programs' (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x63326364;

/** Each entry brings the file from its index to the next `user_version`. Never changed once released; only added to. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE identity (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     client_id TEXT NOT NULL,
     source TEXT NOT NULL,
     model TEXT,
     board_serial TEXT
   ) STRICT;
   CREATE TABLE authorization (
     id INTEGER PRIMARY KEY,
     client_id TEXT NOT NULL UNIQUE,
     key_id TEXT NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;
   CREATE TABLE set_aside (
     id INTEGER PRIMARY KEY,
     client_id TEXT NOT NULL,
     key_id TEXT NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;
   CREATE TABLE history (
     id INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     event TEXT NOT NULL,
     detail TEXT NOT NULL
   ) STRICT;
   CREATE TABLE probe (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     filler BLOB NOT NULL
   ) STRICT;`,
  `DROP TABLE probe;
   CREATE TABLE probe (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     times INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE ending (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     client_id TEXT NOT NULL,
     reason TEXT NOT NULL,
     at INTEGER
   ) STRICT;`,
];

/** The file is not what it should be. `message` is the end of a sentence that begins with the file's name. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}

const CUT_SHORT = new Damaged("is cut short or overwritten");

/** The file is whole, and from a later version of this program. */
export class FromTheFuture extends Error {
  override readonly name = "FromTheFuture";
}

/**
 * Builds a new database under another name, to be published under its own: a file of that name is then always one
 * that was once whole, and when it is empty or cut short, that is damage and no power cut of ours.
 *
 * @param fill writes what it is to hold from the beginning
 * @returns the other name
 */
export async function build(file: string, fill: (connection: Connection) => Promise<void>): Promise<string> {
  const unfinished = `${file}.new`;
  for (const suffix of ["", ...SIDECARS]) await rm(unfinished + suffix, { force: true });
  await (await open(unfinished, "wx", 0o600)).close();
  const connection = await connect(unfinished);
  try {
    await connection.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    await migrate(connection, 0);
    await fill(connection);
    await checkpoint(connection, "RESTART");
  } finally {
    await connection.close();
  }
  return unfinished;
}

/**
 * Opens the database that `build` made, and brings it to this version's schema.
 *
 * @throws {Damaged}
 * @throws {FromTheFuture}
 */
export async function openDatabase(file: string): Promise<Connection> {
  await checkHeader(file);
  const connection = await connect(file);
  try {
    const version = await pragma(connection, "user_version");
    if ((await pragma(connection, "application_id")) !== APPLICATION_ID)
      throw new Damaged("belongs to another program");
    if (version > MIGRATIONS.length)
      throw new FromTheFuture(
        `The database was written by a later version of c2cd (schema ${version}; this one knows ${MIGRATIONS.length}).`,
      );
    await migrate(connection, version);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Opens a damaged database for what can still be read of it; whatever lies in the lost part rejects. */
export async function openDamaged(file: string): Promise<Connection> {
  const connection = await Connection.open(file);
  // Keeps SQLite from refusing the whole of a file that is shorter than its header says.
  await connection.script("PRAGMA locking_mode = EXCLUSIVE; PRAGMA writable_schema = ON;");
  return connection;
}

/**
 * Write-ahead log into the file itself, durably. `RESTART` keeps the log's room and writes from its beginning on;
 * `TRUNCATE` leaves nothing of what was in it (sqlite.org/pragma.html#pragma_wal_checkpoint).
 */
export async function checkpoint(connection: Connection, mode: "RESTART" | "TRUNCATE"): Promise<void> {
  await connection.run(`PRAGMA wal_checkpoint(${mode})`);
}

/** What SQLite's own check finds wrong, or null (sqlite.org/pragma.html#pragma_quick_check). */
export async function findDamage(connection: Connection): Promise<Damaged | null> {
  try {
    const rows = await connection.all<{ quick_check: string }>("PRAGMA quick_check(1)");
    return rows[0]?.quick_check === "ok" ? null : new Damaged("has pages that do not fit together");
  } catch (error) {
    return asDamage(error) ?? Promise.reject(error);
  }
}

/** SQLite's words for a file that is broken; null for every other error. */
export function asDamage(error: unknown): Damaged | null {
  if (error instanceof Damaged) return error;
  if (!isSqliteError(error)) return null;
  if (error.code === "SQLITE_NOTADB") return new Damaged("is not a database");
  if (error.code === "SQLITE_CORRUPT") return CUT_SHORT;
  return null;
}

/**
 * The settings under which a commit that has returned is on the disk. With a write-ahead log and `synchronous=FULL`
 * every commit is one append and one fsync (sqlite.org/pragma.html#pragma_synchronous). `locking_mode=EXCLUSIVE`,
 * set before the first access, does without the shared memory file (sqlite.org/wal.html#noshm): a mapped file on a
 * failing card would end the process by SIGBUS. A page is as large as a card's sector, and no smaller: a checkpoint
 * that is cut short may destroy the sector that it writes, which must not hold pages that are nowhere else.
 */
async function connect(file: string): Promise<Connection> {
  const connection = await Connection.open(file);
  try {
    await connection.script(
      `PRAGMA locking_mode = EXCLUSIVE;
       PRAGMA trusted_schema = OFF;
       PRAGMA cell_size_check = ON;
       PRAGMA secure_delete = ON;
       PRAGMA synchronous = FULL;
       PRAGMA page_size = ${PAGE};
       PRAGMA wal_autocheckpoint = 64;
       PRAGMA journal_mode = WAL;`,
    );
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function migrate(connection: Connection, from: number): Promise<void> {
  for (const [index, sql] of MIGRATIONS.entries())
    if (index >= from)
      await connection.transaction(async () => {
        await connection.script(sql);
        await connection.run(`PRAGMA user_version = ${index + 1}`);
      });
}

async function pragma(connection: Connection, name: "user_version" | "application_id"): Promise<number> {
  const row = await connection.get<Record<string, number>>(`PRAGMA ${name}`);
  return row?.[name] ?? 0;
}

/** Bytes of a write-ahead log's header, and of the header of each page in it. */
const LOG_HEADER = 32;
const FRAME_HEADER = 24;
/** Bytes of a database's header, and of the smallest page (sqlite.org/fileformat2.html §1.3). */
const HEADER = 100;
const SMALLEST_PAGE = 512;

/**
 * Looks before SQLite does: it makes a database of a file that is very short, and alters those of other programs.
 * Where there is a write-ahead log, the header may have been cut in the middle of being written, and SQLite reads it
 * from the log.
 */
async function checkHeader(file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(HEADER), 0, HEADER, 0);
    const { size } = await handle.stat();
    if (size === 0) throw new Damaged("is empty");
    const isDatabase = buffer.toString("latin1").startsWith("SQLite format 3\0");
    if (size < SMALLEST_PAGE) throw isDatabase ? CUT_SHORT : new Damaged("is not a database");
    if ((await logSize(file)) > 0) return;
    if (!isDatabase) throw new Damaged("is not a database");
    if (buffer.readUInt32BE(68) !== APPLICATION_ID) throw new Damaged("belongs to another program");
  } finally {
    await handle.close();
  }
}

/** Bytes that the next commits can take without the write-ahead log's file growing (sqlite.org/fileformat2.html §4.1). */
export async function roomInLog(connection: Connection, file: string): Promise<number> {
  const state = await connection.get<{ log: number; checkpointed: number }>("PRAGMA wal_checkpoint(NOOP)");
  const { log = 0, checkpointed = 0 } = state ?? {};
  // What is in the database as well is written over.
  const used = log === checkpointed ? 0 : LOG_HEADER + log * (FRAME_HEADER + PAGE);
  return (await logSize(file)) - used;
}

/**
 * Makes the write-ahead log's file longer than what is in it, durably: commits write over that, and readers stop where
 * a checksum does not hold (sqlite.org/fileformat2.html §4.2).
 */
export async function extendLog(file: string, size: number): Promise<void> {
  const missing = size - (await logSize(file));
  const handle = await open(`${file}-wal`, constants.O_WRONLY | constants.O_APPEND);
  try {
    await handle.writeFile(Buffer.alloc(missing));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Asks the disk to flush: fails where it is gone, has turned read-only, or the log may not be written any more. */
export function syncLog(file: string): Promise<void> {
  return sync(`${file}-wal`, constants.O_RDWR);
}

async function logSize(file: string): Promise<number> {
  try {
    return (await stat(`${file}-wal`)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
