/** Devices of a stand-in board that answer ioctls, and what they were told, in order: see devices.c. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Board } from "./board.ts";

const HEADERS = "/usr/include/libdrm";

/** Why there can be none on this machine; false where there can. */
export function noDevices(): string | false {
  if (spawnSync("gcc", ["--version"]).error !== undefined) return "gcc is not installed";
  return existsSync(HEADERS) ? false : "libdrm-dev is not installed";
}

/** What must be in the environment of a daemon for which the board's files are to be devices. */
export function devices(board: Board): Readonly<Record<string, string>> {
  const library = `${board.root}/devices.so`;
  const source = fileURLToPath(new URL("devices.c", import.meta.url));
  const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-I", HEADERS, "-o", library, source], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`devices.c can't be built: ${stderr}`);
  return { LD_PRELOAD: library, DEVICES_ROOT: board.root, DEVICES_LOG: logOf(board) };
}

/** What the devices were told by now, a line each. */
export function told(board: Board): readonly string[] {
  return existsSync(logOf(board)) ? readFileSync(logOf(board), "utf8").split("\n").slice(0, -1) : [];
}

function logOf(board: Board): string {
  return `${board.root}/devices.log`;
}
