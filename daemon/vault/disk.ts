import { constants } from "node:fs";
import { access, copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { StoredIdentity } from "../contract/identity.ts";
import { StorageError, type VaultNotice } from "../contract/storage.ts";
import type { Clock } from "../core/clock.ts";
import {
  asDamage,
  build,
  checkpoint,
  type Damaged,
  extendLog,
  FromTheFuture,
  findDamage,
  openDatabase,
  roomInLog,
  SIDECARS,
  syncLog,
} from "./database.ts";
import { exists, fileAt, makePrivateDirectory, moveAside, publish, restrict } from "./files.ts";
import { ensureKey, type KeyRing, readKeys } from "./keys.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { NOTHING, type Rescued, refill, rescue } from "./rescue.ts";
import { type Connection, isSqliteError } from "./sqlite.ts";
import { Store } from "./store.ts";
import { explain } from "./trouble.ts";
import type { DiskVault } from "./vault.ts";

export interface VaultOptions {
  /** The state directory; made, for this user alone, where it is missing. */
  readonly directory: string;
  /** Where systemd has put the credentials; null where it gave none. */
  readonly credentialsDirectory: string | null;
  /** A directory that can be written when the state directory can't, on no disk: the runtime directory. */
  readonly scratch: string;
  readonly clock: Clock;
}

const DATABASE = "c2cd.db";

/** Bytes that are copied at most, into memory as a rule; ours stays below one megabyte. */
const COPY_LIMIT = 16 * 1024 * 1024;

/** Bytes of the write-ahead log that are kept free for what can't wait: two authorizations with long tokens. */
const RESERVE = 24 * 1024;
/** Bytes that its file is given, so that it has to be begun anew only every few refreshes. */
const LOG_SIZE = 64 * 1024;

/**
 * For this long after a write has succeeded, a flush is proof enough that the disk takes writes: it goes to the card as
 * well, and does not wear it. A device that is offline asks every few minutes, for days.
 */
const PROOF_MS = 3_600_000;

/**
 * Opens the vault in a state directory, or makes it.
 *
 * Where the disk can be read and not written, what it holds can be read and every write rejects, until the disk takes
 * writes again.
 *
 * @throws {VaultBusy} another process has it open
 * @throws {VaultKeyError} a credential is no key
 * @throws {StorageError} nothing can be read
 */
export async function openVault(options: VaultOptions): Promise<DiskVault> {
  const vault = new SqliteVault(options);
  try {
    await vault.open();
    return vault;
  } catch (error) {
    await vault.close();
    throw error;
  }
}

/** An open database. */
interface Link {
  readonly connection: Connection;
  readonly store: Store;
  /** Which file it is, to notice that another one has taken its name; null for a copy that is only read. */
  readonly file: string | null;
  /** Why it can't be written; null where it can. */
  readonly readOnly: StorageError | null;
}

class SqliteVault implements DiskVault {
  readonly #options: VaultOptions;
  readonly #file: string;
  readonly #notices: VaultNotice[] = [];
  #lock: DirectoryLock | null = null;
  #link: Link | null = null;
  /** Whether all that the write-ahead log held when the file was opened is known to be on the disk. */
  #settled = false;
  /** When the disk last took a write; null where it has refused since, or was never asked. */
  #tookWriteAt: number | null = null;
  #closed = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#file = join(options.directory, DATABASE);
  }

  get notices(): readonly VaultNotice[] {
    return this.#notices;
  }

  get readOnly(): StorageError | null {
    return this.#link?.readOnly ?? null;
  }

  open(): Promise<void> {
    return this.#read(async () => {});
  }

  identity(): Promise<StoredIdentity | null> {
    return this.#read((store) => store.identity());
  }

  rememberIdentity(identity: StoredIdentity): Promise<void> {
    return this.#write((store) => store.rememberIdentity(identity));
  }

  authorization(clientId: string): Promise<StoredAuthorization | null> {
    return this.#read(async (store) => {
      const found = await store.authorization(clientId);
      if (found.type === "unreadable") this.#notice(found);
      return found.type === "authorization" ? found.authorization : null;
    });
  }

  storeAuthorization(authorization: StoredAuthorization): Promise<void> {
    return this.#write((store) => store.storeAuthorization(authorization));
  }

  forgetAuthorization(clientId: string, end: StoredEnd | null): Promise<void> {
    return this.#write((store) => store.forgetAuthorization(clientId, end));
  }

  lastEnd(clientId: string): Promise<StoredEnd | null> {
    return this.#read((store) => store.lastEnd(clientId));
  }

  probe(): Promise<void> {
    return this.#write(async (store, connection) => {
      const room = async () => (await roomInLog(connection, this.#file)) >= RESERVE;
      if (!(await room())) await checkpoint(connection, "RESTART");
      if (!(await room())) await extendLog(this.#file, LOG_SIZE);
      if (!this.#tookWriteLately()) return store.probe();
      await syncLog(this.#file);
      return false;
    });
  }

  record(entry: HistoryEntry): Promise<void> {
    return this.#write((store) => store.record(entry));
  }

  history(limit: number): Promise<readonly HistoryEntry[]> {
    return this.#read((store) => store.history(limit));
  }

  verify(): Promise<VaultNotice | null> {
    return this.#exclusively(async () => {
      const link = await this.#linked();
      const damage = await findDamage(link.connection);
      if (damage === null) return null;
      if (link.readOnly !== null)
        return this.#notice({ type: "unreadable", reason: `${this.#file} ${damage.message}.` });
      return this.#replace(damage);
    });
  }

  close(): Promise<void> {
    const closed = this.#tail.then(async () => {
      this.#closed = true;
      await this.#unlink();
      await this.#releaseLock();
    });
    this.#tail = closed;
    return closed;
  }

  #read<T>(work: (store: Store) => Promise<T>): Promise<T> {
    return this.#exclusively(async () => this.#mending(async () => work((await this.#linked()).store)));
  }

  /** @param work resolves to whether it has written anything */
  #write(work: (store: Store, connection: Connection) => Promise<boolean>): Promise<void> {
    return this.#exclusively(async () =>
      this.#mending(async () => {
        const { connection, store } = await this.#writable();
        if (!this.#settled) await checkpoint(connection, "RESTART");
        this.#settled = true;
        if (await work(store, connection)) this.#tookWriteAt = this.#options.clock.elapsed();
      }),
    );
  }

  #tookWriteLately(): boolean {
    return this.#tookWriteAt !== null && this.#options.clock.elapsed() - this.#tookWriteAt < PROOF_MS;
  }

  /** One at a time: a stalled card holds one of libuv's threads and never all of them. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#explaining(work));
    this.#tail = result.catch(() => {});
    return result;
  }

  async #explaining<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StorageError("The vault is closed.");
    try {
      return await work();
    } catch (error) {
      this.#tookWriteAt = null;
      // A full disk leaves the connection sound, and in it the room that a probe has made sure of.
      if (!(isSqliteError(error) && error.code === "SQLITE_FULL")) await this.#unlink();
      throw explain(error, this.#options.directory);
    }
  }

  /** A file that proves to be damaged is replaced, and the work done on the new one. */
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
    this.#link ??= await this.#connect();
    return this.#link;
  }

  async #writable(): Promise<Link> {
    const link = await this.#linked();
    if (link.readOnly === null && (await fileAt(this.#file)) === link.file) return link;
    await this.#unlink();
    const again = await this.#linked();
    if (again.readOnly !== null) throw again.readOnly;
    return again;
  }

  async #unlink(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    // What a close can't write stays in the write-ahead log.
    await link?.connection.close().catch(() => {});
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

  async #connectForWriting(): Promise<Link> {
    const { directory } = this.#options;
    await makePrivateDirectory(directory);
    if (this.#lock !== null && !(await this.#lock.holds())) await this.#releaseLock();
    this.#lock ??= await lockDirectory(directory);
    const notice = await ensureKey(this.#options);
    if (notice !== null) this.#notice(notice);
    if (!(await exists(this.#file))) await this.#create();
    await restrict(this.#file, 0o600);
    // SQLite opens what it may only read without a word, and for the rest it keeps the reason to itself.
    await access(this.#file, constants.R_OK | constants.W_OK);
    const keys = await readKeys(this.#options);
    const connection = await this.#openOrReplace();
    this.#settled = false;
    try {
      const store = new Store(connection, keys);
      await store.reseal();
      return { connection, store, file: await fileAt(this.#file), readOnly: null };
    } catch (error) {
      await connection.close().catch(() => {});
      throw error;
    }
  }

  async #openOrReplace(): Promise<Connection> {
    try {
      return await openDatabase(this.#file);
    } catch (error) {
      if (error instanceof FromTheFuture) throw new StorageError(error.message, { cause: error });
      const damage = asDamage(error);
      if (damage === null) throw error;
      await this.#replace(damage);
      return openDatabase(this.#file);
    }
  }

  /** Reads a copy: SQLite can't recover a write-ahead log where it can't write (sqlite.org/wal.html#readonly). */
  #connectForReading(readOnly: StorageError): Promise<Link> {
    return this.#withCopy(async (copy) => {
      const keys = await readKeys(this.#options);
      const connection = await openDatabase(copy);
      return { connection, store: new Store(connection, keys), file: null, readOnly };
    });
  }

  /** Begins a new file with what the damaged one still holds, and moves the damaged one aside. */
  async #replace(damage: Damaged): Promise<VaultNotice> {
    await this.#unlink();
    const keys = await readKeys(this.#options);
    const rescued = await this.#rescue(keys);
    const unfinished = await build(this.#file, (connection) => refill(new Store(connection, keys), rescued));
    const aside = await moveAside(this.#options.directory, DATABASE, SIDECARS);
    await publish(unfinished, this.#file);
    const kept = rescued.authorizations.length > 0;
    const sentences = [
      `The database ${this.#file} ${damage.message}.`,
      `It was moved to ${aside.path} and a new one was begun${kept ? " with the authorization that was in it" : ""}.`,
      ...(aside.removed === null ? [] : [`The oldest damaged copy, ${aside.removed}, was removed.`]),
    ];
    return this.#notice({ type: "moved-aside", path: aside.path, reason: sentences.join(" ") });
  }

  async #rescue(keys: KeyRing): Promise<Rescued> {
    try {
      return await this.#withCopy((copy) => rescue(copy, keys));
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
        await moveAside(this.#options.directory, DATABASE, SIDECARS);
        break;
      }
    await publish(await build(this.#file, async () => {}), this.#file);
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
}
