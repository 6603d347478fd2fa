/**
 * The built daemon as it ships, with nothing configured but its secret, in namespaces where `api.frame.io` is ours.
 * Other tests name ports, paths and modes; this one must not.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, test } from "node:test";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import { createAuthority } from "../simulator/certificates.ts";
import type { SeenRequest } from "../simulator/journal.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { assertNoSecret } from "../support/canary.ts";
import { ConnectProxy } from "./connect-proxy.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { isBlank, readQr } from "./pixels.ts";
import { WholeBoard } from "./whole-board.ts";

const HOST = "api.frame.io";
const HTTPS = 443;
const PAGE = "http://127.0.0.1:8620";
const ROOTS = "/etc/ssl/certs/ca-certificates.crt";
/** As systemd places it for c2cd.service. */
const CREDENTIALS = "/run/credentials/c2cd.service";

const home = mkdtempSync(join(tmpdir(), "c2cd-defaults-"));
after(() => rmSync(home, { recursive: true }));
const authority = createAuthority(join(home, "ca"));
const tls = authority.issue({ hosts: [HOST] });
const systemRoots = existsSync(ROOTS) ? readFileSync(ROOTS, "utf8") : "";

interface Scene {
  readonly board: WholeBoard;
  readonly simulator: Simulator;
  /** Of the daemon, and of a person's shell. */
  readonly environment: Record<string, string>;
}

let boards = 0;

/** Frame.io where the name leads to, and a board that has the secret. */
function scene(name: string, run: (scene: Scene) => Promise<void>): void {
  test(name, async () => {
    const board = new WholeBoard(boards++);
    let simulator: Simulator | null = null;
    try {
      await board.moveIn();
      const host = board.road.server;
      simulator = await startSimulator({ host, port: HTTPS, tls, publicUrl: `https://${HOST}`, interval: 1 });
      board.road.names = { A: host };
      board.write(ROOTS, systemRoots);
      board.write(`${CREDENTIALS}/client_secret`, simulator.secret, 0o400);
      await run({ board, simulator, environment: {} });
    } finally {
      await simulator?.close();
      board.remove();
    }
  });
}

