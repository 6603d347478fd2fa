import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { createListener, listen } from "../../../daemon/local/listen.ts";
import { CONNECTION_LIMIT, OnDemandServer } from "../../../daemon/local/on-demand.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Half of the connection must stay open for as long as the answer is not there. */
const LONG = "GET /long HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

interface Loading {
  readonly server: OnDemandServer;
  readonly clock: ManualClock;
  /** How often it was asked to load. */
  loads: number;
  readonly failures: unknown[];
  /** Ends the loading. */
  loaded(app: FastifyInstance): void;
  broken(error: Error): void;
  /** A client whose connection the server has been handed. */
  connect(): Promise<Client>;
}

interface Client {
  readonly socket: Socket;
  /** The server's end. */
  readonly accepted: Socket;
  /** All that it hears until the connection ends. */
  readonly heard: Promise<string>;
}

/** A server behind a real port; when it has loaded, and with what, is up to the test. */
async function start(context: TestContext): Promise<Loading> {
  const clock = new ManualClock();
  const failures: unknown[] = [];
  const { promise, resolve, reject } = deferred<FastifyInstance>();
  const load = () => {
    loading.loads += 1;
    return promise;
  };
  const server = new OnDemandServer(load, clock, (error) => failures.push(error));
  const listener = createListener(server.serve);
  await listen(listener, { host: "127.0.0.1", port: 0 });
  const { port } = listener.address() as AddressInfo;
  context.after(() => listener.close());
  const loading: Loading = {
    server,
    clock,
    loads: 0,
    failures,
    loaded: resolve,
    broken: reject,
    async connect() {
      const accepted = once(listener, "connection");
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      context.after(() => socket.destroy());
      const [theirs] = (await accepted) as [Socket];
      return { socket, accepted: theirs, heard: everythingFrom(socket) };
    },
  };
  return loading;
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((good, bad) => {
    resolve = good;
    reject = bad;
  });
  return { promise, resolve, reject };
}

