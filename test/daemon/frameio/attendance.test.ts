import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { type WebSocket, WebSocketServer } from "ws";
import { Secret } from "../../../daemon/core/secret.ts";
import { judgeFrame, statusSocketUrl } from "../../../daemon/frameio/status-socket.ts";
import { type Simulator, startSimulator } from "../../simulator/simulator.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { client, expectFault, expectVerdict, listen, promised } from "./support.ts";

const DEAF = { onJoined() {}, onStatus() {} };

describe("at the simulator", () => {
  async function paired(context: TestContext) {
    const simulator = await startSimulator({ interval: 0 });
    context.after(() => simulator.close());
    const clock = new ManualClock();
    const frameio = client(simulator.url, { clock, clientSecret: () => new Secret(simulator.secret) });
    const offered = expectVerdict(await frameio.requestCode());
    assert.ok(offered.type === "offered");
    simulator.advance(60_000);
    simulator.approve();
    const granted = expectVerdict(await frameio.poll(offered.code.deviceCode));
    assert.ok(granted.type === "granted");
    const read = expectVerdict(await frameio.device(granted.tokens.accessToken));
    assert.ok(read.type === "device");
    return { simulator, clock, frameio, tokens: granted.tokens, ids: read.device.ids };
  }

  const frame = (simulator: Simulator, event: string) =>
    simulator.nextRequest(({ call, method }) => call === "frame" && method === event);

  test("the device joins its channel, stays with heartbeats, hears of a pause and leaves", async (context) => {
    const { simulator, clock, frameio, tokens, ids } = await paired(context);
    const heard: (boolean | "joined" | null)[] = [];
    let onHeard = () => {};
    const leaving = new AbortController();
    const joins = frame(simulator, "phx_join");
    const stay = frameio.attend(
      tokens.accessToken,
      ids,
      {
        onJoined: () => heard.push("joined"),
        onStatus(paused) {
          heard.push(paused);
          onHeard();
        },
      },
      leaving.signal,
    );
    const join = await joins;
    assert.equal(join.status, 200);
    assert.match(join.path, /^devices:/);
    assert.equal(
      simulator.requests().find(({ call }) => call === "socket")?.headers["x-client-version"],
      "2.16.4",
    );

    for (const change of [() => simulator.pause(), () => simulator.resume()]) {
      const { promise, resolve } = promised<void>();
      onHeard = resolve;
      change();
      await promise;
    }
    assert.deepEqual(heard, ["joined", true, false]);

    for (let beats = 0; beats < 5; beats++) {
      const beat = frame(simulator, "heartbeat");
      await clock.advance(15_000);
      assert.deepEqual([(await beat).status, (await beat).path], [200, "phoenix"]);
    }

    leaving.abort();
    assert.deepEqual(expectVerdict(await stay), { type: "lost" });
    await until(() => simulator.devices()[0]?.sockets === 0);
  });

  test("a lost network ends it", async (context) => {
    const { simulator, frameio, tokens, ids } = await paired(context);
    const joins = frame(simulator, "phx_join");
    const stay = frameio.attend(tokens.accessToken, ids, DEAF, new AbortController().signal);
    await joins;
    await simulator.goOffline();
    await stay;
  });

  test("an address that is gone ends it at once", async (context) => {
    const { simulator, frameio, tokens, ids } = await paired(context);
    const joins = frame(simulator, "phx_join");
    const stay = frameio.attend(tokens.accessToken, ids, DEAF, new AbortController().signal);
    await joins;
    frameio.reset(["192.0.2.1"]);
    frameio.reset(["127.0.0.1"]);
    await stay;
    await until(() => simulator.devices()[0]?.sockets === 0);
  });

  test("closing the client ends it", async (context) => {
    const { simulator, frameio, tokens, ids } = await paired(context);
    const joins = frame(simulator, "phx_join");
    const stay = frameio.attend(tokens.accessToken, ids, DEAF, new AbortController().signal);
    await joins;
    await frameio.close();
    await stay;
    await until(() => simulator.devices()[0]?.sockets === 0);
  });

  test("a token that died gets no socket", async (context) => {
    const { simulator, frameio, tokens, ids } = await paired(context);
    simulator.advance(28_801_000);
    const stay = frameio.attend(tokens.accessToken, ids, DEAF, new AbortController().signal);
    expectFault(await stay);
    assert.deepEqual(
      simulator.requests().flatMap(({ call, status }) => (call === "socket" ? [status] : [])),
      [401],
    );
  });
});

