/** Where the local API listens by itself: a socket file, a TCP port. */
import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, renameSync, rmSync } from "node:fs";
import { connect, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { readText } from "../core/files.ts";
import type { Logger } from "../core/log.ts";

/** The control socket can't be had; `message` says why and what to do. */
export class SocketError extends Error {
  override readonly name = "SocketError";
}

/** Accepts connections the way node:http's own server does, and leaves them paused until someone serves them. */
export function createListener(accept: (socket: Socket) => void): Server {
  return createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accept);
}

/** unix(7): sun_path takes 108 bytes, the closing NUL included. */
const LONGEST_PATH = 107;

/** Resolves when `server` listens, on what is there already where `fd` says so, and rejects where it can't. */
export async function listen(server: Server, where: ListenOptions | { readonly fd: number }): Promise<void> {
  server.listen(where);
  await once(server, "listening");
}

/**
 * Listens on `path`, mode 0660. The socket is made beside it and renamed over it, so that nobody ever sees it with
 * another mode, and what a dead process left behind is replaced in the same step.
 *
 * @param gid group that gets the socket where the process may give it away; null leaves it with the process's own
 * @returns what removes the file again
 * @throws {SocketError} where a daemon answers there already, or something that is no socket is in the way
 */
export async function listenOnSocket(
  server: Server,
  path: string,
  gid: number | null,
  log: Logger,
): Promise<() => void> {
  await refuseLive(path);
  const made = `${path}~`;
  if (Buffer.byteLength(made) > LONGEST_PATH)
    throw new SocketError(`${path} is too long for a socket: ${LONGEST_PATH - 1} bytes at most`);
  try {
    rmSync(made, { force: true });
    await listen(server, { path: made });
    chmodSync(made, 0o660);
    if (gid !== null) giveTo(gid, made, log);
    renameSync(made, path);
  } catch (error) {
    server.close();
    throw new SocketError(`${path} can't be made: ${(error as Error).message}`);
  }
  const { ino } = lstatSync(path);
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path);
  };
}

/** Whoever is neither root nor a member can't give a file to a group: chown(2). */
function giveTo(gid: number, path: string, log: Logger): void {
  try {
    chownSync(path, -1, gid);
  } catch (error) {
    log.warn(`the control socket stays with this process's own group: ${(error as Error).message}`);
  }
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
  const fields = readText(file)
    ?.split("\n")
    .map((line) => line.split(":"))
    .find(([group]) => group === name);
  return fields?.[2] === undefined ? null : Number(fields[2]);
}
