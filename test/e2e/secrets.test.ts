import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { Program } from "../support/c2cctl.ts";
import { assertNoSecret, traceIn } from "../support/canary.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { readQr } from "./pixels.ts";

const PAGES = ["/", "/?lang=de&confirm=unpair", "/v1/events", "/v1/nothing", "/v1/qr.png?scale=99"];

/** Every route that can be read, as the API itself lists them. */
async function routesOf(daemon: DaemonProcess): Promise<string[]> {
  const { paths } = JSON.parse((await daemon.ask("GET", "/v1/openapi.json")).body) as {
    paths: Readonly<Record<string, object>>;
  };
  const readable = Object.entries(paths).flatMap(([path, methods]) => ("get" in methods ? [path] : []));
  return [...new Set(["/v1/openapi.json", ...PAGES, ...readable])];
}

/** What a reader gets of an answer that may never end: a second of it, headers included. */
function firstOf(where: object, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...where, path, agent: false }, (answer) => {
      const chunks: Uint8Array[] = [Buffer.from(JSON.stringify(answer.headers))];
      const done = () => {
        asked.destroy();
        resolve(Buffer.concat(chunks));
      };
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (path === "/v1/events" && chunk.includes("data: ")) done();
      });
      answer.on("end", done);
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** Looks through everything that can be asked of it now, by whom ever. */
async function look(daemon: DaemonProcess): Promise<number> {
  const { hostname, port } = new URL(await daemon.page());
  const socketPath = `${daemon.board.root}/run/c2cd/control.sock`;
  const routes = await routesOf(daemon);
  for (const path of routes) {
    assertNoSecret(`${path} on TCP`, await firstOf({ hostname, port }, path));
    if (path !== "/v1/token") assertNoSecret(`${path} on the socket`, await firstOf({ socketPath }, path));
  }
  readQr(daemon.board);
  daemon.assertNoSecret();
  return routes.length;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Short enough that the next refresh, which tells of an authorization that ended, is not long in coming. */
const ACCESS_LIFE_S = 20;

async function withDaemon(
  settings: Readonly<Record<string, string>>,
  run: (daemon: DaemonProcess, simulator: Simulator) => Promise<void>,
  wrapper: readonly string[] = [],
): Promise<void> {
  const simulator = await startSimulator({ interval: 1, accessLife: ACCESS_LIFE_S });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator, { "log.level": "trace", ...settings }, { wrapper });
  try {
    await run(daemon, simulator);
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

describe("no secret of a whole life of pairings", () => {
  test("is in any answer of any route in any state, in the log, on the screen, or in a file", (t) =>
    withDaemon({ "http.allow_actions": "true" }, async (daemon, simulator) => {
      let routes = 0;
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      await eventually("its QR code", () => readQr(daemon.board));
      routes += await look(daemon);
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      routes += await look(daemon);

      const access_token = await daemon.accessToken();
      assert.notEqual(traceIn(access_token), null, "a secret that would be found");
      // Who hands a token in at the wrong door does not get it back.
      const page = await daemon.page();
      const body = JSON.stringify({ access_token });
      for (const path of ["/v1/token/refused", "/v1/pair", `/v1/status?${access_token}`]) {
        const headers = { "content-type": "application/json", authorization: `Bearer ${access_token}` };
        const answer = await fetch(page + path, { method: "POST", body: `${body}}`, headers });
        assert.ok(answer.status >= 400, `${path}: ${answer.status}`);
        assertNoSecret(`the refusal of ${path.split("?")[0]}`, await answer.text());
      }

      simulator.faults.add({ call: "refresh", fault: { type: "status", status: 500 }, count: 1 });
      await daemon.ask("POST", "/v1/token/refused", { access_token });
      await simulator.nextRequest(({ call }) => call === "refresh");
      routes += await look(daemon);
      await simulator.nextRequest(({ call }) => call === "me");
      routes += await look(daemon);
      simulator.forget();
      await daemon.until("a code after the end", ({ pairing }) => pairing !== null);
      routes += await look(daemon);
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      await simulator.goOffline();
      await daemon.ask("POST", "/v1/unpair");
      routes += await look(daemon);
      await simulator.goOnline();

      const secrets = simulator.secrets();
      assert.ok(secrets.length >= 9, "the secret, device codes and the tokens of each pair");
      for (const secret of secrets) assert.notEqual(traceIn(secret), null, "every secret would be found");
      const files = filesBelow(daemon.board.root).filter((file) => !file.endsWith("/etc/c2cd/client_secret"));
      for (const file of files) assertNoSecret(file, readFileSync(file));
      for (const key of files.filter((file) => /key/.test(file)))
        for (const encoding of ["latin1", "hex", "base64"] as const)
          assert.ok(!daemon.output.includes(readFileSync(key).toString(encoding)), `${key} in the log`);
      t.diagnostic(`${routes} routes on two listeners, ${secrets.length} secrets, ${files.length} files`);
    }));

  test("is in what a terminal shows in place of a display", () =>
    withDaemon({ "display.driver": "terminal" }, async (daemon, simulator) => {
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      await eventually("the code in the terminal", () =>
        /Pair with Frame/.test(daemon.output) ? true : null,
      );
      simulator.approve();
      await eventually("the project in the terminal", () =>
        /Feature Film/.test(daemon.output) ? true : null,
      );
    }));

  test("is in what c2cctl says about it", async () => {
    const program = new Program();
    try {
      await withDaemon({}, async (daemon, simulator) => {
        const root = ["--root", daemon.board.root];
        await daemon.until("a code", ({ pairing }) => pairing !== null);
        simulator.approve();
        await daemon.until("paired", ({ state }) => state === "paired");
        // The program itself looks through what it prints.
        for (const command of ["status", "identity", "doctor", "qr"]) {
          await program.run([command, ...root], { env: { C2CD_FRAMEIO_BASE_URL: simulator.url } });
          await program.run([command, "--json", ...root], { env: { C2CD_FRAMEIO_BASE_URL: simulator.url } });
        }
      });
    } finally {
      program.remove();
    }
  });

  test("is left behind by a crash: the unit allows no core dump, and there is none", async () => {
    const unit = readFileSync("systemd/c2cd.service", "utf8");
    const limit = /^LimitCORE=(.+)$/m.exec(unit)?.[1] ?? "unlimited";
    await withDaemon(
      {},
      async (daemon, simulator) => {
        await daemon.until("a code", ({ pairing }) => pairing !== null);
        simulator.approve();
        await daemon.until("paired", ({ state }) => state === "paired");
        const limits = readFileSync(`/proc/${daemon.child.pid}/limits`, "utf8");
        assert.match(limits, /^Max core file size +0 +0 /m);
        await daemon.end("SIGABRT");
        assert.equal(daemon.child.signalCode, "SIGABRT");
        const cores = readdirSync(".").filter((name) => /^core(\.\d+)?$/.test(name));
        assert.deepEqual(cores, []);
      },
      ["prlimit", `--core=${limit}`],
    );
  });
});
