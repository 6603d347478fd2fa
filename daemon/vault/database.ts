import { type FileHandle, open } from "node:fs/promises";
import { exists, removeFile } from "./files.ts";
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

/** The file is from a later version of this program, and left as it is. */
export class FromTheFuture extends Error {
  override readonly name = "FromTheFuture";

  constructor(version: number) {
    super(
      `The database was written by a later version of c2cd (schema ${version}; this one knows ${MIGRATIONS.length}).`,
    );
  }
}

/**
 * Builds a new database under another name, to be published under its own: a file of that name is then always one
 * that was once whole, and when it is empty or cut short, that is damage and no power cut of ours.
 *
 * @param answered called after each call of SQLite
 * @param fill writes what it is to hold from the beginning
 * @returns the other name
 */
export async function build(
  file: string,
  answered: () => void,
  fill: (connection: Connection) => Promise<void>,
): Promise<string> {
  const unfinished = `${file}.new`;
  for (const suffix of ["", ...SIDECARS]) await removeFile(unfinished + suffix);
  await (await open(unfinished, "wx", 0o600)).close();
  const connection = await connect(unfinished, answered);
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
 * @param answered called after each call of SQLite
 * @throws {Damaged}
 * @throws {FromTheFuture}
 */
export async function openDatabase(file: string, answered: () => void): Promise<Connection> {
  await checkHeader(file);
  const connection = await connect(file, answered);
  try {
    const version = await pragma(connection, "user_version");
    if ((await pragma(connection, "application_id")) !== APPLICATION_ID)
      throw new Damaged("belongs to another program");
    if (version > MIGRATIONS.length) throw new FromTheFuture(version);
    await checkSchema(connection, version);
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

/**
 * Makes durable what was committed: by fdatasync, since SQLite's fsync has the file system write down the file's times as
 * well, which takes more than the commit itself. A write after it must not reach into the sector in which the commit
 * ends, which a power cut may destroy: one more page fills that sector.
 */
export async function flush(connection: Connection, log: FileHandle): Promise<void> {
  await touch(connection);
  await log.datasync();
}

/** Bytes of the write-ahead log's header, and of a page in it with the header of its own (sqlite.org/fileformat2.html §4.1). */
const LOG_HEADER = 32;
const FRAME_HEADER = 24;
const FRAME = FRAME_HEADER + PAGE;

/** Pages of the write-ahead log's file: in all, and after its last commit. */
export async function roomIn(log: FileHandle): Promise<{ readonly pages: number; readonly left: number }> {
  const { size } = await log.stat();
  const { buffer } = await log.read(Buffer.alloc(size), 0, size, 0);
  const pages = Math.max(0, Math.floor((size - LOG_HEADER) / FRAME));
  // Which log it is changes as it begins anew; of what was taken back, no page ends a commit.
  const salt = buffer.subarray(16, 24);
  for (let left = 0; left < pages; left++) {
    const frame = buffer.subarray(LOG_HEADER + (pages - 1 - left) * FRAME);
    if (frame.readUInt32BE(4) !== 0 && frame.subarray(8, 16).equals(salt)) return { pages, left };
  }
  return { pages, left: pages };
}

/** Pages that the write-ahead log's file is made long enough for: the commits of several refreshes. */
export const ROOM = 40;
/** Bytes of the transaction that makes the room; two of its pages stay in the cache. */
const FILLER = (ROOM + 2) * PAGE;

/**
 * Begins the write-ahead log anew, and makes its file so long, where it is not, that the next commits find room in it
 * even when the disk is full: by a transaction that spills into it (sqlite.org/pragma.html#pragma_cache_spill) and is
 * taken back. The file keeps its length, a power cut included.
 */
export async function makeRoom(connection: Connection, log: FileHandle): Promise<void> {
  await checkpoint(connection, "RESTART");
  if ((await roomIn(log)).pages >= ROOM) return;
  try {
    await connection.script(
      `PRAGMA cache_size = 1;
       BEGIN IMMEDIATE;
       CREATE TABLE room (filler);
       INSERT INTO room VALUES (randomblob(${FILLER}));`,
    );
  } finally {
    // SQLite has taken it back by itself where the disk was full.
    await connection.script("ROLLBACK").catch(() => {});
    await connection.run("PRAGMA cache_size = -2000");
  }
}

/** The smallest write that there is. */
export function touch(connection: Connection): Promise<void> {
  return connection.run(
    "INSERT INTO probe (only, times) VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1",
  );
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
 * The settings under which a commit that was flushed is on the disk. With a write-ahead log and `synchronous=NORMAL`
 * SQLite syncs what its own order needs, at a checkpoint and where the log begins anew, and leaves the commits to
 * `flush` (sqlite.org/pragma.html#pragma_synchronous). `locking_mode=EXCLUSIVE`,
 * set before the first access, does without the shared memory file (sqlite.org/wal.html#noshm): a mapped file on a
 * failing card would end the process by SIGBUS. A page is as large as a card's sector, and no smaller: a checkpoint
 * that is cut short may destroy the sector that it writes, which must not hold pages that are nowhere else.
 */
async function connect(file: string, answered: () => void): Promise<Connection> {
  const connection = await Connection.open(file, answered);
  try {
    await connection.script(
      `PRAGMA locking_mode = EXCLUSIVE;
       PRAGMA trusted_schema = OFF;
       PRAGMA cell_size_check = ON;
       PRAGMA secure_delete = ON;
       PRAGMA synchronous = NORMAL;
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
      await connection.script(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
}

/** A table that is not there is none that is empty, and one of another shape takes no writes. */
async function checkSchema(connection: Connection, version: number): Promise<void> {
  const wanted = tablesOf(version);
  const found = await connection.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL",
  );
  const names = found.map(({ name }) => name);
  if ([...wanted.keys()].some((name) => !names.includes(name))) throw new Damaged("has lost a table");
  const fits = found.every(({ name, sql }) => squeezed(sql) === wanted.get(name));
  if (!fits || names.length > wanted.size) throw new Damaged("has other tables than c2cd gave it");
}

/** The tables that the migrations up to a `user_version` come to, by name, each with the SQL that makes it. */
function tablesOf(version: number): ReadonlyMap<string, string> {
  const sql = MIGRATIONS.slice(0, Math.max(0, version)).join("\n");
  const made = sql.matchAll(/(CREATE TABLE (\w+)[^;]*);/g);
  return new Map([...made].map(([, table = "", name = ""]) => [name, squeezed(table)]));
}

function squeezed(sql: string): string {
  return sql.replace(/\s+/g, " ").replace(/ ?([(),]) ?/g, "$1");
}

async function pragma(connection: Connection, name: "user_version" | "application_id"): Promise<number> {
  const row = await connection.get<Record<string, number>>(`PRAGMA ${name}`);
  return row?.[name] ?? 0;
}

/** Bytes of a database's header, and of the smallest page (sqlite.org/fileformat2.html §1.3). */
const HEADER = 100;
const SMALLEST_PAGE = 512;

/**
 * Looks before SQLite does: it makes a database of a file that is very short, and alters those of other programs and
 * later versions. Where there is a write-ahead log, the header may have been cut in the middle of being written, and
 * SQLite reads it from the log.
 */
async function checkHeader(file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(HEADER), 0, HEADER, 0);
    const { size } = await handle.stat();
    if (size === 0) throw new Damaged("is empty");
    const isDatabase = buffer.toString("latin1").startsWith("SQLite format 3\0");
    if (size < SMALLEST_PAGE) throw isDatabase ? CUT_SHORT : new Damaged("is not a database");
    if (await exists(`${file}-wal`)) return;
    if (!isDatabase) throw new Damaged("is not a database");
    if (buffer.readUInt32BE(68) !== APPLICATION_ID) throw new Damaged("belongs to another program");
    const version = buffer.readInt32BE(60);
    if (version > MIGRATIONS.length) throw new FromTheFuture(version);
  } finally {
    await handle.close();
  }
}
