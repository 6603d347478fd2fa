/** What a daemon got from Frame.io, printed, and did to the files of its board, in order: see trace.c. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Board } from "./board.ts";

export interface Operation {
  /** Milliseconds. */
  readonly at: number;
  readonly name: "read" | "write" | "sync";
  readonly bytes: number;
  /** "tcp", "stdout", or a file of the board. */
  readonly path: string;
}

/** What must be in the environment of a daemon on that board for `operations` to tell. */
export function traced(board: Board): Readonly<Record<string, string>> {
  const library = `${board.root}/trace.so`;
  const source = fileURLToPath(new URL("trace.c", import.meta.url));
  const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-o", library, source], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`trace.c can't be built: ${stderr}`);
  return { LD_PRELOAD: library, TRACE_ROOT: board.root, TRACE_LOG: logOf(board) };
}

export function operations(board: Board): Operation[] {
  const log = logOf(board);
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [at, name, bytes, path = ""] = line.split(" ");
      return { at: Number(at) / 1e6, name: name as Operation["name"], bytes: Number(bytes), path };
    });
}

/**
 * The time from the answer that brought the first tokens, which was the last one then, to the end of the sync that
 * made them durable: what happened in it, from the one to the other. Nothing else may have been written since the
 * `code` was on the screen.
 */
export function grantWindow(all: readonly Operation[], code: number): readonly Operation[] | null {
  const durable = all.findIndex(
    ({ name, path }, index) => index >= code && name === "sync" && path.endsWith("/c2cd.db-wal"),
  );
  const answer = all.findLastIndex(({ name }, index) => index < durable && name === "read");
  return durable === -1 ? null : all.slice(answer, durable + 1);
}

function logOf(board: Board): string {
  return `${board.root}/trace.log`;
}
