import { type ChildProcess, spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

/** What sqlite3 is made of at run time. */
const SQLITE3 = [
  ...["sqlite3/package.json", "sqlite3/lib", "sqlite3/build/Release/node_sqlite3.node"],
  ...["bindings", "file-uri-to-path"],
];

/**
 * A program of this directory as one file of plain JavaScript, and what it needs beside it: it starts quickly, and for
 * a user as well who may not look into the directory that this clone is in.
 */
export async function compile(program: string, directory: string): Promise<string> {
  const outfile = join(directory, `${program}.cjs`);
  await build({
    entryPoints: [new URL(`${program}.ts`, import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["sqlite3"],
    logLevel: "warning",
  });
  for (const part of SQLITE3)
    cpSync(join("node_modules", part), join(directory, "node_modules", part), { recursive: true });
  return outfile;
}

export interface Child {
  readonly process: ChildProcess;
  /** The next line that it prints; null when it has ended. */
  line(): Promise<string | null>;
  say(line: string): void;
  /** Resolves when it has ended: to its exit status, or the signal's name. */
  readonly ended: Promise<number | string>;
}

export function start(command: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    line: async () => {
      const { value, done } = await lines.next();
      return done === true ? null : value;
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    }),
  };
}
