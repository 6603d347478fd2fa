import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { StoredIdentity } from "../contract/identity.ts";
import { StorageError, type StorageTrouble, type VaultNotice } from "../contract/storage.ts";
import type { Clock } from "../core/clock.ts";
import { type DiskVault, type ResilientVault, VaultBusy, VaultKeyError } from "./vault.ts";

/** Milliseconds until the disk is tried again: doubled from the first to the last. */
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 60_000;

/** Milliseconds after which a disk that has not answered counts as failing. A healthy card may stall for seconds. */
const STALL_MS = 10_000;

/** Lines of history that wait in memory for the disk. */
const WAITING_LINES = 500;

/** An authorization that was forgotten in this life, and how it ended. */
interface Forgotten {
  readonly forgotten: StoredEnd | null;
}

function isForgotten(known: StoredAuthorization | Forgotten): known is Forgotten {
  return "forgotten" in known;
}

export interface ResilientOptions {
  readonly clock: Clock;
  /** Opens the vault on the disk; called until it succeeds. */
  readonly open: () => Promise<DiskVault>;
}

/**
 * Opens the daemon's vault. A disk that can't be opened is a trouble like any other: the daemon starts from memory.
 *
 * @throws {VaultBusy} another daemon has this state directory
 * @throws {VaultKeyError} a credential is no key
 */
export async function openResilientVault(options: ResilientOptions): Promise<ResilientVault> {
  const vault = new MemoryFirstVault(options);
  await vault.open();
  return vault;
}

/**
 * Memory is the truth and the disk follows. Each pass brings the disk to what memory holds; since the disk compares
 * before it writes, a pass over values that it has costs it nothing.
 */
export class MemoryFirstVault implements ResilientVault {
  readonly #clock: Clock;
  readonly #open: () => Promise<DiskVault>;
  readonly #listeners = new Set<() => void>();

  #disk: DiskVault | null = null;
  #identity: StoredIdentity | null = null;
  /** Whether `#identity` was chosen before the disk could be asked: then it never replaces one that is there. */
  #identityBlind = false;
  #identityAsked = false;
  /** Every authorization that was read, stored or forgotten in this life. */
  readonly #authorizations = new Map<string, StoredAuthorization | Forgotten>();
  #lines: HistoryEntry[] = [];

  #trouble: StorageTrouble | null = null;
  /** The refusal that stands for an answer while the disk gives none. */
  #stalled: StorageError | null = null;
  /** What the listeners were last called for. */
  #told: string | null = null;
  #noticesTold = 0;
  #tail: Promise<unknown> = Promise.resolve();
  /** The pass that waits for its turn: what is remembered meanwhile goes with it. */
  #waiting: Promise<StorageError | null> | null = null;
  #cancelRetry: () => void = () => {};
  #retryIn = RETRY_FIRST_MS;
  #started = false;
  #closed = false;

  constructor(options: ResilientOptions) {
    this.#clock = options.clock;
    this.#open = options.open;
  }

  get notices(): readonly VaultNotice[] {
    return this.#disk?.notices ?? [];
  }

