import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Fault } from "../simulator/faults.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { Board, FRAMEBUFFER } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { readQr, scanOut } from "./pixels.ts";

/** The daemon ends itself after two seconds, by the time of a machine that may be busy. What hangs here hangs for ever. */
const SOON_MS = 15_000;

interface Stage {
  readonly simulator: Simulator;
  readonly board: Board;
  /** Starts a daemon, with more environment where given. */
  start(
    environment?: Readonly<Record<string, string>>,
    settings?: Readonly<Record<string, string | null>>,
  ): DaemonProcess;
}

async function onStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  const started: DaemonProcess[] = [];
  try {
    await run({
      simulator,
      board,
      start(environment = {}, settings = {}) {
        const daemon = new DaemonProcess(board, simulator, settings, { environment });
        started.push(daemon);
        return daemon;
      },
    });
  } finally {
    await Promise.all(started.map((daemon) => daemon.end("SIGKILL")));
    await simulator.close();
    board.remove();
  }
}

async function pair({ simulator }: Stage, daemon: DaemonProcess): Promise<void> {
  await daemon.until("a code", ({ pairing }) => pairing !== null);
  simulator.approve();
  await daemon.until("paired", ({ state }) => state === "paired");
}

/** Has the access token refreshed, and resolves when a fault has struck that, which comes before its answer. */
async function refresh({ simulator }: Stage, daemon: DaemonProcess): Promise<void> {
  const access_token = await daemon.accessToken();
  await daemon.ask("POST", "/v1/token/refused", { access_token });
  const struck = () => simulator.faults.list().some(({ rule, hit }) => rule.call === "refresh" && hit > 0);
  await eventually("a refresh", () => (struck() ? true : null));
}

async function endsSoon(daemon: DaemonProcess): Promise<void> {
  const { status, took } = await daemon.end();
  const how = `status ${status}, ${daemon.child.signalCode}, ${Math.round(took)} ms\n${daemon.output}`;
  assert.ok(took < SOON_MS, how);
  assert.ok(status === 0 || daemon.child.signalCode === "SIGTERM", how);
}

/** @param renewed whether it gets new tokens for those that it had at its end */
async function staysPaired(stage: Stage, renewed = false): Promise<DaemonProcess> {
  const again = stage.start();
  await again.until("paired, from what was stored", ({ state }) => state === "paired");
  if (renewed) {
    const answer = /paired: refreshed|\((?:ended|refused): \w+\)/;
    const said = await eventually("an answer to its refresh", () => answer.exec(again.output));
    assert.equal(said[0], "paired: refreshed");
  }
  return again;
}

describe("SIGTERM while Frame.io does not answer", () => {
  const HANG: Fault = { type: "hang" };
  const untilAsked = async (stage: Stage, call: "code" | "me") => {
    stage.simulator.faults.add({ call, fault: HANG });
    const asked = stage.simulator.nextRequest((request) => request.call === call);
    const daemon = stage.start();
    if (call === "me") {
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      stage.simulator.approve();
    }
    await asked;
    return daemon;
  };

  test("to the request for a code", () =>
    onStage(async (stage) => endsSoon(await untilAsked(stage, "code"))));

  test("to the first question after pairing: the pairing is kept", () =>
    onStage(async (stage) => {
      await endsSoon(await untilAsked(stage, "me"));
      stage.simulator.faults.clear();
      await endsSoon(await staysPaired(stage));
    }));

  for (const [name, fault, got] of [
    ["to a refresh that it never got", HANG, false],
    ["to a refresh in the time that a stop gives it", { type: "latency", ms: 700, commit: true }, true],
  ] as const)
    test(`${name}, while a program waits for its token: the pairing is kept`, () =>
      onStage(async (stage) => {
        const daemon = stage.start();
        await pair(stage, daemon);
        const before = await daemon.accessToken();
        stage.simulator.faults.add({ call: "refresh", fault, count: 1 });
        await refresh(stage, daemon);
        const waiting = daemon.ask("GET", "/v1/token").catch(() => null);
        await endsSoon(daemon);
        await waiting;
        const again = await staysPaired(stage, !got);
        assert.notEqual(await again.accessToken(), before);
        await endsSoon(again);
      }));

  test("to an unpair: it is forgotten all the same", () =>
    onStage(async (stage) => {
      const daemon = stage.start();
      await pair(stage, daemon);
      stage.simulator.faults.add({ call: "revoke", fault: HANG });
      const asked = stage.simulator.nextRequest(({ call }) => call === "revoke");
      const unpairing = daemon.ask("POST", "/v1/unpair").catch(() => null);
      await asked;
      await endsSoon(daemon);
      await unpairing;
      const again = stage.start();
      await again.until("a code", ({ pairing }) => pairing !== null);
    }));
});

describe("SIGTERM while the hardware does not answer", {
  skip: spawnSync("gcc", ["--version"]).error === undefined ? false : "gcc is not installed",
}, () => {
  const source = fileURLToPath(new URL("stall.c", import.meta.url));

  /** A daemon whose writes below `path` of the board stay in the kernel from when that is wanted. */
  function stalling({ board, start }: Stage, path: string) {
    const library = `${board.root}/stall.so`;
    const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-o", library, source], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const file = "/stall-while";
    return {
      daemon: start({ LD_PRELOAD: library, STALL_WHILE: board.root + file }),
      stall: () => board.write(file, board.root + path),
      recover: () => rmSync(board.root + file),
    };
  }

  test("the storage, in the middle of a refresh: the pairing is kept", () =>
    onStage(async (stage) => {
      const { daemon, stall } = stalling(stage, "/var/lib/c2cd");
      await pair(stage, daemon);
      const access_token = await daemon.accessToken();
      stall();
      await daemon.ask("POST", "/v1/token/refused", { access_token });
      await endsSoon(daemon);
      assert.equal(stage.simulator.requests().filter(({ call }) => call === "refresh").length, 0);
      await endsSoon(await staysPaired(stage));
    }));

  test("the storage, since long", () =>
    onStage(async (stage) => {
      const { daemon, stall } = stalling(stage, "/var/lib/c2cd");
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      stall();
      stage.simulator.approve();
      await daemon.until("a word about the storage", ({ health }) =>
        health.some(({ code }) => code === "pairing-unsaved"),
      );
      await endsSoon(daemon);
    }));

  test("the display", () =>
    onStage(async (stage) => {
      const { daemon, stall } = stalling(stage, "/dev/fb0");
      await eventually("a QR code", () => readQr(stage.board));
      stall();
      await pair(stage, daemon);
      await endsSoon(daemon);
      await endsSoon(await staysPaired(stage));
    }));
});

