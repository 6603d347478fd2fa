import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Snapshot } from "../../../daemon/contract/snapshot.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { AWAITING, IDLE, OFFER, PAIRED } from "./fake-backend.ts";
import { overSocket, overTcp, type Running, start } from "./harness.ts";

/** A reader of the stream, as the standard says to read it: fields, blank line, comments. */
class Stream {
  readonly snapshots: Snapshot[] = [];
  comments = 0;
  ended = false;
  bytes = 0;
  #rest = "";
  readonly #decoder = new TextDecoder();
  #wake: () => void = () => {};

  take(chunk: Buffer): void {
    this.bytes += chunk.length;
    const blocks = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block.split("\n").filter((line) => line.startsWith("data: "));
      if (data.length > 0) this.snapshots.push(JSON.parse(data.map((line) => line.slice(6)).join("\n")));
      else if (block.startsWith(":")) this.comments++;
    }
    this.#wake();
  }

  end(): void {
    this.ended = true;
    this.#wake();
  }

  async until(done: (stream: Stream) => boolean): Promise<void> {
    while (!done(this)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

function listen(context: TestContext, where: { socketPath: string } | { port: number }): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const stream = new Stream();
    const sent = request({ ...where, path: "/v1/events", agent: false }, (answer) => {
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.headers["content-type"], "text/event-stream");
      assert.equal(answer.headers["cache-control"], "no-store");
      answer.on("data", (chunk: Buffer) => stream.take(chunk));
      answer.on("error", () => stream.end());
      answer.on("close", () => stream.end());
      resolve(stream);
    });
    context.after(() => sent.destroy());
    sent.on("error", reject);
    sent.end();
  });
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const attempt = (ordinal: number): Snapshot => ({ ...AWAITING, pairing: { ...OFFER, attempt: ordinal } });

async function streamsOpen(running: Running): Promise<number> {
  const { body } = await overTcp(running, "/metrics");
  return Number(/\nc2cd_event_streams (\d+)/.exec(body)?.[1]);
}

test("the whole snapshot comes first, then one on each change, on both listeners", async (context) => {
  const clock = new ManualClock();
  const running = await start(context, { clock });
  for (const where of [{ socketPath: running.socketPath }, { port: running.port }]) {
    running.backend.become(IDLE);
    await clock.advance(50);
    const stream = await listen(context, where);
    await stream.until(({ snapshots }) => snapshots.length === 1);
    for (const [index, snapshot] of [AWAITING, PAIRED, IDLE].entries()) {
      running.backend.become(snapshot);
      await stream.until(({ snapshots }) => snapshots.length === index + 2);
      await clock.advance(50);
    }
    assert.deepEqual(stream.snapshots, [IDLE, AWAITING, PAIRED, IDLE]);
  }
});

test("a burst is told at once and at its end, in the last state", async (context) => {
  const clock = new ManualClock();
  const running = await start(context, { clock });
  const stream = await listen(context, { port: running.port });
  for (let ordinal = 1; ordinal <= 1000; ordinal++) running.backend.become(attempt(ordinal));
  await clock.advance(50);
  await stream.until(({ snapshots }) => snapshots.length === 3);
  assert.deepEqual(stream.snapshots, [IDLE, attempt(1), attempt(1000)]);
});

test("a comment keeps a quiet stream alive every 15 seconds, by one timer for all", async (context) => {
  const clock = new ManualClock();
  const running = await start(context, { clock });
  const before = clock.pending;
  const streams = await Promise.all([1, 2, 3, 4].map(() => listen(context, { port: running.port })));
  assert.equal(clock.pending, before + 1);
  await clock.advance(14_999);
  assert.deepEqual(
    streams.map(({ comments }) => comments),
    [0, 0, 0, 0],
  );
  await clock.advance(1);
  await Promise.all(streams.map((stream) => stream.until(({ comments }) => comments === 1)));
  await clock.advance(15_000);
  await Promise.all(streams.map((stream) => stream.until(({ comments }) => comments === 2)));
});

