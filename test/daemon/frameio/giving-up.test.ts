/** What the kernel holds of a request that was given up, on a road that is cut and mended. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../daemon/core/clock.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { readRoots } from "../../../daemon/frameio/roots.ts";
import { canLay, Road } from "../../e2e/road.ts";
import { createAuthority } from "../../simulator/certificates.ts";
import { client, expectFault, realClock } from "./support.ts";

const skip = canLay() ? false : "needs root and network namespaces";
const HOST = "api.frame.io";
const PROGRAM = fileURLToPath(new URL("far-end.ts", import.meta.url));
const CONNECT_MS = 10_000;

const home = mkdtempSync(join(tmpdir(), "c2cd-giving-up-"));
after(() => rmSync(home, { recursive: true }));
const authority = createAuthority(home);
const pair = authority.issue({ hosts: [HOST] });

interface FarEnd {
  readonly road: Road;
  readonly server: number;
  readonly proxy: number;
  /** The paths that it was asked for. */
  readonly saw: readonly string[];
}

/** A server where the device would be, so that the client is this process. */
async function farEnd(context: TestContext, number: number): Promise<FarEnd> {
  const road = new Road(number, 4);
  context.after(() => road.remove());
  await road.lay();
  road.plug();
  const [command = "", ...given] = [...road.wrapper, process.execPath, "--import", "tsx", PROGRAM];
  const child = spawn(command, [...given, road.device, pair.certFile, pair.keyFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  context.after(() => child.kill("SIGKILL"));
  const saw: string[] = [];
  return new Promise((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      const told = JSON.parse(line);
      if (told.saw !== undefined) saw.push(told.saw);
      else resolve({ road, saw, ...told });
    });
  });
}

/** Cuts the road when the connection stands and nothing was sent on it, and gives the call up when the kernel has it. */
function cutting(road: Road, giving: AbortController): Clock {
  const clock = realClock();
  let cut = false;
  return {
    ...clock,
    after(ms, run) {
      const stop = clock.after(ms, run);
      if (ms !== CONNECT_MS || cut) return stop;
      return () => {
        stop();
        if (cut) return;
        cut = true;
        road.swallow(road.device);
        setImmediate(() => giving.abort());
      };
    },
  };
}

/** Whether the kernel still has something to send to that address (proc(5), tcp): all states but TIME_WAIT. */
function keepsConnection(address: string): boolean {
  const octets = address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0").toUpperCase());
  const remote = new RegExp(`^\\s*\\d+: \\S+ ${octets.reverse().join("")}:\\S+ (?!06)`, "m");
  return remote.test(readFileSync("/proc/net/tcp", "utf8"));
}

describe("a refresh that is given up before it got out is never delivered", { skip }, () => {
  for (const [number, way] of (["directly", "through a proxy"] as const).entries())
    test(way, { timeout: 120_000 }, async (context) => {
      const { road, server, proxy, saw } = await farEnd(context, 40 + number);
      const address = road.device;
      const giving = new AbortController();
      const lookup: LookupFunction = (_, __, callback) => callback(null, [{ address, family: 4 }]);
      const frameio = client(`https://${HOST}:${server}`, {
        lookup,
        roots: readRoots(authority.cert),
        proxy: way === "directly" ? null : `http://${address}:${proxy}`,
        clock: cutting(road, giving),
        timeouts: { connect: CONNECT_MS, headers: 60_000, total: 60_000 },
      });
      expectFault(await frameio.refresh(new Secret("refresh-0"), giving.signal));
      road.passOn(road.device);
      // Where the kernel still has the request, it delivers it now.
      while (keepsConnection(address)) await sleep(50);
      assert.equal((await frameio.health()).kind, "verdict");
      while (!saw.includes("/health")) await sleep(5);
      assert.deepEqual(saw, ["/health"]);
    });
});
