/** What `journalctl` shows of a device in trouble, by the priority of each line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { FakeUptime, withUptime } from "./fake-uptime.ts";

const NONE = { "display.driver": "none", "http.listen": "" };

/** The lines that `journalctl -p warning` and `-p notice` would show. */
function lines(daemon: DaemonProcess, ...priorities: string[]): string[] {
  return daemon.output.split("\n").filter((line) => priorities.some((each) => line.startsWith(`<${each}>`)));
}

describe("the journal", { concurrency: 2 }, () => {
  test("has a mistake in the configuration as errors, where stderr is the stream that systemd names", () => {
    const board = new Board();
    board.write("/etc/c2cd/c2cd.toml", '[display]\ndrivr = "none"\n');
    const file = board.write("/output", "");
    for (const shift of [0, 1]) {
      const output = openSync(file, "w");
      const { dev, ino } = fstatSync(output);
      const { status } = spawnSync(
        process.execPath,
        [...NODE_FLAGS, resolve("dist/c2cd.js"), "--root", board.root],
        {
          env: { PATH: process.env.PATH, JOURNAL_STREAM: `${dev}:${ino + shift}` },
          stdio: ["ignore", output, output],
        },
      );
      closeSync(output);
      assert.equal(status, 78);
      const written = readFileSync(file, "utf8").trimEnd().split("\n");
      assert.equal(written.filter((line) => line.startsWith("<3>")).length, shift === 0 ? written.length : 0);
      assert.match(written.join("\n"), /unknown key display\.drivr/);
    }
    board.remove();
  });

  test("names the page by what people can open, and not by what it listens on", async () => {
    const own = hostname().replace(/\..*$/, "");
    for (const announced of [true, false]) {
      const board = new Board({ framebuffer: null });
      if (announced) board.write("/run/avahi-daemon/socket", "");
      const simulator = await startSimulator({ interval: 1 });
      const daemon = new DaemonProcess(board, simulator, { ...NONE, "http.listen": "0.0.0.0:0" });
      try {
        const { page } = await daemon.until("the page", (snapshot) => snapshot.page.length > 0);
        const { port } = new URL(page.at(-1) ?? "");
        const named = `http://${own}.local:${port}`;
        if (announced) assert.equal(page.at(-1), named);
        else assert.ok(!page.includes(named), "a name that nobody announces");
        for (const url of page)
          assert.doesNotMatch(url, /0\.0\.0\.0|127\.|\[/, "nor by IPv6, which it does not take");
        assert.ok(daemon.output.includes(`<6>status page at ${page.join(", ")}\n`), daemon.output);
      } finally {
        await daemon.end("SIGKILL");
        await simulator.close();
        board.remove();
      }
    }
  });

  test("tells of an outage as a warning that names what was tried, and of its end as a notice", async () => {
    const board = new Board({ framebuffer: null });
    const simulator = await startSimulator({ interval: 1, autoApproveAfter: 0 });
    const daemon = new DaemonProcess(board, simulator, { ...NONE, "presence.mode": "socket" });
    try {
      await daemon.until("green", ({ light }) => light === "green");
      assert.deepEqual(lines(daemon, "2", "3", "4"), []);
      await simulator.goOffline();
      await daemon.until("amber", ({ light }) => light === "amber");
      const [first, ...more] = lines(daemon, "4").filter((line) => !line.includes("may show the device"));
      assert.match(
        first ?? "",
        /^<4>paired: look at the device's record: the connection failed \(ECONN\w+\); next try (in \d+ s|at once)$/,
      );
      assert.deepEqual(more, [
        "<4>server-unreachable: Can’t reach Frame.io. No connection comes about; the network may not let HTTPS through.",
      ]);
      await simulator.goOnline();
      await daemon.until("green", ({ light }) => light === "green");
      await eventually(
        "the end of it",
        () =>
          lines(daemon, "5").some((line) => /^<5>over after \d+ s: server-unreachable$/.test(line)) || null,
      );
    } finally {
      await daemon.end("SIGKILL");
      await simulator.close();
      board.remove();
    }
  });

  test("says once that a unit is not provisioned, however often it looks again, and its state stands", async () => {
    const board = new Board({ framebuffer: null });
    const uptime = new FakeUptime(board);
    const simulator = await startSimulator({ interval: 1 });
    const secret = board.write("/etc/c2cd/wrong", "not-the-canary", 0o600);
    const daemon = new DaemonProcess(
      board,
      simulator,
      { ...NONE, "frameio.client_secret_file": secret },
      { wrapper: withUptime(uptime.file) },
    );
    try {
      const asked = () => simulator.requests().filter(({ call }) => call === "code").length;
      const { since } = await daemon.until("a refusal", ({ state }) => state === "unconfigured");
      // The time that is moved on here makes the daemon speak of its clock.
      const said = () => daemon.output.split("\n").filter((line) => !line.includes("the clock was set"));
      await eventually("the problem", () => lines(daemon, "3").length > 0 || null);
      const before = said();
      for (let count = 0; count < 4; count++) {
        const sofar = asked();
        uptime.suspend(150);
        await eventually("another request for a code", () => asked() > sofar || null);
        const { state, health, since: then } = await daemon.snapshot();
        assert.deepEqual([state, health[0]?.code, then], ["unconfigured", "secret-refused", since]);
      }
      assert.deepEqual(said(), before);
      const told = lines(daemon, "3", "4").map((line) => line.replace(/next try [^)]*/, "next try …"));
      assert.deepEqual(told, [
        "<4>requesting-code -> unconfigured (request for a code refused: invalid_client; next try …)",
        "<3>secret-refused: Key not accepted. The client_secret does not belong to this device model.",
      ]);
    } finally {
      await daemon.end("SIGKILL");
      uptime.stop();
      await simulator.close();
      board.remove();
    }
  });

  test("has an unpairing that Frame.io was not told of as a warning", async () => {
    const board = new Board({ framebuffer: null });
    const simulator = await startSimulator({ interval: 1, autoApproveAfter: 0 });
    const daemon = new DaemonProcess(board, simulator, { ...NONE, "pairing.start": "auto" });
    try {
      await daemon.until("paired", ({ state }) => state === "paired");
      await simulator.goOffline();
      await daemon.ask("POST", "/v1/unpair");
      await eventually(
        "a warning",
        () =>
          lines(daemon, "4").some((line) => /forgotten here; Frame\.io was not told: /.test(line)) || null,
      );
    } finally {
      await daemon.end("SIGKILL");
      await simulator.close();
      board.remove();
    }
  });
});
