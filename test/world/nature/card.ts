/**
 * A memory card under a file system that promises no more than fsync(2) does: content is safe after an fsync of the
 * file, names after an fsync of the directory, and of everything since a power cut may leave any part.
 */

/** Bytes that are written whole or not at all, */
const SECTOR = 512;
/** and those around a write under way that a power cut may destroy. */
const ERASED_TOGETHER = 4096;

/** What no card holds: it is gone with the power, and never fails. */
const IN_MEMORY = "/run/";

/** Milliseconds that an operation takes. */
const USUAL_MS = { read: 0.05, write: 0.1, name: 0.2, sync: 4 } as const;

export type Action = keyof typeof USUAL_MS;

type Change =
  | { readonly do: "write"; readonly offset: number; readonly bytes: Buffer }
  | { readonly do: "truncate"; readonly size: number };

/** What is under a name. Two names of the same one have the same number. */
export interface Inode {
  readonly number: number;
  readonly directory: boolean;
  readonly inMemory: boolean;
  mode: number;
  /** As programs see it. */
  content: Buffer;
  size: number;
  /** What a power cut leaves in any case, and what it may leave of what was done since. */
  safe: Buffer;
  changes: Change[];
}

/** As node:fs throws them. */
export class CardError extends Error {
  readonly code: string;

