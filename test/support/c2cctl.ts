import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPrograms } from "../../scripts/bundle.ts";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import { assertNoSecret } from "./canary.ts";

/** What a finished program left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Variables beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run on a pseudo-terminal of this size, as script(1) makes one: standard error joins standard output. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** Where standard output goes, in place of what `run` returns. */
  readonly stdout?: string;
  /** Run as this user and its group; for root alone. */
  readonly uid?: number;
  /** Called with everything that was printed so far, whenever there is more. */
  readonly onOutput?: (text: string, child: ChildProcess) => unknown;
}

/** As most terminals begin. */
export const TERMINAL = { columns: 80, rows: 24 };

/**
 * The real c2cctl, bundled once for a test file: a start from the sources takes a second, and another user may be unable
 * to look into the directory that this clone is in.
 */
export class Program {
  readonly #directory = mkdtempSync(join(tmpdir(), "c2cctl-"));
  readonly #ready: Promise<unknown>;

  constructor() {
    chmodSync(this.#directory, 0o755);
    this.#ready = buildPrograms(this.#directory, ["c2cctl"], {});
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  async run(
    args: readonly string[],
    { env, terminal, stdout: stdoutFile, uid, onOutput }: RunOptions = {},
  ): Promise<Finished> {
    await this.#ready;
    const command = [process.execPath, ...NODE_FLAGS, `${this.#directory}/c2cctl.js`, ...args];
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const [file = "", ...rest] =
      terminal === undefined
        ? command
        : [
            "script",
            "--quiet",
            "--return",
            "--command",
            `stty cols ${terminal.columns} rows ${terminal.rows}; exec ${quoted}`,
            "/dev/null",
          ];
    const target = stdoutFile === undefined ? "pipe" : openSync(stdoutFile, "w");
    const child = spawn(file, rest, {
      stdio: ["pipe", target, "pipe"],
      env: { PATH: process.env.PATH, TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(stdout, child);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    assertNoSecret("what c2cctl complains about", stderr);
    if (!args.includes("token")) assertNoSecret(`what c2cctl ${args[0]} prints`, stdout);
    return { code, stdout, stderr };
  }
}
