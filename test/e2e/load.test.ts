import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, type ClientRequest, request } from "node:http";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const CLIENTS = 500;
const TOKENS_A_SECOND = 200;
const SECONDS = 30;

test(`${CLIENTS} event streams and ${TOKENS_A_SECOND} token requests a second for ${SECONDS} s cost no update and one refresh`, async (t) => {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator);
  const socketPath = `${board.root}/run/c2cd/control.sock`;
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const streams: ClientRequest[] = [];
  const last = new Array<string>(CLIENTS).fill("");
  const megabytes = () =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.child.pid}/status`, "utf8"))?.[1]) / 1024;
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    for (let index = 0; index < CLIENTS; index++) {
      const stream = request({ socketPath, path: "/v1/events" }, (response) =>
        response.on("data", (chunk: Buffer) => {
          const state = /"state":"([a-z-]+)"/.exec(chunk.toString())?.[1];
          if (state !== undefined) last[index] = state;
        }),
      );
      stream.on("error", () => {});
      stream.end();
      streams.push(stream);
    }
    await eventually("a first snapshot on every stream", () =>
      last.every((state) => state !== "") ? true : null,
    );
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    await eventually("the news on every stream", () =>
      last.every((state) => state === "paired") ? true : null,
    );

    const { access_token } = JSON.parse((await daemon.ask("GET", "/v1/token")).body) as {
      access_token: string;
    };
    const early = megabytes();
    const statuses = new Map<number | string, number>();
    let under = 0;
    const count = (answer: number | string) => statuses.set(answer, (statuses.get(answer) ?? 0) + 1);
    const token = () =>
      new Promise<void>((resolve) => {
        const asked = request({ socketPath, path: "/v1/token", agent }, (response) => {
          count(response.statusCode ?? 0);
          response.resume().on("end", resolve);
        });
        asked.on("error", (error: NodeJS.ErrnoException) => {
          // The server may close an idle connection in the very moment that it is used again (nodejs.org, reusedSocket).
          if (asked.reusedSocket && error.code === "ECONNRESET") return resolve(token());
          count(error.code ?? error.message);
          resolve();
        });
        asked.end();
      });
    const started = performance.now();
    const work: Promise<void>[] = [];
    for (let sent = 0; sent < SECONDS * TOKENS_A_SECOND; sent++) {
      const due = started + (sent * 1000) / TOKENS_A_SECOND;
      if (due > performance.now())
        await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      if (sent === TOKENS_A_SECOND) void daemon.ask("POST", "/v1/token/refused", { access_token });
      under += 1;
      work.push(
        token().finally(() => {
          under -= 1;
        }),
      );
    }
    await Promise.all(work);
    const took = (performance.now() - started) / 1000;
    assert.equal(under, 0);
    const refreshes = simulator.requests().filter(({ call }) => call === "refresh").length;
    t.diagnostic(
      `${work.length} token requests in ${took.toFixed(1)} s, answers ${JSON.stringify([...statuses])}; ${refreshes} refresh; ${early.toFixed(0)} -> ${megabytes().toFixed(0)} MB`,
    );
    assert.deepEqual([...statuses.keys()], [200], "every caller got a token");
    assert.equal(refreshes, 1);
    assert.ok(megabytes() - early < 60, "memory stays flat");
  } finally {
    for (const stream of streams) stream.destroy();
    agent.destroy();
    await daemon.end();
    await simulator.close();
    board.remove();
  }
});