  failing(): StorageTrouble | null {
    return this.#trouble;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Does nothing with the disk before this. Unlike later, a busy directory or a bad key ends the start.
   *
   * @throws {VaultBusy | VaultKeyError}
   */
  async open(): Promise<void> {
    await this.#attempt(async (disk) => {
      if (disk.readOnly !== null) throw disk.readOnly;
    });
    this.#started = true;
  }

  async identity(): Promise<StoredIdentity | null> {
    if (this.#identity !== null) return this.#identity;
    await this.#attempt(async (disk) => {
      const found = await disk.identity();
      this.#identityAsked = true;
      this.#identity ??= found;
    });
    return this.#identity;
  }

  async rememberIdentity(identity: StoredIdentity): Promise<void> {
    this.#identity = identity;
    this.#identityBlind = !this.#identityAsked;
    await this.#follow();
  }

  async authorization(clientId: string): Promise<StoredAuthorization | null> {
    if (!this.#authorizations.has(clientId))
      await this.#attempt(async (disk) => {
        const found = await disk.authorization(clientId);
        if (found !== null && !this.#authorizations.has(clientId)) this.#authorizations.set(clientId, found);
      });
    return this.#held(clientId);
  }

  async storeAuthorization(authorization: StoredAuthorization): Promise<void> {
    this.#authorizations.set(authorization.clientId, authorization);
    await this.#follow();
  }

  async forgetAuthorization(clientId: string, end: StoredEnd | null): Promise<void> {
    this.#authorizations.set(clientId, { forgotten: end });
    await this.#follow();
  }

  async lastEnd(clientId: string): Promise<StoredEnd | null> {
    const known = this.#authorizations.get(clientId);
    if (known !== undefined) return isForgotten(known) ? known.forgotten : null;
    let end: StoredEnd | null = null;
    await this.#attempt(async (disk) => {
      end = await disk.lastEnd(clientId);
    });
    return end;
  }

  async probe(): Promise<void> {
    const refusal = await this.#attempt((disk) => this.#prove(disk));
    if (refusal !== null) throw refusal;
  }

  async record(entry: HistoryEntry): Promise<void> {
    this.#lines = [...this.#lines, entry].slice(-WAITING_LINES);
    await this.#follow();
  }

  async history(limit: number): Promise<readonly HistoryEntry[]> {
    let stored: readonly HistoryEntry[] = [];
    await this.#attempt(async (disk) => {
      stored = await disk.history(limit);
    });
    return [...this.#lines.toReversed(), ...stored].slice(0, limit);
  }

  async verify(): Promise<VaultNotice | null> {
    let notice: VaultNotice | null = null;
    await this.#attempt(async (disk) => {
      notice = await disk.verify();
    });
    return notice;
  }

  /** What the disk does not take now is lost; a disk that does not even answer is left to the end of the process. */
  async close(): Promise<void> {
    await this.#follow();
    this.#closed = true;
    this.#cancelRetry();
    if (this.#stalled === null) await this.#disk?.close();
  }

  #held(clientId: string): StoredAuthorization | null {
    const known = this.#authorizations.get(clientId);
    return known === undefined || isForgotten(known) ? null : known;
  }

  /** Brings the disk to what memory holds, as far as it lets us. */
  async #follow(): Promise<void> {
    if (this.#stalled !== null) return;
    this.#waiting ??= this.#attempt((disk) =>
      this.#trouble === null ? this.#bring(disk) : this.#prove(disk),
    );
    await this.#waiting;
  }

  async #bring(disk: DiskVault): Promise<void> {
    const identity = this.#identity;
    if (identity !== null) {
      if (this.#identityBlind)
        this.#identityBlind = (await disk.identity()) !== null && this.#held(identity.clientId) === null;
      if (!this.#identityBlind) await disk.rememberIdentity(identity);
    }
    for (const [clientId, known] of this.#authorizations)
      if (isForgotten(known)) await disk.forgetAuthorization(clientId, known.forgotten);
      else await disk.storeAuthorization(known);
    for (let line = this.#lines[0]; line !== undefined; line = this.#lines[0]) {
      await disk.record(line);
      if (this.#lines[0] === line) this.#lines = this.#lines.slice(1);
    }
  }

  /** A disk that has refused is well again when it has taken a write, and not when there was nothing to write. */
  async #prove(disk: DiskVault): Promise<void> {
    await this.#bring(disk);
    await disk.probe();
    this.#cancelRetry();
    this.#retryIn = RETRY_FIRST_MS;
    this.#trouble = null;
  }

  /**
   * Does `work` on the disk, after what was begun before. Resolves to what the disk refused, or null; at the latest
   * when the disk has stalled, while the work goes on behind it.
   */
  #attempt(work: (disk: DiskVault) => Promise<void>): Promise<StorageError | null> {
    if (this.#stalled !== null) return Promise.resolve(this.#stalled);
    const done = this.#tail.then(() => this.#try(work));
    this.#tail = done.catch(() => {});
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(STALL_MS, () => {
        this.#stalled = new StorageError(
          "The storage has not answered for 10 seconds: the card may be failing.",
        );
        this.#failed(this.#stalled);
        resolve(this.#stalled);
      });
      done.then(resolve, reject).finally(cancel);
    });
  }

  async #try(work: (disk: DiskVault) => Promise<void>): Promise<StorageError | null> {
    this.#waiting = null;
    try {
      if (this.#closed) throw new StorageError("The vault is closed.");
      this.#disk ??= await this.#open().finally(() => this.#answered());
      const known = this.#disk.notices.length;
      await work(this.#disk).finally(() => this.#answered());
      // A file that was found damaged meanwhile has been replaced by an empty one.
      if (this.#disk.notices.length > known) await this.#bring(this.#disk);
      this.#announce();
      return null;
    } catch (error) {
      const refusal = this.#asRefusal(error);
      if (refusal === null) throw error;
      this.#failed(refusal);
      return refusal;
    }
  }

  /** After the start, a directory that another daemon took or a key that went bad is one more way to fail. */
  #asRefusal(error: unknown): StorageError | null {
    if (error instanceof StorageError) return error;
    const later = error instanceof VaultBusy || error instanceof VaultKeyError;
    return this.#started && later ? new StorageError(error.message, { cause: error }) : null;
  }

  /** A disk that had stalled has to be caught up with. */
  #answered(): void {
    if (this.#stalled === null) return;
    this.#stalled = null;
    void this.#follow();
  }

  #failed(refusal: StorageError): void {
    this.#trouble = { since: this.#trouble?.since ?? this.#clock.wall(), reason: refusal.message };
    this.#cancelRetry();
    if (!this.#closed) {
      this.#cancelRetry = this.#clock.after(this.#retryIn, () => void this.#follow());
      this.#retryIn = Math.min(this.#retryIn * 2, RETRY_LAST_MS);
    }
    this.#announce();
  }

  #announce(): void {
    const now = this.#trouble?.reason ?? null;
    if (now === this.#told && this.notices.length === this.#noticesTold) return;
    this.#told = now;
    this.#noticesTold = this.notices.length;
    for (const listener of this.#listeners) listener();
  }
}