describe("an internal error", () => {
  const throwing = (statement: string) => ({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`process.on("SIGUSR2", () => { ${statement} });`)}`,
  });

  for (const [name, statement] of [
    ["that nobody catches", 'throw new Error("made for this test")'],
    ["in a promise that nobody waits for", 'void Promise.reject(new Error("made for this test"))'],
  ] as const)
    test(`${name} is told, gives the display back and ends the process, which starts well again`, () =>
      onStage(async (stage) => {
        const daemon = stage.start(throwing(statement));
        await eventually("a QR code", () => readQr(stage.board));
        const { status, took } = await daemon.end("SIGUSR2");
        assert.equal(status, 70, daemon.output);
        assert.ok(took < SOON_MS, `took ${took} ms`);
        assert.match(
          daemon.output,
          /<2>internal error; stopping for a clean restart \n<2>Error: made for this test/,
        );
        assert.equal(readQr(stage.board), null, "no code that nobody polls");
        const again = stage.start();
        await again.until("a code", ({ pairing }) => pairing !== null);
      }));
});

describe("SIGHUP", () => {
  async function hangUp(daemon: DaemonProcess, said: RegExp): Promise<void> {
    const before = daemon.output.length;
    daemon.child.kill("SIGHUP");
    await eventually(`${said} in the log`, () => (said.test(daemon.output.slice(before)) ? true : null));
  }

  test("with a configuration that can't be started keeps the one from before", () =>
    onStage(async (stage) => {
      const { board } = stage;
      const daemon = stage.start();
      await pair(stage, daemon);
      for (const [file, said] of [
        [
          `[frameio]\nca_file = "${board.root}/nothing.pem"\n`,
          /<3>the configuration stays as it was: .*nothing\.pem/,
        ],
        ['[http]\nlisten = "nowhere"\n', /<3>the configuration has mistakes and stays as it was/],
      ] as const) {
        board.write("/etc/c2cd/c2cd.toml", file);
        await hangUp(daemon, said);
        await daemon.until("paired as before", ({ state }) => state === "paired");
      }
      await endsSoon(daemon);
    }));

  test("takes up another listener, display and log format, and the pairing lives on", () =>
    onStage(async (stage) => {
      const { board } = stage;
      const write = (address: string, display: string, format: string) =>
        board.write(
          "/etc/c2cd/c2cd.toml",
          `[http]\nlisten = "${address}"\n[display]\n${display}\n[log]\nformat = "${format}"\n`,
        );
      write("127.0.0.1:0", 'driver = "framebuffer"', "journal");
      const daemon = stage.start({}, { "http.listen": null, "log.format": null });
      const before = await pageAt(daemon, "127.0.0.1");
      await pair(stage, daemon);

      const picture = `${board.root}/screen.png`;
      write("127.0.0.2:0", `driver = "png"\ndevice = "${picture}"`, "json");
      await hangUp(daemon, /"msg":"status page at/);
      const after = await pageAt(daemon, "127.0.0.2");
      assert.equal((await fetch(`${after}/healthz`)).status, 200);
      await assert.rejects(fetch(`${before}/healthz`));
      const { state, display } = await daemon.until("a picture", () => existsSync(picture));
      assert.deepEqual([state, display.driver], ["paired", "png"]);
      const lit = scanOut(board.memory(), FRAMEBUFFER).findIndex(
        (value, index) => index % 4 < 3 && value > 0,
      );
      assert.equal(lit, -1, "the other display is given back");
      await endsSoon(daemon);
    }));

  test("is no end to the service manager, and a stop is one", () =>
    onStage(async (stage) => {
      const socket = `${stage.board.root}/notify`;
      const manager = spawn("python3", ["test/daemon/service/manager.py", socket], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const told: string[] = [];
      const lines = createInterface(manager.stdout);
      await once(lines, "line");
      lines.on("line", (line) => told.push(...(JSON.parse(line) as string).split("\n")));
      const states = () => told.filter((line) => /^(READY|RELOADING|STOPPING)=1$/.test(line));
      const daemon = stage.start({ NOTIFY_SOCKET: socket });
      try {
        await eventually("ready", () => (states().length > 0 ? true : null));
        stage.board.write("/etc/c2cd/c2cd.toml", '[display]\nlanguage = "de"\n');
        daemon.child.kill("SIGHUP");
        await eventually("ready again", () => (states().length > 2 ? true : null));
        await endsSoon(daemon);
        assert.deepEqual(states(), ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]);
      } finally {
        manager.kill();
      }
    }));
});

function pageAt(daemon: DaemonProcess, address: string): Promise<string> {
  const pattern = new RegExp(`http://${address.replaceAll(".", "\\.")}:\\d+`);
  return eventually(`a page at ${address}`, () => pattern.exec(daemon.output)?.[0] ?? null);
}