/** From the first start to the last word, by every call that the product makes. */
async function live({ board, simulator, environment: shell }: Scene): Promise<void> {
  const environment = { CREDENTIALS_DIRECTORY: CREDENTIALS, ...shell };
  const checked = await board.run(
    [process.execPath, ...NODE_FLAGS, resolve("dist/c2cd.js"), "--check"],
    environment,
  );
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.match(checked.stdout, /^server {5}https:\/\/api\.frame\.io( through .*)?$/m);
  assert.ok(checked.stdout.includes(PAGE), checked.stdout);

  const daemon = new DaemonProcess(board, simulator, "none", { wrapper: board.wrapper, environment });
  const c2cctl = async (...given: string[]) => {
    const ran = await board.run(
      [process.execPath, ...NODE_FLAGS, resolve("dist/c2cctl.js"), ...given],
      shell,
    );
    assertNoSecret(`what c2cctl ${given[0]} prints`, ran.stdout + ran.stderr);
    return ran;
  };
  try {
    const { pairing } = await daemon.until("a code", ({ pairing }) => pairing !== null);
    const link = await eventually("a QR code on the framebuffer", () => readQr(board));
    assert.equal(link.toLowerCase(), `https://${HOST}/pair/${pairing?.user_code}`);
    assert.equal(pairing?.verification_uri, `https://${HOST}/pair`);
    const asked = simulator.requests().find(({ call }) => call === "code");
    assert.equal(asked?.headers.host, HOST);
    assert.equal(asked?.headers["x-client-version"], "1.0.0");
    assert.match(asked?.headers["content-type"] ?? "", /^multipart\/form-data;/);
    assert.equal(asked?.fields.scope, "asset_create offline");

    const present = simulator.nextRequest(isPresence);
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    await present;
    const [device] = simulator.devices();
    assert.equal(device?.clientId, "10000000E63B0D94");

    const access_token = await daemon.accessToken();
    const refreshed = simulator.nextRequest(({ call }) => call === "refresh");
    await daemon.ask("POST", "/v1/token/refused", { access_token });
    assert.equal((await refreshed).status, 200);
    await daemon.until("paired, and all is well", (now) => now.state === "paired" && now.health.length === 0);
    assert.notEqual(await daemon.accessToken(), access_token);

    assertClosed(board);
    await assertPage(board);
    const doctor = await c2cctl("doctor");
    assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
    assert.match(doctor.stdout, /^ok {3}api: https:\/\/api\.frame\.io answers in \d+ ms$/m);
    assert.match((await c2cctl("status")).stdout, /Feature Film/);

    await eventually("the display given back", () => (isBlank(board) ? true : null));
    assert.equal((await c2cctl("unpair", "--yes")).status, 0);
    assert.equal(simulator.requests().findLast(({ call }) => call === "revoke")?.status, 200);
    assert.deepEqual(simulator.devices(), []);
    await daemon.until("a new code", ({ pairing }) => pairing !== null);
    assert.equal((await daemon.end()).status, 0);

    const levels = new Set(
      daemon.output
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).level),
    );
    assert.ok(levels.has("info") && !levels.has("debug"), [...levels].join());
    const failed = simulator.requests().filter(({ status }) => status === null || status >= 401);
    assert.deepEqual(failed, []);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThe daemon said:\n${daemon.output}`, { cause: error });
  } finally {
    await daemon.end("SIGKILL");
  }
}

/** The device shows itself online, by either way. */
/** The status socket is what Frame.io asks for first (API facts §3.6). */
function isPresence({ call, method }: SeenRequest): boolean {
  return call === "frame" && method === "phx_join";
}

/** Modes and owners of what the daemon has made, though nothing was masked. */
function assertClosed(board: WholeBoard): void {
  const modes = Object.fromEntries(
    [
      "run/c2cd",
      "run/c2cd/control.sock",
      "var/lib/c2cd",
      "var/lib/c2cd/c2cd.db",
      "var/lib/c2cd/vault.key",
    ].map((path) => [path, (statSync(join(board.root, path)).mode & 0o7777).toString(8)]),
  );
  assert.deepEqual(modes, {
    "run/c2cd": "755",
    "run/c2cd/control.sock": "660",
    "var/lib/c2cd": "700",
    "var/lib/c2cd/c2cd.db": "600",
    "var/lib/c2cd/vault.key": "600",
  });
  assert.equal(statSync(join(board.root, "run/c2cd/control.sock")).gid, board.groupId);
}

/** The page is there, for this device alone, and to be looked at alone. */
async function assertPage(board: WholeBoard): Promise<void> {
  const curl = (...given: string[]) => board.run(["curl", "--silent", "--output", "/dev/null", ...given]);
  const status = ["--write-out", "%{http_code}"];
  assert.equal((await curl(...status, `${PAGE}/`)).stdout, "200");
  assert.equal((await curl(...status, "--request", "POST", `${PAGE}/v1/pair`)).stdout, "403");
  /** curl(1): 7 is "failed to connect to host". */
  assert.equal((await curl(`http://${board.address}:8620/`)).status, 7);
}

describe("with nothing configured but its secret, it pairs, stays paired and unpairs", {
  // Each waits for its display to be given back.
  concurrency: true,
}, () => {
  scene("and the root certificate of a network that inspects traffic, in frameio.ca_file", async (given) => {
    given.board.write("/etc/c2cd/ca.pem", authority.cert);
    given.board.write("/etc/c2cd/c2cd.toml", 'frameio.ca_file = "/etc/c2cd/ca.pem"\n');
    await live(given);
  });

  scene("and that certificate among the system's own", async (given) => {
    given.board.write(ROOTS, systemRoots + authority.cert);
    await live(given);
  });

  scene("and a proxy as the only way, in HTTPS_PROXY", async (given) => {
    const { road } = given.board;
    const authorityOf = `${HOST}:${HTTPS}`;
    const proxy = new ConnectProxy({ [authorityOf]: { host: road.server, port: HTTPS } });
    try {
      road.names = "failure";
      given.environment.HTTPS_PROXY = await proxy.listen(road.elsewhere);
      given.board.write("/etc/c2cd/ca.pem", authority.cert);
      given.board.write("/etc/c2cd/c2cd.toml", 'frameio.ca_file = "/etc/c2cd/ca.pem"\n');
      await live(given);
      assert.deepEqual(new Set(proxy.asked), new Set([authorityOf]));
    } finally {
      proxy.close();
    }
  });
});
