/** Stands in for node:fs/promises: as much of it as the vault uses, on the card of the world. */
import { dirname } from "node:path";
import { CardError, type Inode } from "./card.ts";
import { nature } from "./nature.ts";

/** Answers when the card would have; never, where the process that asked is dead by then. */
function call<T>(work: () => T): Promise<T> {
  const { scheduler, card, life } = nature();
  return new Promise((resolve, reject) => {
    if (!life.lives) return;
    let settle: () => void;
    let ms = 0;
    try {
      const measured = card.measure(work);
      ms = measured.ms;
      settle = () => resolve(measured.value);
    } catch (error) {
      ms = card.spent;
      settle = () => reject(error as Error);
    }
    scheduler.after(ms, () => life.lives && settle());
  });
}

const card = () => nature().card;

class Handle {
  readonly #inode: Inode;

  constructor(inode: Inode) {
    this.#inode = inode;
  }

  read(buffer: Buffer, offset: number, length: number, position: number) {
    return call(() => {
      const bytesRead = card().read(this.#inode, buffer.subarray(offset, offset + length), position);
      return { bytesRead, buffer };
    });
  }

  stat() {
    return call(() => stats(this.#inode));
  }

  sync() {
    return call(() => (this.#inode.directory ? card().syncNames() : card().sync(this.#inode)));
  }

  datasync() {
    return this.sync();
  }

  async close() {}
}

/** @param flags of open(2), or as node:fs writes them: only "r" and "wx" are asked for */
export function open(path: string, flags: string | number = "r", mode = 0o666) {
  return call(() => new Handle(flags === "wx" ? card().make(path, mode) : card().at(path)));
}

export function stat(path: string) {
  return call(() => stats(card().at(path)));
}

function stats({ number, size, mode }: Inode) {
  return { dev: 1, ino: number, size, mode };
}

export function access(path: string, mode = 0) {
  return call(() => {
    const { inMemory } = card().at(path);
    // access(2): W_OK on a read-only file system.
    if ((mode & 2) !== 0 && !inMemory && !card().writable) throw new CardError("EROFS", path);
  });
}

export function readFile(path: string) {
  return call(() => content(card().at(path)));
}

function content(inode: Inode): Buffer {
  const bytes = Buffer.alloc(inode.size);
  card().read(inode, bytes, 0);
  return bytes;
}

export function writeFile(path: string, text: string, { mode }: { mode: number }) {
  return call(() => card().write(card().make(path, mode), Buffer.from(text), 0));
}

export function copyFile(path: string, to: string) {
  return call(() => card().write(card().make(to, card().at(path).mode), content(card().at(path)), 0));
}

export function truncate(path: string) {
  return call(() => card().truncate(card().at(path), 0));
}

export function chmod(path: string, mode: number) {
  return call(() => {
    card().at(path).mode = mode;
  });
}

export function rename(path: string, to: string) {
  return call(() => card().move(path, to));
}

export function readdir(path: string) {
  return call(() => card().list(path));
}

export function unlink(path: string) {
  return call(() => {
    card().at(path);
    card().remove(path);
  });
}

/** Only directories of files are removed by it. */
export function rm(path: string) {
  return call(() => {
    for (const name of card().list(path)) card().remove(`${path}/${name}`);
    card().remove(path);
  });
}

/** @returns the first directory that it made */
export function mkdir(path: string, { mode }: { mode: number }) {
  return call(() => {
    const missing: string[] = [];
    for (let at = path; card().find(at) === null; at = dirname(at)) missing.unshift(at);
    for (const directory of missing) card().make(directory, mode, true);
    return missing[0];
  });
}

let copies = 0;

export function mkdtemp(prefix: string) {
  return call(() => {
    copies += 1;
    card().make(`${prefix}${copies}`, 0o700, true);
    return `${prefix}${copies}`;
  });
}
