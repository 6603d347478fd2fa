import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { readArguments } from "./arguments.ts";
import { createAuthority } from "./certificates.ts";
import { DEFAULTS } from "./simulator.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;

function run(
  t: TestContext,
  ...args: string[]
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const [line] = await once(createInterface(stream), "line");
  return line;
}

async function read(address: string, init: RequestInit): Promise<Record<string, unknown>> {
  return JSON.parse(await (await fetch(address, init)).text());
}

describe("the command", () => {
  it("prints where it listens, logs requests without secrets, ends on SIGTERM", async (t) => {
    const child = run(
      t,
      "--project",
      "Western",
      "--code-life",
      "60",
      "--interval",
      "1",
      "--model",
      "ACME-R1",
      "--auto-approve",
    );
    const ready = JSON.parse(await firstLine(child.stdout));
    assert.deepEqual(Object.keys(ready), ["url", "pairing_page", "admin"]);
    assert.match(ready.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const logged = firstLine(child.stderr);
    const body = new URLSearchParams({
      client_id: "7",
      client_secret: DEFAULTS.secret,
      scope: "asset_create offline",
    });
    const code = await read(`${ready.url}/v2/auth/device/code`, { method: "POST", body });
    assert.deepEqual([code.name, code.expires_in, code.interval], ["ACME-R1-7", 60, 1]);
    assert.match(await logged, /^[\d.]+s POST \/v2\/auth\/device\/code code client_id="7" -> 200$/);
    body.set("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
    body.set("device_code", String(code.device_code));
    assert.equal((await fetch(`${ready.url}/v2/auth/token`, { method: "POST", body })).status, 200);
    const [device] = JSON.parse(await (await fetch(`${ready.admin}/devices`)).text());
    assert.equal(device.project, "Western");
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("speaks https, on a named address, with another base for its page", async (t) => {
    const dir = mkdtempSync(join(tmpdir(), "simulator-"));
    t.after(() => rmSync(dir, { recursive: true }));
    const { certFile, keyFile } = createAuthority(dir).issue();
    const child = run(
      t,
      "--listen",
      "[::1]:0",
      "--tls-cert",
      certFile,
      "--tls-key",
      keyFile,
      "--public-url",
      "https://phone.example/",
    );
    const ready = JSON.parse(await firstLine(child.stdout));
    assert.match(ready.url, /^https:\/\/\[::1\]:\d+$/);
    assert.equal(ready.pairing_page, "https://phone.example/pair");
  });

  it("prints help", async (t) => {
    const child = run(t, "--help");
    const [out] = await Promise.all([text(child.stdout), once(child, "exit")]);
    assert.match(out, /^Usage: npm run simulator/);
    assert.equal(child.exitCode, 0);
  });

  it("names a mistake in one sentence, exit status 64", async (t) => {
    const child = run(t, "--prject", "x");
    const [err] = await Promise.all([text(child.stderr), once(child, "exit")]);
    assert.equal(child.exitCode, 64);
    assert.match(err, /^simulator: .*--prject.*\(try --help\)\n$/);
  });

  it("says why it can't run, exit status 69", async (t) => {
    const child = run(t, "--listen", "192.0.2.1:0");
    const [err] = await Promise.all([text(child.stderr), once(child, "exit")]);
    assert.equal(child.exitCode, 69);
    assert.match(err, /^simulator: .*192\.0\.2\.1.*\n$/);
  });
});

describe("its arguments", () => {
  const mistakes: [string[], RegExp][] = [
    [["--code-life", "soon"], /--code-life takes seconds, not "soon"/],
    [["--interval", ""], /--interval takes seconds/],
    [["--listen", "8000"], /--listen takes HOST:PORT/],
    [["--listen", "127.0.0.1:99999"], /--listen takes HOST:PORT/],
    [["--tls-cert", "x.pem"], /go together/],
    [["--public-url", "phone"], /--public-url takes an address/],
    [["--body-encoding", "json"], /--body-encoding takes multipart or urlencoded, not "json"/],
    [["stray"], /stray/],
    [["--project"], /--project/],
    [["--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.pem"], /\/nowhere\.pem/],
  ];
  for (const [args, sentence] of mistakes) {
    it(`${args.join(" ")}: refused`, () => {
      assert.throws(() => readArguments(args), { name: "UsageError", message: sentence });
    });
  }

  it("a server without the websocket, and one that takes one encoding", () => {
    const { socket, bodyEncoding } = readArguments(["--no-socket", "--body-encoding", "urlencoded"]) ?? {};
    assert.deepEqual([socket, bodyEncoding], [false, "urlencoded"]);
    assert.deepEqual(readArguments([]), { host: "127.0.0.1", port: 0 });
  });

  it("--auto-approve stands for 0 s unless a number follows", () => {
    const approves = (...args: string[]) => readArguments(args)?.autoApproveAfter;
    assert.equal(approves(), undefined);
    assert.equal(approves("--auto-approve"), 0);
    assert.equal(approves("--auto-approve", "--interval", "1"), 0);
    assert.equal(approves("--auto-approve", "7"), 7);
  });
});
