import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

/** A program of this directory as one file of plain JavaScript, which starts quickly and from anywhere. */
export async function compile(program: string, directory: string): Promise<string> {
  const outfile = join(directory, `${program}.cjs`);
  await build({
    entryPoints: [new URL(`${program}.ts`, import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    alias: { sqlite3: createRequire(import.meta.url).resolve("sqlite3") },
    external: ["*/sqlite3.js"],
    logLevel: "warning",
  });
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
