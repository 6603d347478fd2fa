import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cannotMount, Ext4 } from "../daemon/vault/mounts.ts";
import { defer, type Ending } from "../daemon/vault/support.ts";

/** What a device keeps its state on. */
export interface Card {
  readonly directory: string;
  /** File whose seventh number is how many sectors were written (kernel: block/stat.rst); "" where nobody counts. */
  readonly statistics: string;
}

/**
 * A memory card of a device: ext4, as most have, on a block device in memory that counts what is written. Where this
 * machine lets nobody mount one, a directory, in memory if there is one there.
 */
export function insertCard(t: Ending): Card {
  const base = mkdtempSync(join(isDirectory("/dev/shm") ? "/dev/shm" : tmpdir(), "c2cd-card-"));
  defer(t, () => rmSync(base, { recursive: true, force: true }));
  if (cannotMount() !== false || Ext4.unavailable() !== false) return { directory: base, statistics: "" };
  const image = join(base, "image");
  const directory = join(base, "card");
  mkdirSync(directory);
  execFileSync("truncate", ["--size", "128M", image]);
  execFileSync("mkfs.ext4", ["-q", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
  execFileSync("mount", ["-o", "loop,noatime", image, directory]);
  defer(t, () => execFileSync("umount", [directory]));
  const device = execFileSync("losetup", ["--noheadings", "--output", "NAME", "--associated", image]);
  return { directory, statistics: `/sys/block/${basename(device.toString().trim())}/stat` };
}

const SECTOR = 512;

/** Bytes that a card has taken so far, what its file system still holds back included; null where nobody counts. */
export function bytesTaken({ directory, statistics }: Card): number | null {
  if (statistics === "") return null;
  execFileSync("sync", ["--file-system", directory]);
  return Number(readFileSync(statistics, "utf8").trim().split(/\s+/)[6]) * SECTOR;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
