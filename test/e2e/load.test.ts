import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, type ClientRequest, request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const CLIENTS = 500;
const SLEEPERS = 20;
const TOKENS_A_SECOND = 200;
const SECONDS = 30;
/** What a client reads or writes to whom the server has closed. */
const CLOSED = ["ECONNRESET", "EPIPE"];
/** Seconds between polls, and that a code lives: several of both fall into the time of the load. */
const INTERVAL = 1;
const CODE_LIFE = 6;

/** One reader of the event stream: the codes that it was shown, in order, and the newest snapshot. */
class Reader {
  readonly codes: string[] = [];
  newest: Snapshot | null = null;
  readonly #request: ClientRequest;

  constructor(socketPath: string) {
    let rest = "";
    this.#request = request({ socketPath, path: "/v1/events", agent: false }, (response) =>
      response.setEncoding("utf8").on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data: ")) this.#take(JSON.parse(line.slice(6)));
      }),
    );
    this.#request.on("error", () => {}).end();
  }

  #take(snapshot: Snapshot): void {
    this.newest = snapshot;
    const code = snapshot.pairing?.user_code;
    if (code !== undefined && code !== this.codes.at(-1)) this.codes.push(code);
  }

  close(): void {
    this.#request.destroy();
  }
}

/** Asks for the event stream and never reads a byte of it. */
async function sleeper(socketPath: string) {
  const socket = connect(socketPath).on("error", () => {});
  await once(socket, "connect");
  socket.pause();
  socket.write("GET /v1/events HTTP/1.1\r\nHost: c2cd\r\n\r\n");
  return socket;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

test(`${CLIENTS} event streams and ${TOKENS_A_SECOND} token requests a second for ${SECONDS} s cost no update and one refresh`, async (t) => {
  const simulator = await startSimulator({ interval: INTERVAL, codeLife: CODE_LIFE });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator);
  const socketPath = `${board.root}/run/c2cd/control.sock`;
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const readers: Reader[] = [];
  const sleepers: Awaited<ReturnType<typeof sleeper>>[] = [];
  const megabytes = () =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.child.pid}/status`, "utf8"))?.[1]) / 1024;
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    for (let index = 0; index < CLIENTS; index++) readers.push(new Reader(socketPath));
    for (let index = 0; index < SLEEPERS; index++) sleepers.push(await sleeper(socketPath));
    await eventually("a first snapshot on every stream", () =>
      readers.every(({ newest }) => newest !== null) ? true : null,
    );
    // A paired device that offers codes for another project is polled for, and hands out tokens meanwhile.
    await daemon.ask("POST", "/v1/pair");
    await daemon.until("a code beside the pairing", ({ pairing }) => pairing !== null);

    const access_token = await daemon.accessToken();
    const statuses = new Map<number | string, number>();
    const times: number[] = [];
    const count = (answer: number | string) => statuses.set(answer, (statuses.get(answer) ?? 0) + 1);
    const token = () =>
      new Promise<void>((resolve) => {
        const sent = performance.now();
        const asked = request({ socketPath, path: "/v1/token", agent }, (response) => {
          count(response.statusCode ?? 0);
          response.resume().on("end", () => {
            times.push(performance.now() - sent);
            resolve();
          });
        });
        asked.on("error", (error: NodeJS.ErrnoException) => {
          // The server may close an idle connection in the very moment that it is used again (nodejs.org, reusedSocket).
          if (asked.reusedSocket && CLOSED.includes(error.code ?? "")) return resolve(token());
          count(error.code ?? error.message);
          resolve();
        });
        asked.end();
      });
    const early = megabytes();
    const started = performance.now();
    const seenBefore = simulator.requests().length;
    const work: Promise<void>[] = [];
    for (let sent = 0; sent < SECONDS * TOKENS_A_SECOND; sent++) {
      const due = started + (sent * 1000) / TOKENS_A_SECOND;
      if (due > performance.now())
        await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      if (sent % TOKENS_A_SECOND === 0)
        // However many say so, and however often.
        for (let caller = 0; caller < 10; caller++)
          work.push(daemon.ask("POST", "/v1/token/refused", { access_token }).then(() => undefined));
      work.push(token());
    }
    await Promise.all(work);
    const took = (performance.now() - started) / 1000;
    const late = megabytes();

    const requests = simulator.requests().slice(seenBefore);
    const polls = requests.filter(({ call }) => call === "poll");
    const gaps = polls
      .slice(1)
      .map(({ at }, index) => at - (polls[index]?.at ?? 0))
      .sort((a, b) => a - b);
    const refreshes = requests.filter(({ call }) => call === "refresh").length;
    times.sort((a, b) => a - b);
    t.diagnostic(
      `${times.length} token requests in ${took.toFixed(1)} s, answers ${JSON.stringify([...statuses])}, ` +
        `half within ${percentile(times, 0.5).toFixed(1)} ms, 99 % within ${percentile(times, 0.99).toFixed(0)} ms`,
    );
    t.diagnostic(
      `${refreshes} refresh for ${SECONDS * 10} callers that were refused; ${polls.length} polls ` +
        `${(gaps[0] ?? 0).toFixed(0)} to ${(gaps.at(-1) ?? 0).toFixed(0)} ms apart, half within ${percentile(gaps, 0.5).toFixed(0)} ms`,
    );
    t.diagnostic(`${early.toFixed(0)} -> ${late.toFixed(0)} MB with ${SLEEPERS} streams that nobody reads`);
    assert.deepEqual([...statuses.keys()], [200], "every caller got a token");
    assert.equal(refreshes, 1);
    assert.ok(late - early < 60, "memory stays flat");
    assert.ok((gaps[0] ?? 0) >= INTERVAL * 1_000, "no poll too early");
    // 1.1 intervals apart, and twice that where one code follows another. A machine that is too slow to be asked so
    // often is too slow for this as well, by as much.
    const slowness = Math.max(1, took / SECONDS);
    assert.ok(percentile(gaps, 0.5) < INTERVAL * 2_000 * slowness, "polls on time");

    await daemon.ask("POST", "/v1/cancel");
    await eventually("the end of the offer on every stream", () =>
      readers.every(({ newest }) => newest?.state === "paired" && newest.pairing === null) ? true : null,
    );
    const [first] = readers;
    const codes = first?.codes ?? [];
    assert.ok(codes.length >= 3, `${codes.length} codes while it was loaded`);
    for (const reader of readers) assert.deepEqual(reader.codes, codes, "every stream told of every code");
    t.diagnostic(`each of ${CLIENTS} streams told of the same ${codes.length} codes, in order`);
  } finally {
    for (const reader of readers) reader.close();
    for (const socket of sleepers) socket.destroy();
    agent.destroy();
    await daemon.end();
    await simulator.close();
    board.remove();
  }
});
