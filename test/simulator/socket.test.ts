import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { WebSocket } from "ws";
import type { Fault } from "./faults.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
import { TestDevice } from "./testdevice.ts";

async function started(t: TestContext, options: SimulatorOptions = {}): Promise<[Simulator, TestDevice]> {
  const simulator = await startSimulator(options);
  t.after(() => simulator.close());
  return [simulator, new TestDevice(simulator)];
}

function open(simulator: Simulator, access: unknown): WebSocket {
  const address = new URL("/devices/websocket", simulator.url.replace(/^http/, "ws"));
  address.search = `Authorization=Bearer%20${access}`;
  return new WebSocket(address);
}

/** Sends a message and reads the next one that comes. */
async function exchange(socket: WebSocket, topic: string, event: string, ref = "1"): Promise<unknown> {
  const next = message(socket);
  socket.send(JSON.stringify({ topic, event, payload: {}, ref }));
  return next;
}

async function message(socket: WebSocket): Promise<unknown> {
  const [data] = await once(socket, "message");
  return JSON.parse(String(data));
}

/** The HTTP status that refused a handshake, or the code of the network error; "open" where it was not refused. */
function refusal(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.on("open", () => {
      socket.terminate();
      resolve("open");
    });
    socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe("the status websocket", () => {
  it("joins the device's topic, beats, and is shown as online", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const [record] = simulator.devices();
    const socket = open(simulator, access_token);
    await once(socket, "open");
    const ok = { status: "ok", response: {} };
    for (const id of [record?.id, record?.deviceId]) {
      const topic = `devices:${id}`;
      const joined = await exchange(socket, topic, "phx_join", "7");
      assert.deepEqual(joined, { topic, event: "phx_reply", payload: ok, ref: "7" });
    }
    const beat = await exchange(socket, "phoenix", "heartbeat", "8");
    assert.deepEqual(beat, { topic: "phoenix", event: "phx_reply", payload: ok, ref: "8" });
    simulator.advance(10 * 60_000 - 1);
    assert.equal((await device.me(access_token)).json.status, "online");
    assert.deepEqual(
      simulator
        .requests()
        .filter(({ call }) => call === "frame")
        .map(({ method, status }) => [method, status]),
      [
        ["phx_join", 200],
        ["phx_join", 200],
        ["heartbeat", 200],
      ],
    );
  });

  it("refuses another unit's topic and events that it does not know", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const socket = open(simulator, access_token);
    await once(socket, "open");
    for (const [topic, event] of [
      ["devices:someone-else", "phx_join"],
      ["phoenix", "dance"],
    ] as const) {
      const { payload } = (await exchange(socket, topic, event)) as { payload: { status: string } };
      assert.equal(payload.status, "error");
    }
  });

  it("pushes status_updated on pause and resume, tells other changes, and closes when the device is forgotten", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const topic = `devices:${simulator.devices()[0]?.id}`;
    const socket = open(simulator, access_token);
    await once(socket, "open");
    await exchange(socket, topic, "phx_join");
    for (const [act, status] of [
      [simulator.pause, "paused"],
      [simulator.resume, "online"],
    ] as const) {
      const pushed = message(socket);
      act();
      assert.deepEqual(await pushed, { topic, event: "status_updated", payload: { status }, ref: null });
    }
    for (const act of [
      () => simulator.renameProject("Feature Film", "Feature"),
      () => simulator.expire(null),
    ]) {
      const pushed = message(socket);
      act();
      const { event } = (await pushed) as { event: string };
      assert.equal(event, "project_device_updated");
    }
    const closed = once(socket, "close");
    simulator.forget();
    assert.equal((await closed)[0], 1000);
  });

  it("refuses a handshake without a living token, and at another address", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    assert.equal(await refusal(open(simulator, "guess")), 401);
    assert.equal(await refusal(new WebSocket(`${simulator.url}/v2/devices/websocket`)), 404);
    simulator.advance(8 * 3_600_000);
    assert.equal(await refusal(open(simulator, access_token)), 401);
  });

  it("is refused where the server is to have none, until that is taken back", async (t) => {
    const [simulator, device] = await started(t, { socket: false });
    const { access_token } = await device.pair();
    assert.equal(await refusal(open(simulator, access_token)), 404);
    assert.equal(await refusal(open(simulator, access_token)), 404);
    simulator.faults.clear();
    const socket = open(simulator, access_token);
    await once(socket, "open");
    socket.terminate();
  });

  it("cuts off whoever is silent for a minute", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const socket = open(simulator, access_token);
    await once(socket, "open");
    const closed = once(socket, "close");
    simulator.advance(60_000);
    assert.equal((await closed)[0], 1006);
    while (simulator.devices()[0]?.sockets !== 0) await new Promise(setImmediate);
  });

  it("closes on what is not a message", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    for (const nonsense of ["{", "[]", "null", '{"topic":1}']) {
      const socket = open(simulator, access_token);
      await once(socket, "open");
      const closed = once(socket, "close");
      socket.send(nonsense);
      assert.equal((await closed)[0], 1003);
    }
  });

  it("meets faults at the handshake, and the loss of the network later", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const cases: [Fault, unknown][] = [
      [{ type: "status", status: 503 }, 503],
      [{ type: "captive-portal" }, 200],
      [{ type: "drop" }, "socket hang up"],
      [{ type: "reset" }, "ECONNRESET"],
    ];
    for (const [fault, outcome] of cases) {
      simulator.faults.add({ call: "socket", fault, count: 1 });
      const refused = await refusal(open(simulator, access_token));
      // Node calls the end of a socket before the answer a reset too.
      assert.equal(outcome === "socket hang up" && refused === "ECONNRESET" ? outcome : refused, outcome);
    }
    simulator.faults.add({ call: "socket", fault: { type: "hang" }, count: 1 });
    const seen = simulator.nextRequest();
    const hung = open(simulator, access_token);
    assert.equal((await seen).status, null);
    assert.equal(hung.readyState, WebSocket.CONNECTING);
    hung.on("error", () => {});
    hung.terminate();
    const socket = open(simulator, access_token);
    await once(socket, "open");
    const closed = once(socket, "close");
    await simulator.goOffline();
    assert.equal((await closed)[0], 1006);
  });

  it("puts no token in the log", async (t) => {
    const lines: string[] = [];
    const [simulator, device] = await started(t, { log: (line) => lines.push(line) });
    const { access_token } = await device.pair();
    const socket = open(simulator, access_token);
    await once(socket, "open");
    const everything = `${lines.join("\n")}${JSON.stringify(simulator.requests())}`;
    assert.match(lines.at(-1) ?? "", /GET \/devices\/websocket socket client_id="R1-0001" -> 101/);
    assert.ok(!everything.includes(String(access_token)));
  });
});