test("a client that goes is forgotten", async (context) => {
  const running = await start(context);
  const socket = connect(running.port, "127.0.0.1");
  socket.write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  assert.equal(await streamsOpen(running), 1);
  socket.destroy();
  while ((await streamsOpen(running)) > 0) running.backend.become(IDLE);
});

test("a client that never reads holds one buffer, gets the newest when it reads, and is let go in the end", async (context) => {
  const clock = new ManualClock();
  const running = await start(context, { clock });
  const open = () => {
    const socket = connect(running.port, "127.0.0.1");
    context.after(() => socket.destroy());
    socket.pause();
    socket.write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return socket;
  };
  const [sleeper, late] = [open(), open()];
  while ((await streamsOpen(running)) < 2);

  // A snapshot of 512 KiB, so that a few dozen overrun every buffer of the kernel before anybody is let go.
  const bulk = "x".repeat(512 * 1024);
  const big = (ordinal: number): Snapshot => ({
    ...attempt(ordinal),
    device: { ...IDLE.device, model: bulk },
  });
  const fill = async (from: number) => {
    for (let ordinal = from; ordinal < from + 40; ordinal++) {
      running.backend.become(big(ordinal));
      await clock.advance(50);
    }
  };
  await fill(1);
  collectGarbage();
  const before = process.memoryUsage();
  await fill(41);
  collectGarbage();
  const after = process.memoryUsage();
  const growth = after.external + after.arrayBuffers - before.external - before.arrayBuffers;
  assert.ok(growth < 8 * 1024 * 1024, `grew by ${growth} bytes while 20 MiB were told`);

  const stream = new Stream();
  late.on("data", (chunk: Buffer) => stream.take(chunk)).resume();
  await stream.until(({ snapshots }) => snapshots.at(-1)?.pairing?.attempt === 80);
  assert.ok(stream.snapshots.length < 80, "what it slept through was not kept for it");

  const gone = new Promise((resolve) => sleeper.once("close", resolve));
  await clock.advance(10_000);
  while ((await streamsOpen(running)) > 1);
  sleeper.on("error", () => {}).resume();
  await gone;
  running.backend.become(PAIRED);
  await stream.until(({ snapshots }) => snapshots.at(-1)?.state === "paired");
});

test("500 clients all hear of every change, and memory stays", async (context) => {
  const running = await start(context);
  const begun = performance.now();
  const streams: Stream[] = [];
  for (let batch = 0; batch < 10; batch++)
    streams.push(
      ...(await Promise.all(Array.from({ length: 50 }, () => listen(context, { port: running.port })))),
    );
  assert.equal(await streamsOpen(running), 500);
  const heapBefore = process.memoryUsage().heapUsed;
  for (let ordinal = 1; ordinal <= 20; ordinal++) {
    running.backend.become(attempt(ordinal));
    await Promise.all(
      streams.map((stream) =>
        stream.until(({ snapshots }) => snapshots.at(-1)?.pairing?.attempt === ordinal),
      ),
    );
  }
  for (const { snapshots } of streams) assert.equal(snapshots.length, 21);
  const grown = (process.memoryUsage().heapUsed - heapBefore) / 1024 / 1024;
  context.diagnostic(
    `500 streams, 20 changes: ${Math.round(performance.now() - begun)} ms, heap +${grown.toFixed(1)} MiB (the readers' 10,000 snapshots included)`,
  );
});

test("beyond its limit a listener refuses more streams and nothing else", async (context) => {
  const running = await start(context);
  for (let batch = 0; batch < 12; batch++)
    await Promise.all(Array.from({ length: 50 }, () => listen(context, { port: running.port })));
  const refused = await overTcp(running, "/v1/events");
  assert.equal(refused.status, 503);
  assert.equal(refused.headers["retry-after"], "10");
  assert.equal(JSON.parse(refused.body).type, "urn:c2cd:problem:too-many-streams");
  assert.equal((await overTcp(running, "/v1/status")).status, 200);
  assert.equal((await overSocket(running, "/v1/status")).status, 200);
});

test("closing ends the streams at once and lets go of the daemon", async (context) => {
  const running = await start(context);
  const stream = await listen(context, { port: running.port });
  await running.local.close();
  await stream.until(({ ended }) => ended);
  assert.equal(running.backend.listeners, 0);
});
