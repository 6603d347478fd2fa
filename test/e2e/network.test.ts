import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { createAuthority } from "../simulator/certificates.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const SPACE = `c2cd-${process.pid}`;
const [HERE, THERE] = [`c2cd-h${process.pid % 10_000}`, `c2cd-d${process.pid % 10_000}`];
const ADDRESS = "10.213.77.1";

function ip(...given: string[]): void {
  execFileSync("ip", given, { stdio: ["ignore", "ignore", "pipe"] });
}

/** A network of its own for the device, with one cable to the server. */
function layCable(): boolean {
  if (process.getuid?.() !== 0 || spawnSync("ip", ["netns", "add", SPACE]).status !== 0) return false;
  ip("link", "add", HERE, "type", "veth", "peer", "name", THERE, "netns", SPACE);
  ip("address", "add", `${ADDRESS}/24`, "dev", HERE);
  ip("link", "set", HERE, "up");
  ip("-n", SPACE, "link", "set", "lo", "up");
  return true;
}

function plug(): void {
  ip("-n", SPACE, "address", "add", "10.213.77.2/24", "dev", THERE);
  ip("-n", SPACE, "link", "set", THERE, "up");
}

function unplug(): void {
  ip("-n", SPACE, "address", "flush", "dev", THERE);
  ip("-n", SPACE, "link", "set", THERE, "down");
}

const laid = layCable();

describe("an interface that goes and comes", {
  skip: laid ? false : "needs root and network namespaces",
}, () => {
  test("is used within two seconds: for the first code, in mid-poll, and for a refresh", async (t) => {
    const board = new Board();
    const authority = createAuthority(`${board.root}/ca`);
    const tls = authority.issue({ hosts: [ADDRESS], from: new Date(Date.now() - 86_400_000) });
    const simulator = await startSimulator({ interval: 1, tls, host: ADDRESS });
    const daemon = new DaemonProcess(
      board,
      simulator,
      { "frameio.ca_file": authority.certFile, "frameio.verification_hosts": "frame.io" },
      { wrapper: ["ip", "netns", "exec", SPACE] },
    );
    const recoveries: number[] = [];
    const recovers = async (call: string) => {
      const next = simulator.nextRequest((request) => request.call === call && request.status !== null);
      const start = performance.now();
      plug();
      await next;
      recoveries.push(performance.now() - start);
    };
    try {
      const waiting = await daemon.until("no network", ({ state }) => state === "waiting-for-network");
      assert.equal(waiting.pairing, null);
      await eventually("a word about it", async () =>
        (await daemon.snapshot()).health.some(({ code }) => code === "no-network") ? true : null,
      );
      await recovers("code");
      const { pairing } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);

      await simulator.nextRequest(({ call }) => call === "poll");
      unplug();
      await eventually("polls that fail", () =>
        /poll-answered|unreachable|connect/.test(daemon.output) ? true : null,
      );
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      await recovers("poll");
      assert.equal((await daemon.snapshot()).pairing?.user_code, pairing?.user_code);

      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
      const { access_token } = JSON.parse((await daemon.ask("GET", "/v1/token")).body) as {
        access_token: string;
      };
      unplug();
      await daemon.ask("POST", "/v1/token/refused", { access_token });
      await eventually("refreshes that fail", async () =>
        (await daemon.snapshot()).health.some(({ code }) => code === "refresh-failing") ? true : null,
      );
      await recovers("refresh");
      await eventually("nothing to complain about", async () =>
        (await daemon.snapshot()).health.length === 0 ? true : null,
      );
      t.diagnostic(`recovered in ${recoveries.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
      for (const took of recoveries) assert.ok(took < 3_000, `${took} ms`);
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
      ip("link", "delete", HERE);
      ip("netns", "delete", SPACE);
    }
  });
});
