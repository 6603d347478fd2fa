/** The built daemon as a process on a stand-in board, seen through its public face. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join, resolve } from "node:path";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { assertNoSecret } from "../support/canary.ts";
import type { Board } from "./board.ts";

const PROGRAM = resolve("dist/c2cd.js");
/** Nothing here takes this long unless it is broken, on a machine that is busy with other things as well. */
export const PATIENCE_MS = 600_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export class DaemonProcess {
  readonly board: Board;
  readonly child: ChildProcess;
  /** Everything it has printed. */
  output = "";

  /**
   * @param settings as in c2cd.toml(5), "section.key", beside those that suit tests; null leaves a key to the
   *   configuration file. "none": no setting at all, where the board's directories are in the place of the system's
   * @param surroundings more environment, and a program that runs the daemon (`ip netns exec …`)
   */
  constructor(
    board: Board,
    frameio: Pick<Simulator, "url" | "secret">,
    settings: Readonly<Record<string, string | null>> | "none" = {},
    surroundings: {
      readonly environment?: Readonly<Record<string, string>>;
      readonly wrapper?: readonly string[];
    } = {},
  ) {
    this.board = board;
    const [command = "", ...given] = [
      ...(surroundings.wrapper ?? []),
      process.execPath,
      ...NODE_FLAGS,
      PROGRAM,
      ...(settings === "none" ? [] : ["--root", board.root]),
    ];
    this.child = spawn(command, given, {
      env: {
        PATH: process.env.PATH,
        ...(settings === "none" ? {} : variables(board, frameio, settings)),
        ...surroundings.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    board.runs(this.child);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
  }

  /** An HTTP request on the control socket, its body as JSON. */
  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const socketPath = join(this.board.root, "run/c2cd/control.sock");
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { "content-type": "application/json" };
      // A connection of its own: one that is kept may be closed from the other end in this very moment.
      const asked = request({ socketPath, method, path, headers, agent: false }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const { statusCode = 0, headers } = response;
        const body = Buffer.concat(chunks);
        if (statusCode !== 200 || path !== "/v1/token") assertNoSecret(`the answer to ${path}`, body);
        resolve({ status: statusCode, headers, body: body.toString() });
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async snapshot(): Promise<Snapshot> {
    return JSON.parse((await this.ask("GET", "/v1/status")).body) as Snapshot;
  }

  /** What a program on the device is given. */
  async accessToken(): Promise<string> {
    return (JSON.parse((await this.ask("GET", "/v1/token")).body) as { access_token: string }).access_token;
  }

  /** The first snapshot that is as wanted. */
  until(what: string, wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    return eventually(what, async () => {
      if (this.child.exitCode !== null) throw new Error(`the daemon ended early:\n${this.output}`);
      const snapshot = await this.snapshot().catch(() => null);
      return snapshot !== null && wanted(snapshot) ? snapshot : null;
    });
  }

  /** Where its status page listens. */
  async page(): Promise<string> {
    return eventually(
      "the status page's address in the log",
      () => /http:\/\/127\.0\.0\.1:\d+/.exec(this.output)?.[0] ?? null,
    );
  }

  /** Looks through everything that it has printed, and what any user may read of a process. */
  assertNoSecret(): void {
    assertNoSecret("what the daemon printed", this.output);
    for (const file of ["cmdline", "environ"]) {
      const path = `/proc/${this.child.pid}/${file}`;
      if (this.child.exitCode === null && existsSync(path)) assertNoSecret(path, readFileSync(path));
    }
  }

  /** @returns exit status, and milliseconds that it took */
  async end(
    signal: NodeJS.Signals = "SIGTERM",
  ): Promise<{ readonly status: number | null; readonly took: number }> {
    this.assertNoSecret();
    const start = performance.now();
    this.child.kill(signal);
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    const took = performance.now() - start;
    this.assertNoSecret();
    return { status: this.child.exitCode, took };
  }
}

/** The settings of a test as the daemon's environment. */
function variables(
  board: Board,
  frameio: Pick<Simulator, "url" | "secret">,
  settings: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const all: Record<string, string | null> = {
    "frameio.base_url": frameio.url,
    "frameio.client_secret_file": board.write("/etc/c2cd/client_secret", frameio.secret, 0o600),
    "http.listen": "127.0.0.1:0",
    "presence.mode": "off",
    "log.format": "journal",
    ...settings,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      value === null ? [] : [[`C2CD_${key.toUpperCase().replace(".", "_")}`, value]],
    ),
  );
}

/** Looks again and again until there is something; fails loudly where nothing comes. */
export async function eventually<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
