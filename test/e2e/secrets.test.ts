import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess } from "./daemon-process.ts";

const ROUTES = [
  "/",
  "/v1/status",
  "/v1/qr.svg",
  "/v1/qr.png",
  "/v1/screen.png",
  "/v1/history",
  "/v1/openapi.json",
  "/healthz",
  "/metrics",
  "/v1/nothing",
];

test("no secret of the whole pairing is in a response, the log, the screen, or what the kernel shows of the process", async () => {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator, { "log.level": "trace" });
  const seen: (readonly [string, Buffer])[] = [];
  async function look(moment: string): Promise<void> {
    const page = await daemon.page();
    for (const route of ROUTES) {
      const answer = await fetch(page + route);
      seen.push([`${moment}: ${route}`, Buffer.from(await answer.arrayBuffer())]);
      seen.push([`${moment}: ${route} on the socket`, Buffer.from((await daemon.ask("GET", route)).body)]);
    }
    const answer = await fetch(`${page}/v1/token`);
    assert.ok(answer.status >= 400, "no token on TCP");
    seen.push([`${moment}: /v1/token on TCP`, Buffer.from(await answer.arrayBuffer())]);
    seen.push([`${moment}: screen`, board.memory()]);
    for (const file of ["cmdline", "environ"])
      seen.push([`${moment}: /proc/${file}`, readFileSync(`/proc/${daemon.child.pid}/${file}`)]);
  }
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    await look("with a code");
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    const { access_token } = JSON.parse((await daemon.ask("GET", "/v1/token")).body) as {
      access_token: string;
    };
    await daemon.ask("POST", "/v1/token/refused", { access_token });
    await simulator.nextRequest(({ call }) => call === "me");
    await look("paired and refreshed");
    await daemon.ask("POST", "/v1/unpair");
    await daemon.until("a new code", ({ state }) => state === "awaiting-user");
    await look("unpaired");
  } finally {
    await daemon.end();
  }
  seen.push(["the log", Buffer.from(daemon.output)]);
  const secrets = simulator.secrets();
  assert.ok(secrets.length >= 6, "the secret, device codes and tokens of both pairs");
  for (const [where, bytes] of seen)
    for (const secret of secrets) assert.ok(!bytes.includes(secret), `a secret in ${where}`);
  const database = readFileSync(`${board.root}/var/lib/c2cd/c2cd.db`);
  for (const secret of secrets) assert.ok(!database.includes(secret), "a secret on the disk in the clear");
  await simulator.close();
  board.remove();
});
