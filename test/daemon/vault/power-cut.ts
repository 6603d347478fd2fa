import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** One thing that changed what a directory holds, as storage-log.c wrote it down. */
export type Operation =
  | { readonly kind: "create" | "sync" | "unlink"; readonly path: string }
  | { readonly kind: "write"; readonly path: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly path: string; readonly length: number }
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  | { readonly kind: "mark"; readonly text: string };

/** Reads a log; paths are relative to `root`, and "" is the directory itself. */
export function readLog(file: string, root: string): Operation[] {
  const log = readFileSync(file);
  const operations: Operation[] = [];
  for (let at = 0; at < log.length; ) {
    const kind = String.fromCharCode(log.readUInt8(at));
    const pathLength = log.readUInt32LE(at + 1);
    const dataLength = log.readUInt32LE(at + 5);
    const offset = Number(log.readBigUInt64LE(at + 9));
    const begin = at + 17 + pathLength;
    const path = relative(root, log.toString("utf8", at + 17, begin));
    const data = log.subarray(begin, begin + dataLength);
    at = begin + dataLength;
    operations.push(operation(kind, path, offset, data, root));
  }
  return operations;
}

function operation(kind: string, path: string, offset: number, data: Buffer, root: string): Operation {
  switch (kind) {
    case "c":
      return { kind: "create", path };
    case "s":
      return { kind: "sync", path };
    case "u":
      return { kind: "unlink", path };
    case "w":
      return { kind: "write", path, offset, data };
    case "t":
      return { kind: "truncate", path, length: offset };
    case "r":
      return { kind: "rename", path, to: relative(root, data.toString("utf8")) };
    case "m":
      return { kind: "mark", text: data.toString("utf8").trim() };
    default:
      throw new TypeError(`${kind} is no operation`);
  }
}

/** Bytes that a disk writes whole or not at all. */
const SECTOR = 512;

type Change = Extract<Operation, { kind: "write" | "truncate" }>;

/** A file's content: what the last fsync made sure of, and what was done since. */
interface Inode {
  synced: Buffer;
  pending: Change[];
}

/** The files that are found after a power cut, by name. */
export type Wreck = ReadonlyMap<string, Buffer>;

/**
 * A disk that promises no more than fsync(2) does: content is safe after an fsync of the file, names after an fsync
 * of the directory, and of everything since any part may be there.
 */
export class PowerlessDisk {
  #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();

  perform(operation: Operation): void {
    switch (operation.kind) {
      case "create":
        this.#names.set(operation.path, { synced: Buffer.alloc(0), pending: [] });
        return;
      case "write":
      case "truncate":
        this.#inode(operation.path).pending.push(operation);
        return;
      case "sync":
        if (operation.path === "") this.#syncedNames = new Map(this.#names);
        else settle(this.#inode(operation.path));
        return;
      case "unlink":
        this.#names.delete(operation.path);
        return;
      case "rename":
        this.#names.set(operation.to, this.#inode(operation.path));
        this.#names.delete(operation.path);
        return;
      case "mark":
        return;
    }
  }

  /** What may be found when the power goes now. `random` chooses where there are too many ways to try them all. */
  *wrecks(random: () => number): Generator<Wreck> {
    for (const names of [this.#names, this.#syncedNames]) {
      yield found(names, whole);
      yield found(names, ({ synced }) => synced);
      yield found(names, grownByZeros);
      yield found(names, lastAlone);
      yield found(names, (inode) => someSectors(inode, random));
      yield found(names, (inode) => someSectors(inode, random));
    }
  }

  /** What may be found when the power goes while the next operation is being done: cut at every sector. */
  *cuts(next: Operation): Generator<Wreck> {
    if (next.kind !== "write") return;
    const inode = this.#inode(next.path);
    const before = whole(inode);
    const first = Math.ceil((next.offset + 1) / SECTOR) * SECTOR;
    for (let end = first; end < next.offset + next.data.length; end += SECTOR) {
      const cut = apply(before, { ...next, data: next.data.subarray(0, end - next.offset) });
      yield found(this.#names, (other) => (other === inode ? cut : whole(other)));
      yield found(this.#names, (other) => (other === inode ? spoilSector(before, cut, end) : whole(other)));
    }
    const cut = apply(before, next);
    const end = next.offset + next.data.length;
    yield found(this.#names, (other) => (other === inode ? spoilSector(before, cut, end) : whole(other)));
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new TypeError(`${path} is not there`);
    return inode;
  }
}

/** Tells wrecks apart. */
export function digest(wreck: Wreck): string {
  const hash = createHash("sha256");
  for (const [name, content] of [...wreck].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\n${content.length}\n`).update(content);
  return hash.digest("hex");
}

function found(names: ReadonlyMap<string, Inode>, content: (inode: Inode) => Buffer): Wreck {
  return new Map([...names].map(([name, inode]) => [name, content(inode)]));
}

function settle(inode: Inode): void {
  inode.synced = whole(inode);
  inode.pending = [];
}

function whole({ synced, pending }: Inode): Buffer {
  return pending.reduce(apply, synced);
}

/** The file has grown and the new part was never written, as with delayed allocation. */
function grownByZeros(inode: Inode): Buffer {
  const grown = Buffer.alloc(Math.max(whole(inode).length, inode.synced.length));
  inode.synced.copy(grown);
  return grown;
}

function lastAlone({ synced, pending }: Inode): Buffer {
  return pending.slice(-1).reduce(apply, synced);
}

/** Any sectors of the changes, in no order. */
function someSectors({ synced, pending }: Inode, random: () => number): Buffer {
  let content = synced;
  for (const change of pending) {
    if (change.kind === "truncate") {
      if (random() < 0.5) content = apply(content, change);
      continue;
    }
    const { offset, data } = change;
    for (let begin = 0; begin < data.length; ) {
      const end = Math.min(data.length, (Math.floor((offset + begin) / SECTOR) + 1) * SECTOR - offset);
      if (random() < 0.5)
        content = apply(content, { ...change, offset: offset + begin, data: data.subarray(begin, end) });
      begin = end;
    }
  }
  return content;
}

/** The sector that was being written when the power went, at `end`, is lost with all that was in it. */
function spoilSector(before: Buffer, cut: Buffer, end: number): Buffer {
  const begin = Math.floor((end - 1) / SECTOR) * SECTOR;
  const spoiled = Buffer.from(cut);
  spoiled.fill(0xa5, begin, Math.min(begin + SECTOR, Math.max(before.length, cut.length)));
  return spoiled;
}

function apply(content: Buffer, change: Change): Buffer {
  const length =
    change.kind === "truncate" ? change.length : Math.max(content.length, change.offset + change.data.length);
  const changed = Buffer.alloc(length);
  content.copy(changed);
  if (change.kind === "write") change.data.copy(changed, change.offset);
  return changed;
}
