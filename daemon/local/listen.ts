/** Where the local API listens: a socket file, a socket handed over by systemd, a TCP port. */
import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, readFileSync, renameSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { connect, type ListenOptions } from "node:net";

/** The control socket can't be had; `message` says why and what to do. */
export class SocketError extends Error {
  override readonly name = "SocketError";
}

/** Resolves when `server` listens. */
export async function listen(server: Server, where: ListenOptions | { fd: number }): Promise<void> {
  const failed = new AbortController();
  server.listen(where);
  try {
    // `once` rejects on "error".
    await once(server, "listening", { signal: failed.signal });
  } finally {
    failed.abort();
  }
}

/**
 * Listens on `path`, mode 0660. The socket is made beside it and renamed over it, so that nobody ever sees it with
 * another mode, and what a dead process left behind is replaced in the same step.
 *
 * @param gid group that gets the socket; null leaves it with the process's own
 * @returns what removes the file again
 * @throws {SocketError} where a daemon answers there already, or something that is no socket is in the way
 */
export async function listenOnSocket(server: Server, path: string, gid: number | null): Promise<() => void> {
  await refuseLive(path);
  const made = `${path}~`;
  rmSync(made, { force: true });
  try {
    await listen(server, { path: made });
    chmodSync(made, 0o660);
    if (gid !== null) chownSync(made, process.getuid?.() ?? -1, gid);
    renameSync(made, path);
  } catch (error) {
    throw new SocketError(`${path} can't be made: ${(error as Error).message}`);
  }
  const { ino } = lstatSync(path);
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path);
  };
}

async function refuseLive(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new SocketError(`${path} is in the way and is no socket: remove it`);
  const probe = connect(path);
  try {
    await once(probe, "connect");
  } catch {
    return;
  } finally {
    probe.destroy();
  }
  throw new SocketError(`another c2cd answers on ${path}: stop it first`);
}

/**
 * The number of a group, as group(5) has it; null where there is no such group.
 *
 * @param file /etc/group
 */
export function groupId(file: string, name: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  const fields = text
    .split("\n")
    .map((line) => line.split(":"))
    .find(([group]) => group === name);
  return fields?.[2] === undefined ? null : Number(fields[2]);
}
