import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { defer } from "./support.ts";

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Why this machine can't mount a tmpfs; false where it can. For `skip`. */
export function cannotMount(): string | false {
  if (process.getuid?.() !== 0) return "only root can mount a file system";
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"], {
    encoding: "utf8",
  });
  if (status !== 0) return `this machine lets nobody mount: ${stderr.trim()}`;
  run("umount", "/mnt");
  return false;
}

/**
 * A small file system in memory, at `directory`; gone after the test.
 *
 * @param inodes files that it has room for
 */
export function mountTmpfs(t: TestContext, directory: string, size: string, inodes = 1_000): void {
  mkdirSync(directory, { recursive: true });
  run("mount", "-t", "tmpfs", "-o", `size=${size},nr_inodes=${inodes},mode=0700`, "tmpfs", directory);
  defer(t, () => run("umount", "--lazy", directory));
}

export function remount(directory: string, option: "ro" | "rw"): void {
  run("mount", "-o", `remount,${option}`, directory);
}

/** Fills a file system to the last byte; returns the file that does. */
export function fill(directory: string): string {
  const file = join(directory, "filler");
  const descriptor = openSync(file, "w");
  for (let size = 65_536; size >= 1; ) {
    try {
      writeSync(descriptor, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(descriptor);
  return file;
}

/** Makes files until a file system has room for no more. */
export function fillInodes(directory: string): void {
  for (let count = 0; ; count++)
    try {
      writeFileSync(join(directory, `filler-${count}`), "");
    } catch {
      return;
    }
}

/** Bytes that are left. */
export function room(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** A disk of our own, ext4 in a file, that turns read-only when its kernel driver meets an error. */
export class Ext4 {
  #image: string;
  readonly #directory: string;

  constructor(t: TestContext, image: string, directory: string) {
    this.#image = image;
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    writeFileSync(image, "");
    run("truncate", "--size", "8M", image);
    run("mkfs.ext4", "-q", image);
    this.#mount();
    defer(t, () => run("umount", "--lazy", directory));
  }

  /** Why this machine can't have one; false where it can. */
  static unavailable(): string | false {
    const reason = cannotMount();
    if (reason !== false) return reason;
    if (spawnSync("mkfs.ext4", ["-V"]).error !== undefined) return "there is no mkfs.ext4";
    const { status } = spawnSync("losetup", ["--find"]);
    return status === 0 ? false : "there is no loop device";
  }

  /** What the kernel does when the card reports an error: every write fails from now on, open files included. */
  fail(): void {
    const device = basename(
      run("losetup", "--noheadings", "--output", "NAME", "--associated", this.#image).trim(),
    );
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, "1");
  }

  /**
   * What a person does with another reader: check, mount again. On a copy, since the kernel holds on to the failed
   * file system as long as the daemon has a file open on it.
   */
  mend(): void {
    run("umount", "--lazy", this.#directory);
    const mended = `${this.#image}.mended`;
    run("cp", this.#image, mended);
    this.#image = mended;
    // Status 1: errors were found and corrected.
    const { status } = spawnSync("e2fsck", ["-p", mended]);
    if (status !== 0 && status !== 1) throw new Error(`e2fsck ended with ${status}`);
    this.#mount();
  }

  #mount(): void {
    run("mount", "-o", "loop,errors=remount-ro", this.#image, this.#directory);
  }
}
