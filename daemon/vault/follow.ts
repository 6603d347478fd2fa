import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { Identity } from "../contract/identity.ts";
import { StorageError, type StorageTrouble, type VaultNotice } from "../contract/storage.ts";
import { backOff } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import { Listeners } from "../core/listeners.ts";
import { Turns } from "../core/turns.ts";
import type { Disk } from "./disk.ts";
import {
  endOf,
  held,
  type Memory,
  merged,
  NOTHING,
  renewsLike,
  whyUnreadable,
  withAuthorization,
  withoutAuthorization,
} from "./memory.ts";
import { type Vault, VaultBusy, VaultKeyError } from "./vault.ts";

/** How long a disk that has refused is left alone. */
const RETRY = { first: 1_000, most: 60_000 };

/**
 * Milliseconds after which a disk that has not come to the end of a step counts as failing: ten seconds for each of the
 * three syncs that may be in one. A slow card is slow, and not failing, however many steps an attempt takes.
 */
const STALL_MS = 30_000;
/** The start waits no longer than this for all that it asks of the disk: a person looks at the screen. */
const START_MS = 20_000;

/** A file of ours that others take away or exchange is noticed within this time. */
const LOOK_MS = 60_000;

/** Lines of history that wait in memory for the disk. */
const WAITING_LINES = 500;

/**
 * The vault of a running daemon. A disk that can't be opened is a trouble like any other: the daemon goes on from memory.
 * Memory is the truth and the disk follows: each pass brings the disk to what memory holds. The disk knows what it has,
 * so that a pass over nothing new costs it nothing.
 */
export class MemoryFirstVault implements Vault {
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #listeners = new Listeners();

  #memory = NOTHING;
  /** What the disk held when it was asked last. */
  #found: Memory | null = null;
  /** The identity on the disk that one chosen without it must not replace, until a person has paired that one. */
  #elder: Identity | null = null;
  #lines: HistoryEntry[] = [];
  /** What could not be read of what was asked for. */
  readonly #unreadable: VaultNotice[] = [];

  #trouble: StorageTrouble | null = null;
  /** The refusal that stands for an answer while the disk gives none. */
  #stalled: StorageError | null = null;
  /** What the listeners were last called for. */
  #told: string | null = null;
  #noticesTold = 0;
  readonly #turns = new Turns();
  /** The pass that waits for its turn: what is remembered meanwhile goes with it. */
  #waiting: Promise<StorageError | null> | null = null;
  #cancelRetry: () => void = () => {};
  #cancelLook: () => void = () => {};
  /** Refusals in a row. */
  #refusals = 0;
  #started = false;
  #closed = false;

  constructor(clock: Clock, disk: Disk) {
    this.#clock = clock;
    this.#disk = disk;
  }

