import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { systemClock } from "../../../daemon/core/clock.ts";
import { createLogger } from "../../../daemon/core/log.ts";
import { type Local, type LocalOptions, startLocal } from "../../../daemon/local/server.ts";
import { assertNoSecret } from "../../support/canary.ts";
import { FakeBackend } from "./fake-backend.ts";

export interface Running {
  readonly backend: FakeBackend;
  readonly local: Local;
  readonly socketPath: string;
  readonly directory: string;
  readonly port: number;
  /** Every line of the log. */
  readonly log: string[];
  /** What was told about the status page. */
  readonly pageProblems: (string | null)[];
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly body: string;
}

/** A new directory that goes with the test. */
export function directoryFor(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "c2cd-local-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Stand-ins for the built page, where a test does not look at it. */
function webRootIn(directory: string): string {
  for (const name of ["page.css", "page.js", "icon.svg"])
    writeFileSync(join(directory, name), `/* ${name} */`);
  return directory;
}

export interface TestOptions extends LocalOptions {
  readonly backend: FakeBackend;
  /** Every line of the log. */
  readonly lines: string[];
  readonly pageProblems: (string | null)[];
}

/** Options that work, in a directory of their own. */
export function optionsFor(
  context: TestContext,
  changes: Partial<Omit<LocalOptions, "backend">> = {},
): TestOptions {
  const directory = directoryFor(context);
  const lines: string[] = [];
  const pageProblems: (string | null)[] = [];
  return {
    backend: new FakeBackend(),
    http: { listen: "127.0.0.1:0", hosts: [], allow_actions: false },
    visitors: null,
    language: "en",
    socketPath: join(directory, "control.sock"),
    handedOver: null,
    groupFile: "/dev/null",
    webRoot: webRootIn(directory),
    hostName: () => "recorder",
    clock: systemClock("", 0),
    log: createLogger("trace", "json", (line) => lines.push(line)),
    randomBytes,
    onPageProblem: (problem) => pageProblems.push(problem),
    fail: (error) => {
      throw error;
    },
    ...changes,
    lines,
    pageProblems,
  };
}

/** The local API on a real socket and a real port, closed with the test. */
export async function start(
  context: TestContext,
  changes: Partial<Omit<LocalOptions, "backend">> = {},
): Promise<Running> {
  const options = optionsFor(context, changes);
  const local = await startLocal(options);
  context.after(async () => {
    await local.close();
    assertNoSecret("the log", options.lines.join(""));
  });
  return {
    backend: options.backend,
    local,
    socketPath: options.socketPath,
    directory: options.webRoot,
    port: (local.tcpAddress() as AddressInfo).port,
    log: options.lines,
    pageProblems: options.pageProblems,
  };
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

/** One request over the control socket. */
export function overSocket(running: Running, path: string, ask: Ask = {}): Promise<Answer> {
  return exchange({ socketPath: running.socketPath }, path, ask);
}

/** One request over TCP. */
export function overTcp(running: Running, path: string, ask: Ask = {}): Promise<Answer> {
  return exchange({ host: "127.0.0.1", port: running.port }, path, ask);
}

function exchange(
  where: { socketPath: string } | { host: string; port: number },
  path: string,
  ask: Ask,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { ...where, path, method: ask.method ?? "GET", headers: ask.headers ?? {}, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const bytes = Buffer.concat(chunks);
          const meant = "socketPath" in where && answer.statusCode === 200 && path.startsWith("/v1/token");
          if (!meant) assertNoSecret(`the answer to ${path}`, bytes);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes, body: bytes.toString() });
        });
      },
    );
    sent.on("error", reject);
    sent.end(ask.body);
  });
}