describe("at a server of another kind", () => {
  /** A device with two ids; the websocket is what `talk` makes of it. */
  async function serving(
    talk: (socket: WebSocket, message: { topic: string; event: string; ref: string }) => void,
  ) {
    const server = createServer();
    const sockets = new WebSocketServer({ server, path: "/devices/websocket" });
    const topics: string[] = [];
    sockets.on("connection", (socket) =>
      socket.on("message", (data) => {
        const message = JSON.parse(String(data));
        topics.push(`${message.event} ${message.topic}`);
        talk(socket, message);
      }),
    );
    const clock = new ManualClock();
    const frameio = client(`http://${await listen(server)}`, { clock });
    const leaving = new AbortController();
    const heard: (boolean | null)[] = [];
    const stay = frameio.attend(
      new Secret("access-1"),
      ["device-1", "record-1"],
      { ...DEAF, onStatus: (paused) => heard.push(paused) },
      leaving.signal,
    );
    return { clock, topics, stay, heard };
  }

  const reply = (socket: WebSocket, { topic, ref }: { topic: string; ref: string }, status: string) =>
    socket.send(JSON.stringify({ topic, event: "phx_reply", payload: { status, response: {} }, ref }));

  test("the record's own id is tried where the device_id is not accepted", async () => {
    const { topics, stay } = await serving((socket, message) => {
      reply(socket, message, message.topic === "devices:record-1" ? "ok" : "error");
      if (message.topic === "devices:record-1") socket.close();
    });
    assert.deepEqual(expectVerdict(await stay), { type: "lost" });
    assert.deepEqual(topics, ["phx_join devices:device-1", "phx_join devices:record-1"]);
  });

  test("a server that lets it join nothing is a fault", async () => {
    const { stay } = await serving((socket, message) => reply(socket, message, "error"));
    assert.equal(expectFault(await stay).kind, "status");
  });

  test("a server that never answers the join is a timeout", async () => {
    const { clock, topics, stay } = await serving(() => {});
    await until(() => topics.length === 1);
    await clock.advance(20_000);
    assert.deepEqual(expectFault(await stay), {
      kind: "timeout",
      detail: "status socket not joined within 20 s",
      retryAfter: null,
    });
  });

  test("a socket that falls silent is lost after two heartbeats without an answer", async () => {
    const { clock, topics, stay, heard } = await serving((socket, message) => {
      if (message.event !== "phx_join") return;
      reply(socket, message, "ok");
      socket.send('{"event":"status_updated","payload":{"status":"online"}}');
    });
    await until(() => heard.length === 1);
    await clock.advance(45_000);
    assert.equal((await stay).kind, "verdict");
    await until(() => topics.length === 3);
    assert.deepEqual(topics.slice(1), ["heartbeat phoenix", "heartbeat phoenix"]);
  });

  test("a channel that the server closes is lost, though the connection lives on", async () => {
    const { stay } = await serving((socket, message) => {
      reply(socket, message, "ok");
      socket.send(JSON.stringify({ topic: message.topic, event: "phx_close", payload: {}, ref: null }));
    });
    assert.deepEqual(expectVerdict(await stay), { type: "lost" });
  });

  test("garbage changes nothing, and makes the device ask what is true", async () => {
    const { stay, heard } = await serving((socket, message) => {
      for (const text of [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        '{"event":7}',
        '{"event":"phx_reply"}',
        '{"event":"presence_diff"}',
      ])
        socket.send(text);
      socket.send(Buffer.from([1, 2, 3]));
      reply(socket, message, "ok");
      socket.send('{"event":"status_updated","payload":{"status":"<b>"}}');
      socket.close();
    });
    assert.deepEqual(expectVerdict(await stay), { type: "lost" });
    assert.deepEqual(new Set(heard), new Set([null]));
  });

  test("a message over the limit ends it", async () => {
    const { stay } = await serving((socket) => socket.send("x".repeat(70_000)));
    assert.equal(expectFault(await stay).kind, "connect");
  });

  for (const [name, kind, answer] of [
    ["refuses the upgrade", "status", "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"],
    [
      "redirects it",
      "captive-portal",
      "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    ],
    ["answers with a page", "captive-portal", "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>"],
  ] as const)
    test(`one that ${name} is a fault that tells no token`, async () => {
      const upgrade = createServer();
      upgrade.on("upgrade", (_, socket) => socket.end(answer));
      const frameio = client(`http://${await listen(upgrade)}`);
      const outcome = await frameio.attend(
        new Secret("access-1"),
        ["rec1"],
        DEAF,
        new AbortController().signal,
      );
      assert.equal(expectFault(outcome).kind, kind);
      assert.ok(!inspect(outcome, { depth: null }).includes("access-1"));
    });
});

describe("its words", () => {
  for (const [baseUrl, url] of [
    ["https://api.frame.io", "wss://api.frame.io/devices/websocket?Authorization=Bearer%20a%2Bb%2F%3D"],
    [
      "http://127.0.0.1:4000/x/",
      "ws://127.0.0.1:4000/x/devices/websocket?Authorization=Bearer%20a%2Bb%2F%3D",
    ],
  ] as const)
    test(url, () => assert.equal(statusSocketUrl(new URL(baseUrl), new Secret("a+b/=")), url));

  for (const event of ["project_updated", "device_renamed", "asset_created", "x"])
    test(`${event} is something to ask about`, () =>
      assert.deepEqual(judgeFrame(JSON.stringify({ topic: "devices:1", event, payload: {}, ref: null })), {
        type: "status",
        paused: null,
      }));

  for (const [payload, paused] of [
    [{ status: "paused" }, true],
    [{ status: "online" }, false],
    [{ status: "offline" }, false],
    [{ status: "asleep" }, null],
    [{}, null],
    [null, null],
  ] as const)
    test(`status_updated ${JSON.stringify(payload)}`, () =>
      assert.deepEqual(judgeFrame(JSON.stringify({ event: "status_updated", payload })), {
        type: "status",
        paused,
      }));
});

async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 2));
}