  constructor(code: string, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

/** What is wrong with the card at present. */
export interface Ailments {
  /** Calls that fail from now on, with EIO. */
  broken: number;
  full: boolean;
  readOnly: boolean;
  /** Milliseconds that each sync takes longer. */
  slow: number;
  /** Milliseconds that the next call takes longer. */
  stall: number;
}

export class Card {
  readonly ailments: Ailments = { broken: 0, full: false, readOnly: false, slow: 0, stall: 0 };
  readonly #random: () => number;
  readonly #called: () => void;
  #names = new Map<string, Inode>();
  #safeNames = new Map<string, Inode>();
  /** What was done to names since they were safe, in order: a journal keeps it. */
  #renames: ((names: Map<string, Inode>) => void)[] = [];
  #lastNumber = 0;
  #lastWrite: { readonly inode: Inode; readonly offset: number } | null = null;
  #spent = 0;

  /**
   * @param random chooses what a power cut leaves
   * @param called told of every call before it takes effect; where it throws, it has none
   */
  constructor(random: () => number, called: () => void) {
    this.#random = random;
    this.#called = called;
    this.#addRoots();
  }

  /** Milliseconds that `work` takes the card. */
  measure<T>(work: () => T): { readonly value: T; readonly ms: number } {
    this.#spent = 0;
    const value = work();
    return { value, ms: this.#spent };
  }

  get spent(): number {
    return this.#spent;
  }

  find(path: string): Inode | null {
    return this.#names.get(path) ?? null;
  }

  at(path: string): Inode {
    const inode = this.find(path);
    if (inode === null) throw new CardError("ENOENT", path);
    return inode;
  }

  list(directory: string): string[] {
    const prefix = `${directory}/`;
    return [...this.#names.keys()]
      .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"))
      .map((path) => path.slice(prefix.length))
      .sort();
  }

  make(path: string, mode: number, directory = false): Inode {
    if (this.find(path) !== null) throw new CardError("EEXIST", path);
    const inMemory = path.startsWith(IN_MEMORY);
    this.#call("name", path, inMemory, true);
    const inode = this.#inode(directory, inMemory, mode);
    this.#rename(inMemory, (names) => names.set(path, inode));
    return inode;
  }

  remove(path: string): void {
    const inode = this.at(path);
    this.#call("name", path, inode.inMemory);
    this.#rename(inode.inMemory, (names) => names.delete(path));
  }

  move(path: string, to: string): void {
    const inode = this.at(path);
    this.#call("name", path, inode.inMemory);
    this.#rename(inode.inMemory, (names) => {
      names.delete(path);
      names.set(to, inode);
    });
  }

  read(inode: Inode, into: Uint8Array, offset: number): number {
    this.#call("read", "", inode.inMemory);
    const part = inode.content.subarray(offset, Math.min(offset + into.length, inode.size));
    into.set(part);
    return part.length;
  }

  write(inode: Inode, bytes: Uint8Array, offset: number): void {
    this.#call("write", "", inode.inMemory, offset + bytes.length > inode.size);
    const change: Change = { do: "write", offset, bytes: Buffer.from(bytes) };
    this.#lastWrite = { inode, offset };
    this.#change(inode, change);
  }

  truncate(inode: Inode, size: number): void {
    this.#call("write", "", inode.inMemory);
    this.#change(inode, { do: "truncate", size });
  }

  sync(inode: Inode): void {
    this.#call("sync", "", inode.inMemory);
    for (const change of inode.changes) inode.safe = applied(inode.safe, change);
    inode.changes = [];
  }

  syncNames(): void {
    this.#call("sync", "", false);
    this.#safeNames = new Map(this.#names);
    this.#renames = [];
  }

  /** Whether it may be written at all. */
  get writable(): boolean {
    return !this.ailments.readOnly;
  }

  /** The power goes: what was not safe is there, or not, or in part. */
  cutPower(): void {
    const kept = Math.floor(this.#random() * (this.#renames.length + 1));
    const names = new Map(this.#safeNames);
    for (const rename of this.#renames.slice(0, kept)) rename(names);
    this.#names = new Map([...names].filter(([, { inMemory }]) => !inMemory));
    this.#safeNames = new Map(this.#names);
    this.#renames = [];
    this.#addRoots();
    for (const inode of new Set(this.#names.values())) this.#wreck(inode);
    this.#lastWrite = null;
  }

  #addRoots(): void {
    for (const directory of ["/", IN_MEMORY.slice(0, -1)])
      this.#names.set(directory, this.#inode(true, true, 0o755));
  }

  #wreck(inode: Inode): void {
    const chance = [0, 1, this.#random()][Math.floor(this.#random() * 3)] as number;
    let left: Buffer = Buffer.from(inode.safe);
    for (const change of inode.changes) left = this.#partOf(left, change, chance);
    const last = this.#lastWrite;
    if (last?.inode === inode && inode.changes.length > 0 && this.#random() < 0.5) {
      const begin = Math.floor(last.offset / ERASED_TOGETHER) * ERASED_TOGETHER;
      left.fill(0xff, begin, Math.min(left.length, begin + ERASED_TOGETHER));
    }
    inode.content = left;
    inode.size = left.length;
    inode.safe = Buffer.from(left);
    inode.changes = [];
  }

  #partOf(before: Buffer, change: Change, chance: number): Buffer {
    if (change.do === "truncate") return this.#random() < chance ? resized(before, change.size) : before;
    let left = before;
    const { offset, bytes } = change;
    for (let at = offset; at < offset + bytes.length; ) {
      const end = Math.min((Math.floor(at / SECTOR) + 1) * SECTOR, offset + bytes.length);
      if (this.#random() < chance) {
        if (left.length < end) left = resized(left, end);
        left.set(bytes.subarray(at - offset, end - offset), at);
      }
      at = end;
    }
    return left;
  }

  #call(action: Action, path: string, inMemory: boolean, grows = false): void {
    if (inMemory) return;
    this.#called();
    const { ailments } = this;
    this.#spent += USUAL_MS[action] + ailments.stall + (action === "sync" ? ailments.slow : 0);
    ailments.stall = 0;
    if (ailments.broken > 0) {
      ailments.broken -= 1;
      throw new CardError("EIO", path);
    }
    if (action === "read" || action === "sync") return;
    if (ailments.readOnly) throw new CardError("EROFS", path);
    if (ailments.full && grows) throw new CardError("ENOSPC", path);
  }

  #change(inode: Inode, change: Change): void {
    if (!inode.inMemory) inode.changes.push(change);
    const size =
      change.do === "truncate" ? change.size : Math.max(inode.size, change.offset + change.bytes.length);
    if (size > inode.content.length)
      inode.content = resized(inode.content, Math.max(size, inode.content.length * 2));
    if (size < inode.size) inode.content.fill(0, size, inode.size);
    if (change.do === "write") inode.content.set(change.bytes, change.offset);
    inode.size = size;
  }

  #rename(inMemory: boolean, rename: (names: Map<string, Inode>) => void): void {
    rename(this.#names);
    if (!inMemory) this.#renames.push(rename);
  }

  #inode(directory: boolean, inMemory: boolean, mode: number): Inode {
    this.#lastNumber += 1;
    const empty = Buffer.alloc(0);
    const number = this.#lastNumber;
    return { number, directory, inMemory, mode, content: empty, size: 0, safe: empty, changes: [] };
  }
}

function applied(before: Buffer, change: Change): Buffer {
  if (change.do === "truncate") return resized(before, change.size);
  const end = change.offset + change.bytes.length;
  const after = before.length < end ? resized(before, end) : before;
  after.set(change.bytes, change.offset);
  return after;
}

function resized(bytes: Buffer, size: number): Buffer {
  const other = Buffer.alloc(size);
  bytes.copy(other, 0, 0, size);
  return other;
}