  get notices(): readonly VaultNotice[] {
    return [...this.#disk.notices, ...this.#unreadable];
  }

  failing(): StorageTrouble | null {
    return this.#trouble;
  }

  unsaved(clientId: string): boolean {
    const ours = held(this.#memory, clientId);
    return ours !== null && !renewsLike(ours, held(this.#disk.stored, clientId));
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Keeps every second daemon from the directories. The first that is asked of the disk.
   *
   * @throws {VaultBusy}
   */
  async claim(): Promise<void> {
    await this.#attempt(() => this.#disk.claim());
  }

  /**
   * Reads what the disk holds; where that is nothing, what is to hold it is made meanwhile. Unlike later, a busy directory
   * or a bad key ends the start.
   *
   * @throws {VaultBusy | VaultKeyError}
   */
  async open(): Promise<void> {
    try {
      let blank = false;
      await this.#attempt(async () => {
        blank = await this.#disk.isBlank();
      });
      const followed = this.#follow();
      if (!blank) await followed;
      this.#started = true;
      this.#lookLater();
    } catch (error) {
      await this.#disk.close();
      throw error;
    }
  }

  async identity(): Promise<Identity | null> {
    return this.#memory.identity;
  }

  rememberIdentity(identity: Identity): Promise<void> {
    return this.#remember({ ...this.#memory, identity });
  }

  async authorization(clientId: string): Promise<StoredAuthorization | null> {
    const reason = whyUnreadable(this.#memory, clientId);
    if (reason !== null && !this.#unreadable.some((known) => known.reason === reason)) {
      this.#unreadable.push({ type: "unreadable", reason });
      this.#announce();
    }
    return held(this.#memory, clientId);
  }

  storeAuthorization(authorization: StoredAuthorization): Promise<void> {
    return this.#remember(withAuthorization(this.#memory, authorization));
  }

  forgetAuthorization(clientId: string, end: StoredEnd | null): Promise<void> {
    return this.#remember(withoutAuthorization(this.#memory, clientId, end));
  }

  async lastEnd(clientId: string): Promise<StoredEnd | null> {
    return endOf(this.#memory, clientId);
  }

  async probe(intent?: StoredAuthorization): Promise<void> {
    if (intent !== undefined) this.#memory = withAuthorization(this.#memory, intent);
    const refusal = await this.#attempt(() => this.#prove());
    if (refusal !== null) throw refusal;
  }

  record(entry: HistoryEntry): Promise<void> {
    this.#lines = [...this.#lines, entry].slice(-WAITING_LINES);
    return this.#follow();
  }

  async history(limit: number): Promise<readonly HistoryEntry[]> {
    let stored: readonly HistoryEntry[] = [];
    await this.#attempt(async () => {
      stored = await this.#disk.history(limit);
    });
    return [...this.#lines.toReversed(), ...stored].slice(0, limit);
  }

  async verify(): Promise<VaultNotice | null> {
    let notice: VaultNotice | null = null;
    await this.#attempt(async () => {
      notice = await this.#disk.verify();
    });
    return notice;
  }

  /** What the disk does not take now is lost; a disk that does not even answer is left to the end of the process. */
  async close(): Promise<void> {
    if (!this.#started) return this.#disk.close();
    await this.#follow();
    this.#closed = true;
    this.#cancelRetry();
    this.#cancelLook();
    if (this.#stalled !== null) return;
    await this.#turns.take(() => this.#disk.close());
  }

  #remember(memory: Memory): Promise<void> {
    this.#memory = memory;
    return this.#follow();
  }

  /** Brings the disk to what memory holds, as far as it lets us. */
  async #follow(): Promise<void> {
    if (this.#stalled !== null) return;
    this.#waiting ??= this.#attempt(() => (this.#trouble === null ? this.#bring() : this.#prove()));
    await this.#waiting;
  }

  /** What changes nothing costs the disk nothing but the look. A disk that hangs meanwhile is told by who needs it. */
  #lookLater(): void {
    this.#cancelLook = this.#clock.after(LOOK_MS, () => {
      const look = this.#trouble === null ? this.#turns.take(() => this.#try(() => this.#bring())) : null;
      void Promise.resolve(look).finally(() => !this.#closed && this.#lookLater());
    });
  }

  async #bring(): Promise<void> {
    const lines = this.#lines;
    await this.#disk.write(this.#decide, lines);
    this.#lines = this.#lines.filter((line) => !lines.includes(line));
  }

  /** A disk that has refused is well again when it has taken a write, and not when there was nothing to write. */
  async #prove(): Promise<void> {
    if (this.#lines.length > 0) await this.#bring();
    await this.#disk.probe(this.#decide);
    this.#cancelRetry();
    this.#refusals = 0;
    this.#trouble = null;
  }

  /** Takes note of what a disk holds that was not asked before, and decides what it is to hold. */
  readonly #decide = (found: Memory): Memory => {
    if (found !== this.#found) {
      if (this.#found === null && this.#memory.identity !== null) this.#elder = found.identity;
      this.#memory = merged(found, this.#memory);
    }
    const { identity } = this.#memory;
    if (identity !== null && held(this.#memory, identity.clientId) !== null) this.#elder = null;
    this.#found = this.#elder === null ? this.#memory : { ...this.#memory, identity: this.#elder };
    return this.#found;
  };

  /**
   * Does `work` on the disk, after what was begun before. Resolves to what the disk refused, or null; at the latest
   * when the disk has stalled, while the work goes on behind it.
   */
  #attempt(work: () => Promise<void>): Promise<StorageError | null> {
    if (this.#stalled !== null) return Promise.resolve(this.#stalled);
    const asked = this.#clock.elapsed();
    const done = this.#turns.take(() => this.#try(work));
    return new Promise((resolve, reject) => {
      let cancel = () => {};
      const watch = () => {
        const left = this.#patienceEnds(asked) - this.#clock.elapsed();
        if (left > 0) cancel = this.#clock.after(left, watch);
        else resolve(this.#stall());
      };
      watch();
      done.then(resolve, reject).finally(() => cancel());
    });
  }

  #patienceEnds(asked: number): number {
    return this.#started ? Math.max(asked, this.#disk.answeredAt) + STALL_MS : asked + START_MS;
  }

  #stall(): StorageError {
    this.#stalled ??= new StorageError(
      this.#started
        ? `The storage has not answered for ${STALL_MS / 1000} seconds: the card may be failing.`
        : `The storage has not told within ${START_MS / 1000} seconds what it holds: the card may be failing.`,
    );
    this.#failed(this.#stalled);
    return this.#stalled;
  }

  async #try(work: () => Promise<void>): Promise<StorageError | null> {
    this.#waiting = null;
    try {
      if (this.#closed) throw new StorageError("The vault is closed.");
      const known = this.#disk.notices.length;
      await work().finally(() => this.#answered());
      // A file that was found damaged meanwhile has been replaced by an empty one.
      if (this.#disk.notices.length > known) await this.#bring();
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
      this.#refusals += 1;
      this.#cancelRetry = this.#clock.after(backOff(this.#refusals, RETRY, 1), () => void this.#follow());
    }
    this.#announce();
  }

  #announce(): void {
    const now = this.#trouble?.reason ?? null;
    if (now === this.#told && this.notices.length === this.#noticesTold) return;
    this.#told = now;
    this.#noticesTold = this.notices.length;
    this.#listeners.tell();
  }
}
