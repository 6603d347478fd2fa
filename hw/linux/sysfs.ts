import { accessSync, constants, readdirSync, readFileSync, realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";

/** The kernel's attribute files under a root prefix. What can't be read is not there: a sandbox may hide it. */
export class Sysfs {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** An attribute without its line end or the NUL of the device tree; null where it can't be read. */
  read(path: string): string | null {
    return (
      this.readBytes(path)
        ?.toString("utf8")
        .replace(/[\n\0]+$/, "") ?? null
    );
  }

  readBytes(path: string): Buffer | null {
    try {
      return readFileSync(this.#root + path);
    } catch {
      return null;
    }
  }

  /** Names in a directory, in no order; none where there is no such directory. */
  list(path: string): readonly string[] {
    try {
      return readdirSync(this.#root + path);
    } catch {
      return [];
    }
  }

  /** Where a path really leads, root prefix included; null where that is nowhere. */
  resolve(path: string): string | null {
    try {
      return realpathSync(this.#root + path);
    } catch {
      return null;
    }
  }

  writable(path: string): boolean {
    try {
      accessSync(this.#root + path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  /** @throws the error of the system */
  async write(path: string, value: string): Promise<void> {
    // Without O_CREAT: a name that is not there must not come into being in a directory that stands in for a board.
    await writeFile(this.#root + path, value, { flag: constants.O_WRONLY | constants.O_TRUNC });
  }
}
