import { constants } from "node:fs";
import { access, copyFile, type FileHandle, mkdtemp, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { HistoryEntry } from "../contract/history.ts";
import { StorageError, type VaultNotice } from "../contract/storage.ts";
import type { Clock } from "../core/clock.ts";
import {
  asDamage,
  build,
  checkpoint,
  type Damaged,
  FromTheFuture,
  findDamage,
  flush,
  makeRoom,
  openDamaged,
  openDatabase,
  roomIn,
  SIDECARS,
} from "./database.ts";
import {
  exists,
  fileAt,
  makePrivateDirectory,
  moveAside,
  publish,
  restrict,
  syncDirectory,
} from "./files.ts";
import { ensureKey, type KeyRing, keepKey, readKeys } from "./keys.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { type Memory, NOTHING } from "./memory.ts";
import { type Connection, isSqliteError } from "./sqlite.ts";
import { append, history, load, ROW_PAGES, reseal, salvage, save } from "./tables.ts";
import { explain } from "./trouble.ts";
import { VaultBusy } from "./vault.ts";

export interface DiskOptions {
  /** The state directory; made, for this user alone, where it is missing. */
  readonly directory: string;
  /** Where systemd has put the credentials; null where it gave none. */
  readonly credentialsDirectory: string | null;
  /** A directory that can be written when the state directory can't, on no disk: the runtime directory. */
  readonly scratch: string;
  readonly clock: Clock;
}

/** What the disk is to hold, by what it holds. */
export type Decide = (found: Memory) => Memory;

const DATABASE = "c2cd.db";

/** Bytes that are copied at most, into memory as a rule; ours stays below one megabyte. */
const COPY_LIMIT = 16 * 1024 * 1024;

/** Commits that must find room in the write-ahead log after a probe: its own, and two authorizations. */
const NEEDED = 3;

/**
 * For this long after a write has succeeded, a flush is proof enough that the disk takes writes: it goes to the card as
 * well, and does not wear it. A device that is offline asks every few minutes, for days.
 */
const PROOF_MS = 3_600_000;

/** An open database. */
interface Opened {
  readonly connection: Connection;
  readonly keys: KeyRing;
  /** What the tables hold. */
  memory: Memory;
}

interface Writable extends Opened {
  readonly readOnly: null;
  /** Which files they are, to notice that others have taken their names. */
  readonly files: string;
  /** The write-ahead log. Open for as long: the system tells of an error between two writes who was there. */
  readonly log: FileHandle;
  /** Pages of the largest commit so far. */
  largest: number;
}

/** A copy that is only read. */
interface Copy extends Opened {
  /** Why the database can't be written. */
  readonly readOnly: StorageError;
  readonly files: null;
  readonly log: null;
}

type Link = Writable | Copy;

/**
 * A memory in a state directory. What resolves is durable. A file that proves to be damaged is replaced, and the work
 * done on the new one; after every other failure the database is opened anew. Where the disk can be read and not
 * written, what it holds is read from a copy and every write rejects, until the disk takes writes again.
 *
 * One call at a time. Each rejects with
 * - `StorageError` where the disk refuses,
 * - `VaultBusy` where another process has the directory,
 * - `VaultKeyError` where a credential is no key.
 */
export class Disk {
  readonly #options: DiskOptions;
  readonly #file: string;
  readonly #notices: VaultNotice[] = [];
  #lock: DirectoryLock | null = null;
  #scratchLock: DirectoryLock | null = null;
  #link: Link | null = null;
  /** What the tables were last known to hold. */
  #stored = NOTHING;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** When the disk last took a write; null where it has refused since, or was never asked. */
  #tookWriteAt: number | null = null;

  /** Does nothing yet: the first call but `claim` opens what is there, or makes it. */
  constructor(options: DiskOptions) {
    this.#options = options;
    this.#file = join(options.directory, DATABASE);
  }

  /** When the disk last came to the end of a step, well or badly: `Clock.elapsed()`. No step has more than three syncs. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** What the disk was last known to hold; it may have lost it since. */
  get stored(): Memory {
    return this.#stored;
  }

  /** What was found wrong with the files. */
  get notices(): readonly VaultNotice[] {
    return this.#notices;
  }

  /**
   * Takes the state directory for this process, and the scratch directory, which can be taken on a disk that refuses as
   * well: what can't be taken for other reasons is left to the calls that need it.
   *
   * @throws {VaultBusy}
   */
  async claim(): Promise<void> {
    await this.#takeDirectory().catch((error) => this.#unlessRefused(error));
    await this.#takeScratch().catch((error) => this.#unlessRefused(error));
  }

  /**
   * Whether there is nothing to be read: neither a database nor what one leaves behind. Where there is not, the keys are
   * looked at all the same; where there is, whoever reads it does that.
   *
   * @throws {VaultKeyError}
   */
  async isBlank(): Promise<boolean> {
    try {
      const there = await Promise.all(["", ...SIDECARS].map((suffix) => exists(this.#file + suffix)));
      if (there.includes(true)) return false;
      await readKeys(this.#options);
      return true;
    } catch (error) {
      throw explain(error, this.#options.directory);
    }
  }

  /**
   * Brings the disk to what `decide` makes of it, which is asked even where the disk then refuses; and adds lines to the
   * history.
   */
  write(decide: Decide, lines: readonly HistoryEntry[] = []): Promise<void> {
    return this.#writing(decide, async (link) => {
      await this.#bring(link, decide(link.memory));
      if (lines.length === 0) return;
      await append(link.connection, lines);
      await this.#flush(link);
    });
  }

  /** Brings the disk to what `decide` makes of it; and makes sure that it takes writes, and has room for two more. */
  probe(decide: Decide): Promise<void> {
    return this.#writing(decide, async (link) => {
      const { left } = await roomIn(link.log);
      if (left < NEEDED * link.largest) await makeRoom(link.connection, link.log);
      if (await this.#bring(link, decide(link.memory))) return;
      if (this.#tookWriteLately()) return this.#step(syncDirectory(this.#options.directory));
      await this.#flush(link);
    });
  }

  /** Newest first. */
  history(limit: number): Promise<readonly HistoryEntry[]> {
    return this.#working(async () => history((await this.#linked()).connection, limit));
  }

  /** Reads the whole file and checks it. Resolves to what was found wrong, or null. */
  verify(): Promise<VaultNotice | null> {
    return this.#working(async () => {
      const { connection, readOnly } = await this.#linked();
      const damage = await findDamage(connection);
      if (damage === null) return null;
      if (readOnly === null) return this.#replace(damage);
      return this.#notice({ type: "unreadable", reason: `${this.#file} ${damage.message}.` });
    });
  }

  async close(): Promise<void> {
    await this.#unlink();
    await this.#releaseLock();
    await this.#scratchLock?.release();
    this.#scratchLock = null;
  }

  /** Resolves to whether there was anything to write. */
  async #bring(link: Writable, memory: Memory): Promise<boolean> {
    const { pages, deleted } = await save(link.connection, link.keys, link.memory, memory);
    if (pages > 0) await this.#flush(link);
    link.memory = memory;
    this.#stored = memory;
    link.largest = Math.max(link.largest, pages);
    // Nothing of it stays readable in the log, whose room goes with it.
    if (deleted) await checkpoint(link.connection, "TRUNCATE");
    return pages > 0;
  }

  async #flush({ connection, log }: Writable): Promise<void> {
    await this.#step(flush(connection, log));
    this.#tookWriteAt = this.#options.clock.elapsed();
  }

  #tookWriteLately(): boolean {
    return this.#tookWriteAt !== null && this.#options.clock.elapsed() - this.#tookWriteAt < PROOF_MS;
  }

  #writing(decide: Decide, work: (link: Writable) => Promise<void>): Promise<void> {
    return this.#working(async () => {
      const link = await this.#current();
      if (link.readOnly === null) return work(link);
      decide(link.memory);
      throw link.readOnly;
    });
  }

  async #working<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#mending(work);
    } catch (error) {
      this.#tookWriteAt = null;
      // A full disk leaves the connection sound, and in it the room that a probe has made sure of.
      if (!(isSqliteError(error) && error.code === "SQLITE_FULL")) await this.#unlink();
      throw explain(error, this.#options.directory);
    }
  }

  async #mending<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const damage = asDamage(error);
      if (damage === null || this.#link?.readOnly !== null) throw error;
      await this.#replace(damage);
      return work();
    }
  }

  async #linked(): Promise<Link> {
    if (this.#link === null) {
      this.#link = await this.#connect();
      this.#stored = this.#link.memory;
    }
    return this.#link;
  }

  /** The files that are under their names now, and not those of a disk that was exchanged; and the key beside them. */
  async #current(): Promise<Link> {
    if (this.#link !== null && (await this.#files()) !== this.#link.files) await this.#unlink();
    const key = this.#link?.keys.ofFile ?? null;
    const notice = key && (await this.#step(keepKey(this.#options, key)));
    if (notice !== null) this.#notice(notice);
    return this.#linked();
  }

  async #files(): Promise<string> {
    return (await Promise.all([fileAt(this.#file), fileAt(`${this.#file}-wal`)])).join();
  }

  async #unlink(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    // What a close can't write stays in the write-ahead log.
    await link?.connection.close().catch(() => {});
    await link?.log?.close();
  }

  async #connect(): Promise<Link> {
    try {
      return await this.#connectForWriting();
    } catch (error) {
      const trouble = explain(error, this.#options.directory);
      if (!(trouble instanceof StorageError)) throw trouble;
      try {
        return await this.#connectForReading(trouble);
      } catch {
        throw trouble;
      }
    }
  }

  async #connectForWriting(): Promise<Writable> {
    await this.#takeDirectory();
    const notice = await this.#step(ensureKey(this.#options));
    if (notice !== null) this.#notice(notice);
    if (!(await exists(this.#file))) await this.#create();
    await restrict(this.#file, 0o600);
    // SQLite opens what it may only read without a word, and for the rest it keeps the reason to itself.
    await access(this.#file, constants.R_OK | constants.W_OK);
    const keys = await readKeys(this.#options);
    try {
      return await this.#openForWriting(keys);
    } catch (error) {
      if (error instanceof FromTheFuture) throw new StorageError(error.message, { cause: error });
      const damage = asDamage(error);
      if (damage === null) throw error;
      await this.#replace(damage);
      return this.#openForWriting(keys);
    }
  }

  async #takeDirectory(): Promise<void> {
    const { directory } = this.#options;
    await this.#step(makePrivateDirectory(directory));
    if (this.#lock !== null && !(await this.#lock.holds())) await this.#releaseLock();
    this.#lock ??= await lockDirectory(directory);
  }

  async #takeScratch(): Promise<void> {
    const { scratch } = this.#options;
    try {
      this.#scratchLock ??= await lockDirectory(scratch);
    } catch (error) {
      if (["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? ""))
        throw new VaultBusy(`${scratch} belongs to another user, whose c2cd may be running.`, {
          cause: error,
        });
      throw error;
    }
  }

  #unlessRefused(error: unknown): void {
    if (!(explain(error, this.#options.directory) instanceof StorageError)) throw error;
  }

  #openForWriting(keys: KeyRing): Promise<Writable> {
    return this.#opened(this.#file, async (connection) => {
      // What a killed process has left may be in the page cache alone.
      await checkpoint(connection, "RESTART");
      const log = await open(`${this.#file}-wal`);
      try {
        if (await reseal(connection, keys)) await this.#step(flush(connection, log));
        const memory = await load(connection, keys);
        const files = await this.#files();
        return { connection, keys, memory, readOnly: null, files, log, largest: ROW_PAGES };
      } catch (error) {
        await log.close();
        throw error;
      }
    });
  }

  /** Reads a copy: SQLite can't recover a write-ahead log where it can't write (sqlite.org/wal.html#readonly). */
  #connectForReading(readOnly: StorageError): Promise<Copy> {
    return this.#withCopy(async (copy) => {
      const keys = await readKeys(this.#options);
      return this.#opened(copy, async (connection) => {
        const memory = await load(connection, keys);
        return { connection, keys, memory, readOnly, files: null, log: null };
      });
    });
  }

  /** Begins a new file with what the damaged one still holds, and moves the damaged one aside. */
  async #replace(damage: Damaged): Promise<VaultNotice> {
    await this.#unlink();
    const keys = await readKeys(this.#options);
    const rescued = await this.#rescue(keys);
    const unfinished = await build(this.#file, this.#answered, async (connection) => {
      await save(connection, keys, NOTHING, rescued);
    });
    const aside = await this.#step(moveAside(this.#options.directory, DATABASE, SIDECARS));
    await this.#step(publish(unfinished, this.#file));
    const kept = rescued.authorizations.size > 0;
    const sentences = [
      `The database ${this.#file} ${damage.message}.`,
      `It was moved to ${aside.path} and a new one was begun${kept ? " with the authorization that was in it" : ""}.`,
      ...(aside.removed === null ? [] : [`The oldest damaged copy, ${aside.removed}, was removed.`]),
    ];
    return this.#notice({ type: "moved-aside", path: aside.path, reason: sentences.join(" ") });
  }

  async #rescue(keys: KeyRing): Promise<Memory> {
    try {
      return await this.#withCopy(async (copy) => {
        const connection = await openDamaged(copy);
        try {
          return await salvage(connection, keys);
        } finally {
          await connection.close();
        }
      });
    } catch (error) {
      if (explain(error, this.#options.directory) instanceof StorageError) return NOTHING;
      throw error;
    }
  }

  async #withCopy<T>(work: (copy: string) => Promise<T>): Promise<T> {
    if ((await stat(this.#file)).size > COPY_LIMIT)
      throw new StorageError(`${this.#file} is too large to be a database of c2cd.`);
    const directory = await mkdtemp(join(this.#options.scratch, "vault-"));
    try {
      for (const suffix of ["", ...SIDECARS])
        if (await exists(this.#file + suffix))
          await copyFile(this.#file + suffix, join(directory, DATABASE + suffix));
      return await work(join(directory, DATABASE));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** A log without its database would be replayed into the new one. */
  async #create(): Promise<void> {
    for (const suffix of SIDECARS)
      if (await exists(this.#file + suffix)) {
        await this.#step(moveAside(this.#options.directory, DATABASE, SIDECARS));
        break;
      }
    const unfinished = await build(this.#file, this.#answered, async () => {});
    await this.#step(publish(unfinished, this.#file));
  }

  async #releaseLock(): Promise<void> {
    const lock = this.#lock;
    this.#lock = null;
    await lock?.release();
  }

  #notice(notice: VaultNotice): VaultNotice {
    if (!this.#notices.some((known) => known.reason === notice.reason)) this.#notices.push(notice);
    return notice;
  }

  /** Opens a database for `work`, which keeps it; closed again where that fails. */
  async #opened<T>(file: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await openDatabase(file, this.#answered);
    try {
      return await work(connection);
    } catch (error) {
      await connection.close().catch(() => {});
      throw error;
    }
  }

  #step<T>(work: Promise<T>): Promise<T> {
    return work.finally(this.#answered);
  }

  readonly #answered = () => {
    this.#answeredAt = this.#options.clock.elapsed();
  };
}
