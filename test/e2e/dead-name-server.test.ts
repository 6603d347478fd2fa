/** A name server that takes every question and answers none, as behind a router that has lost its line. */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const SPACE = `c2cd-dns-${process.pid}`;
const INSIDE = ["ip", "netns", "exec", SPACE];
const SILENT =
  'require("node:dgram").createSocket("udp4").bind(53, "127.0.0.1", () => console.log("listening"))';

const made = process.getuid?.() === 0 && spawnSync("ip", ["netns", "add", SPACE]).status === 0;

describe("a name server that never answers", {
  skip: made ? false : "needs root and network namespaces",
}, () => {
  const server = { stop: () => {} };
  before(async () => {
    execFileSync("ip", ["-n", SPACE, "link", "set", "lo", "up"]);
    // ip-netns(8) puts it in the place of /etc/resolv.conf.
    mkdirSync(`/etc/netns/${SPACE}`, { recursive: true });
    writeFileSync(`/etc/netns/${SPACE}/resolv.conf`, "nameserver 127.0.0.1\noptions timeout:30 attempts:3\n");
    const [command = "", ...given] = [...INSIDE, process.execPath, "-e", SILENT];
    const silent = spawn(command, given, { stdio: ["ignore", "pipe", "inherit"] });
    server.stop = () => void silent.kill();
    await once(silent.stdout, "data");
  });
  after(() => {
    server.stop();
    rmSync(`/etc/netns/${SPACE}`, { recursive: true, force: true });
    execFileSync("ip", ["netns", "delete", SPACE]);
  });

  test("does not hold up the end of the daemon", async (t) => {
    const simulator = await startSimulator({});
    t.after(() => simulator.close());
    const board = new Board();
    t.after(() => board.remove());
    const daemon = new DaemonProcess(
      board,
      simulator,
      { "frameio.base_url": "https://api.frame.io" },
      { wrapper: INSIDE },
    );
    await eventually("a look-up", () => (/-> requesting-code/.test(daemon.output) ? true : null));
    await daemon.until("a socket that answers", () => true);
    const { took } = await daemon.end();
    t.diagnostic(`ended in ${Math.round(took)} ms`);
    assert.ok(took < 10_000, `ended in ${took} ms`);
  });

  test("is named by c2cctl doctor, which does not wait for it for ever", async (t) => {
    const board = new Board();
    t.after(() => board.remove());
    const [command = "", ...given] = [
      ...INSIDE,
      process.execPath,
      ...NODE_FLAGS,
      "dist/c2cctl.js",
      "doctor",
      "--root",
      board.root,
    ];
    const start = performance.now();
    const { stdout } = await promisify(execFile)(command, given).catch(
      (error) => error as { stdout: string },
    );
    const took = performance.now() - start;
    assert.match(
      stdout,
      /^fail dns: the name api\.frame\.io does not resolve \(ETIMEDOUT\); check the name server/m,
    );
    t.diagnostic(`told after ${Math.round(took)} ms`);
    assert.ok(took < 60_000, `took ${took} ms`);
  });
});
