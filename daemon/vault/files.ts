import { constants } from "node:fs";
import { access, chmod, mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Makes the names in a directory durable: a file's own fsync does not cover its name (fsync(2)). */
export function syncDirectory(directory: string): Promise<void> {
  return sync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
}

/** Brings a finished file into being under its name: whole and durable, or not at all. */
export async function publish(unfinished: string, file: string): Promise<void> {
  await sync(unfinished, constants.O_RDONLY);
  await rename(unfinished, file);
  await syncDirectory(dirname(file));
}

/** @param flags of open(2) */
export async function sync(path: string, flags: number): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A directory for this user alone; what it is made in learns its name durably. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncDirectory(dirname(made));
  await restrict(directory, 0o700);
  await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
}

/** Takes from others what they may not have. */
export async function restrict(path: string, mode: number): Promise<void> {
  if (((await stat(path)).mode & 0o777) !== mode) await chmod(path, mode);
}

export async function exists(path: string): Promise<boolean> {
  return (await fileAt(path)) !== null;
}

/** Which file is under a path: another one has another answer. Null where there is none. */
export async function fileAt(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Removes a file where there is one. (Node's `rm` loads what removes trees, at every first start.) */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** How many damaged copies of one file are kept: a failing card must not fill itself with them. */
const DAMAGED_KEPT = 8;

/**
 * Moves a damaged file, with the files that belong to it, to `NAME.damaged-N`, counting up. When there are more than
 * eight of them the oldest goes.
 *
 * @param suffixes of the files that belong to it; they go first, so that none is ever left to a successor
 * @returns the new path, and the path of the copy that had to go, or null
 */
export async function moveAside(
  directory: string,
  name: string,
  suffixes: readonly string[],
): Promise<{ readonly path: string; readonly removed: string | null }> {
  const copies = (await readdir(directory))
    .map((entry) =>
      entry.startsWith(`${name}.damaged-`) ? Number(entry.slice(name.length + 9)) : Number.NaN,
    )
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
  const path = join(directory, `${name}.damaged-${(copies.at(-1) ?? 0) + 1}`);
  for (const suffix of [...suffixes, ""]) {
    const source = join(directory, name + suffix);
    if (await exists(source)) await rename(source, path + suffix);
  }
  const oldest = copies.length >= DAMAGED_KEPT ? join(directory, `${name}.damaged-${copies[0]}`) : null;
  if (oldest !== null) for (const suffix of [...suffixes, ""]) await removeFile(oldest + suffix);
  await syncDirectory(directory);
  return { path, removed: oldest };
}