async function everythingFrom(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const OPTIONS = { keepAliveTimeout: 60_000, return503OnClosing: false };

/** @param long what `/long` waits for */
async function hello(
  context: TestContext,
  long: () => Promise<unknown> = async () => {},
): Promise<FastifyInstance> {
  const app = fastify(OPTIONS);
  app.get("/", async () => "hello");
  app.post("/", async () => "hello");
  app.get("/long", async () => {
    await long();
    return "hello";
  });
  await app.ready();
  context.after(() => app.server.closeAllConnections());
  return app;
}

test("nothing is loaded before the first connection, and once for all of them", async (context) => {
  const loading = await start(context);
  assert.equal(loading.loads, 0);
  const clients = [await loading.connect(), await loading.connect()];
  for (const { socket } of clients) socket.end(REQUEST);
  loading.loaded(await hello(context));
  const late = await loading.connect();
  late.socket.end(REQUEST);
  for (const { heard } of [...clients, late]) assert.match(await heard, /^HTTP\/1\.1 200 [\s\S]*hello$/);
  assert.equal(loading.loads, 1);
  assert.deepEqual(loading.failures, []);
});

test("a request that arrives in pieces, before and after the loading, is one request", async (context) => {
  const loading = await start(context);
  const { socket, heard } = await loading.connect();
  socket.write(REQUEST.slice(0, 20));
  loading.loaded(await hello(context));
  socket.end(REQUEST.slice(20));
  assert.match(await heard, /^HTTP\/1\.1 200 [\s\S]*hello$/);
});

test("what clients say during the loading waits in the kernel, which bounds it and tells of no error", async (context) => {
  const loading = await start(context);
  const { socket, accepted } = await loading.connect();
  await new Promise((resolve) => socket.write(REQUEST, resolve));
  // Later than the request, and the loop has looked at everything by then.
  await loading.connect();
  await settled();
  assert.equal(accepted.bytesRead, 0);
});

test("clients that leave during the loading disturb nobody", async (context) => {
  const loading = await start(context);
  const gone = [await loading.connect(), await loading.connect(), await loading.connect()];
  gone[0]?.socket.write(REQUEST);
  gone[0]?.socket.resetAndDestroy();
  gone[1]?.socket.resetAndDestroy();
  gone[2]?.socket.end();
  const stayed = await loading.connect();
  stayed.socket.end(REQUEST);
  loading.loaded(await hello(context));
  assert.match(await stayed.heard, /hello$/);
  await Promise.all(gone.map(({ heard }) => heard));
  assert.deepEqual(loading.failures, []);
});

test("what can't be loaded is told once, and nobody is left waiting", async (context) => {
  const loading = await start(context);
  const clients = [await loading.connect(), await loading.connect()];
  for (const { socket } of clients) socket.write(REQUEST);
  const error = new Error("the card is gone");
  loading.broken(error);
  for (const { heard } of clients) assert.equal(await heard, "");
  const late = await loading.connect();
  assert.equal(await late.heard, "");
  assert.deepEqual(loading.failures, [error]);
  await loading.server.close();
});

test("closing without a connection loads nothing", async (context) => {
  const loading = await start(context);
  await loading.server.close();
  assert.equal(loading.loads, 0);
});

test("closing during the loading still answers who has asked", async (context) => {
  const loading = await start(context);
  const { socket, heard } = await loading.connect();
  socket.end(REQUEST);
  const closed = loading.server.close();
  loading.loaded(await hello(context));
  assert.match(await heard, /hello$/);
  await closed;
});

test("closing cuts after a second who waits for a loading that takes longer", async (context) => {
  const loading = await start(context);
  const { socket, heard } = await loading.connect();
  socket.write(REQUEST);
  const closed = loading.server.close();
  await loading.clock.advance(1_000);
  assert.equal(await heard, "");
  loading.loaded(await hello(context));
  await closed;
});

test("closing ends a kept connection as soon as it has got its answer, and survives one that breaks", async (context) => {
  const loading = await start(context);
  const app = fastify(OPTIONS);
  const [both, answer, told] = [deferred<void>(), deferred<string>(), deferred<void>()];
  let asked = 0;
  app.get("/", async (request, reply) => {
    if (request.socket.remotePort === kept.socket.localPort) reply.raw.once("finish", () => told.resolve());
    asked += 1;
    if (asked === 2) both.resolve();
    return answer.promise;
  });
  await app.ready();
  loading.loaded(app);
  const [kept, breaking] = [await loading.connect(), await loading.connect()];
  kept.socket.write(REQUEST);
  breaking.socket.write(REQUEST);
  await both.promise;
  const closed = loading.server.close();
  breaking.socket.resetAndDestroy();
  await breaking.heard;
  answer.resolve("hello");
  await told.promise;
  // Looked for every 20 ms; all others are cut only after a second.
  await loading.clock.advance(20);
  assert.match(await kept.heard, /hello$/);
  await closed;
});

test("who only sits there makes room for who comes, and is the oldest of them", async (context) => {
  const loading = await start(context);
  loading.loaded(await hello(context, () => new Promise(() => {})));
  const asked = await loading.connect();
  asked.socket.write(LONG);
  while (asked.accepted.bytesRead === 0) await settled();
  const silent = await loading.connect();
  const slow = await loading.connect();
  slow.socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nx");
  for (let client = 3; client < CONNECTION_LIMIT; client++) await loading.connect();
  assert.equal(silent.accepted.destroyed || slow.accepted.destroyed, false);

  for (const cut of [silent, slow]) {
    const late = await loading.connect();
    late.socket.end(REQUEST);
    assert.match(await late.heard, /hello$/);
    // Its room is free again, and taken.
    await loading.connect();
    assert.equal(await cut.heard, "");
  }
  assert.equal(asked.accepted.destroyed, false);
});

test("who has asked to the end is not cut for who comes", async (context) => {
  const loading = await start(context);
  const answers: (() => void)[] = [];
  loading.loaded(await hello(context, () => new Promise<void>((resolve) => answers.push(resolve))));
  const asking: Client[] = [];
  while (asking.length < CONNECTION_LIMIT) {
    const client = await loading.connect();
    client.socket.write(LONG);
    asking.push(client);
  }
  while (answers.length < CONNECTION_LIMIT) await settled();
  const late = await loading.connect();
  assert.equal(await late.heard, "");
  for (const answer of answers) answer();
  for (const { heard } of asking) assert.match(await heard, /hello$/);
});
