import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { assertNoSecret } from "../support/canary.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { readQr } from "./pixels.ts";

async function withSimulator(run: (simulator: Simulator, board: Board) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  try {
    await run(simulator, board);
  } finally {
    await simulator.close();
    board.remove();
  }
}

/** Opens the control socket and becomes the daemon, as systemd does for c2cd.socket. */
function handOver(board: Board): string[] {
  const program = `
import os, socket, sys
path, *command = sys.argv[1:]
os.makedirs(os.path.dirname(path))
listening = socket.socket(socket.AF_UNIX)
listening.bind(path)
listening.listen()
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(command[0], command)`;
  return ["python3", "-c", program, `${board.root}/run/c2cd/control.sock`];
}

function c2cd(...given: string[]): { status: number | null; output: string } {
  return c2cdIn({}, ...given);
}

/** @param variables more environment */
function c2cdIn(
  variables: Readonly<Record<string, string>>,
  ...given: string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE_FLAGS, "dist/c2cd.js", ...given], {
    encoding: "utf8",
    env: { ...process.env, ...variables },
  });
  assertNoSecret(`what c2cd ${given.join(" ")} prints`, stdout + stderr);
  return { status, output: stdout + stderr };
}

describe("the life of the process", () => {
  test("no code is made at run time: all that the processor executes is a file's", () =>
    withSimulator(async (simulator, board) => {
      const daemon = new DaemonProcess(board, simulator);
      await eventually("a code that reads", () => readQr(board));
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      const executable = readFileSync(`/proc/${daemon.child.pid}/maps`, "utf8")
        .split("\n")
        .filter((mapping) => /^\S+ ..x/.test(mapping) && !/\[(vdso|vsyscall)\]$/.test(mapping));
      assert.deepEqual(
        executable.filter((mapping) => !/^\S+ r-x.* \//.test(mapping)),
        [],
      );
      await daemon.end();
    }));

  test("SIGTERM at any moment ends it cleanly within two seconds, and keeps the pairing", () =>
    withSimulator(async (simulator, board) => {
      const moments = [
        async () => {},
        (daemon: DaemonProcess) => eventually("its first line", () => (daemon.output === "" ? null : true)),
        (daemon: DaemonProcess) => daemon.until("a code", ({ pairing }) => pairing !== null),
        async (daemon: DaemonProcess) => {
          await daemon.until("a code", ({ pairing }) => pairing !== null);
          simulator.faults.add({ call: "poll", fault: { type: "hang" }, count: 1 });
          await simulator.nextRequest(({ call }) => call === "poll");
        },
        async (daemon: DaemonProcess) => {
          await daemon.until("a code", ({ pairing }) => pairing !== null);
          simulator.approve();
          await simulator.nextRequest(({ call, committed }) => call === "poll" && committed);
        },
        (daemon: DaemonProcess) => daemon.until("paired", ({ state }) => state === "paired"),
      ];
      for (const [index, moment] of moments.entries()) {
        const daemon = new DaemonProcess(board, simulator);
        await moment(daemon);
        const { status, took } = await daemon.end();
        const clean = status === 0 || daemon.child.signalCode === "SIGTERM";
        assert.ok(clean, `moment ${index}: status ${status}\n${daemon.output}`);
        // Two seconds by the daemon's own timer, on a machine that may be busy.
        assert.ok(took < 15_000, `moment ${index}: took ${Math.round(took)} ms`);
      }
    }));

  test("why the pairing is gone is still told after a restart, until the device is paired again", () =>
    withSimulator(async (simulator, board) => {
      const told = (daemon: DaemonProcess) =>
        daemon.until(
          "a code, and how the last pairing went",
          ({ pairing, health }) =>
            pairing !== null && health.some(({ code }) => code === "authorization-ended"),
        );
      const daemon = new DaemonProcess(board, simulator);
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      const access_token = await daemon.accessToken();
      simulator.forget();
      await daemon.ask("POST", "/v1/token/refused", { access_token });
      const { health } = await told(daemon);
      assert.match(String(health[0]?.detail), /^It ended on \d{4}-\d\d-\d\d\.$/);
      await daemon.end();

      const again = new DaemonProcess(board, simulator);
      assert.equal((await told(again)).health[0]?.detail, health[0]?.detail);
      simulator.approve();
      const paired = await again.until("paired", ({ state }) => state === "paired");
      assert.deepEqual(paired.health, []);
      await again.end();
    }));

  test("a code does not stay on the screen of a daemon that has ended", () =>
    withSimulator(async (simulator, board) => {
      const daemon = new DaemonProcess(board, simulator);
      await eventually("a QR code", () => readQr(board));
      await daemon.end();
      assert.equal(readQr(board), null);
    }));

  test("a second daemon on the same state directory says so and exits with 75", () =>
    withSimulator(async (simulator, board) => {
      const first = new DaemonProcess(board, simulator);
      await first.until("a code", ({ pairing }) => pairing !== null);
      const second = new DaemonProcess(board, simulator);
      await eventually("its end", () => (second.child.exitCode === null ? null : true));
      assert.equal(second.child.exitCode, 75);
      assert.match(second.output, /another|already/i);
      await first.until("still a code", ({ pairing }) => pairing !== null);
      await first.end();
    }));

  test("SIGHUP takes up a changed configuration; a wrong one leaves everything as it was", () =>
    withSimulator(async (simulator, board) => {
      const daemon = new DaemonProcess(board, simulator);
      const before = await daemon.until("a code", ({ pairing }) => pairing !== null);
      board.write("/etc/c2cd/c2cd.toml", '[display]\nlanguage = "klingon"\n');
      daemon.child.kill("SIGHUP");
      await eventually("a complaint", () =>
        /c2cd\.toml:2: display\.language must be one of/.test(daemon.output) ? true : null,
      );
      assert.equal((await daemon.snapshot()).pairing?.user_code, before.pairing?.user_code);

      board.write("/etc/c2cd/c2cd.toml", '[log]\nlevel = "debug"\n');
      daemon.child.kill("SIGHUP");
      await eventually("debug lines", () => (/^<7>/m.test(daemon.output) ? true : null));
      assert.equal(
        (await daemon.snapshot()).pairing?.user_code,
        before.pairing?.user_code,
        "nothing else moved",
      );

      board.write("/etc/c2cd/c2cd.toml", '[identity]\nprefix = "ACME-"\n');
      daemon.child.kill("SIGHUP");
      await daemon.until(
        "the new identity",
        ({ device, pairing }) => device.client_id.startsWith("ACME-") && pairing !== null,
      );
      assert.equal((await daemon.end()).status, 0);
    }));

  test("a socket that systemd has handed over outlives a changed configuration", () =>
    withSimulator(async (simulator, board) => {
      const daemon = new DaemonProcess(board, simulator, {}, { wrapper: handOver(board) });
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      board.write("/etc/c2cd/c2cd.toml", '[identity]\nprefix = "ACME-"\n');
      daemon.child.kill("SIGHUP");
      await daemon.until(
        "the new identity",
        ({ device, pairing }) => device.client_id.startsWith("ACME-") && pairing !== null,
      );
      assert.equal((await daemon.end()).status, 0);
      assert.ok(existsSync(`${board.root}/run/c2cd/control.sock`), "systemd's file stays systemd's");
    }));

  test("without a client_secret it says so, and goes on as soon as there is one", () =>
    withSimulator(async (simulator, board) => {
      const file = `${board.root}/etc/c2cd/later`;
      const daemon = new DaemonProcess(board, simulator, { "frameio.client_secret_file": file });
      const waiting = await daemon.until("unconfigured", ({ state }) => state === "unconfigured");
      assert.equal(waiting.health[0]?.code, "secret-missing");
      board.write("/etc/c2cd/later", simulator.secret, 0o644);
      daemon.child.kill("SIGHUP");
      await eventually("a word about its mode", () => (/chmod 600/.test(daemon.output) ? true : null));
      board.write("/etc/c2cd/later", "", 0o600);
      spawnSync("chmod", ["600", file]);
      board.write("/etc/c2cd/later", simulator.secret);
      daemon.child.kill("SIGHUP");
      await daemon.until("a code", ({ pairing }) => pairing !== null);
      await daemon.end();
    }));

  test("a secret that Frame.io rejects is told from a missing one", () =>
    withSimulator(async (simulator, board) => {
      const file = board.write("/etc/c2cd/wrong", "not-the-canary", 0o600);
      const daemon = new DaemonProcess(board, simulator, { "frameio.client_secret_file": file });
      const snapshot = await daemon.until("unconfigured", ({ state }) => state === "unconfigured");
      assert.equal(snapshot.health[0]?.code, "secret-refused");
      await daemon.end();
    }));

  test("a card moved to another board pairs as that board, and the first pairing waits for its own", () =>
    withSimulator(async (simulator, board) => {
      const first = new DaemonProcess(board, simulator);
      await first.until("a code", ({ pairing }) => pairing !== null);
      simulator.approve();
      const { device } = await first.until("paired", ({ state }) => state === "paired");
      await first.end();

      board.write("/sys/firmware/devicetree/base/serial-number", "20000000c4f19e07\0");
      const moved = new DaemonProcess(board, simulator);
      const other = await moved.until("a code", ({ pairing }) => pairing !== null);
      assert.notEqual(other.device.client_id, device.client_id);
      assert.deepEqual([device.serial, other.device.serial], ["10000000E63B0D94", "20000000C4F19E07"]);
      assert.ok(other.health.some(({ code }) => code === "identity-changed"));
      await moved.end();

      board.write("/sys/firmware/devicetree/base/serial-number", "10000000e63b0d94\0");
      const back = new DaemonProcess(board, simulator);
      const again = await back.until("paired", ({ state }) => state !== "starting");
      assert.equal(again.state, "paired");
      assert.equal(again.device.client_id, device.client_id);
      await back.end();
    }));

  test("mistakes in the configuration end it with 78 and tell file, line and the nearest key", () => {
    const board = new Board();
    const file = board.write("/etc/c2cd/c2cd.toml", '[display]\ndrivr = "png"\n[http]\nlisten = 8620\n');
    const { status, output } = c2cd("--root", board.root);
    assert.equal(status, 78);
    assert.match(
      output,
      new RegExp(`${file}:2: unknown key display\\.drivr; did you mean display\\.driver\\?`),
    );
    assert.match(output, /c2cd\.toml:4: http\.listen must be text in quotes/);
    board.remove();
  });

  test("--check prints what would be used, and no secret", () => {
    const board = new Board();
    const secret = board.write("/etc/c2cd/secret", "canary-of-the-model", 0o600);
    board.write("/etc/c2cd/c2cd.toml", `[frameio]\nclient_secret_file = "${secret}"\n`);
    const good = c2cd("--root", board.root, "--check");
    assert.equal(good.status, 0);
    assert.match(good.output, /10000000E63B0D94 \(board-serial\)/i);
    assert.match(good.output, /^page +http:\/\/127\.0\.0\.1:8620, for this device alone$/m);
    for (const [listen, page] of [
      ["", /^page +off$/m],
      ["192.0.2.17:80", /^page +http:\/\/192\.0\.2\.17:80$/m],
      [
        "0.0.0.0:8620",
        /^page +(http:\/\/(?!0\.0\.0\.0)[\d.]+:8620.*|port 8620 of each address that this device gets)$/m,
      ],
    ] as const) {
      board.write(
        "/etc/c2cd/c2cd.toml",
        `[frameio]\nclient_secret_file = "${secret}"\n[http]\nlisten = "${listen}"\n`,
      );
      assert.match(c2cd("--root", board.root, "--check").output, page);
    }
    board.write("/etc/c2cd/c2cd.toml", "");
    const bad = c2cd("--root", board.root, "--check");
    assert.equal(bad.status, 78);
    assert.match(bad.output, /secret +WRONG: there is no client_secret/);
    board.write("/etc/credstore.encrypted/c2cd.client_secret", "sealed");
    const provisioned = c2cd("--root", board.root, "--check");
    assert.equal(provisioned.status, 0);
    assert.match(provisioned.output, /secret +handed over by systemd from \/etc\/credstore\.encrypted$/m);
    board.remove();
  });

  test("what the daemon would refuse, --check refuses: a key that no keyboard has", () => {
    const board = new Board();
    const secret = board.write("/etc/c2cd/secret", "canary-of-the-model", 0o600);
    board.write(
      "/etc/c2cd/c2cd.toml",
      `[frameio]\nclient_secret_file = "${secret}"\n[buttons]\nkey = "KEY_ENTR"\n`,
    );
    for (const { status, output } of [c2cd("--root", board.root, "--check"), c2cd("--root", board.root)]) {
      assert.equal(status, 78, output);
      assert.match(output, /buttons\.key: there is no key KEY_ENTR; did you mean KEY_ENTER\?/);
    }
    board.remove();
  });

  test("what the daemon would refuse, --check refuses: a vault_key that is no key", () => {
    const board = new Board();
    const credentials = dirname(board.write("/run/credentials/client_secret", "canary-of-the-model", 0o600));
    board.write("/run/credentials/vault_key", "too short", 0o600);
    const environment = { CREDENTIALS_DIRECTORY: credentials };
    for (const { status, output } of [
      c2cdIn(environment, "--root", board.root, "--check"),
      c2cdIn(environment, "--root", board.root),
    ]) {
      assert.equal(status, 78, output);
      assert.match(output, /credential vault_key holds 9 bytes and no key/);
    }
    board.remove();
  });

  test("a wrong command line ends it with 64", () => {
    const { status, output } = c2cd("--chek");
    assert.equal(status, 64);
    assert.match(output, /--check/);
  });
});
