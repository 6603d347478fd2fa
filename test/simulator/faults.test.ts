import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { Fault } from "./faults.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
import { TestDevice } from "./testdevice.ts";

async function started(t: TestContext, options: SimulatorOptions = {}): Promise<[Simulator, TestDevice]> {
  const simulator = await startSimulator(options);
  t.after(() => simulator.close());
  return [simulator, new TestDevice(simulator)];
}

/** The code of the network error that a call ends in. */
async function networkError(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => assert.fail("an answer came"),
    (reason: unknown) => reason,
  );
  return ((error as Error).cause as { code?: unknown } | undefined)?.code ?? (error as Error).name;
}

/** Asks for health by a bare socket; `bytes` grows as they come. */
function rawHealth(simulator: Simulator): { socket: Socket; received: () => string } {
  const { hostname, port } = new URL(simulator.url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  socket.write("GET /health HTTP/1.1\r\nHost: simulator\r\n\r\n");
  return { socket, received: () => text };
}

describe("what a fault does to the connection", () => {
  it("hang: swallows the request and keeps the connection", async (t) => {
    const [simulator] = await started(t);
    simulator.faults.add({ call: "health", fault: { type: "hang" } });
    const seen = simulator.nextRequest();
    const { socket, received } = rawHealth(simulator);
    assert.deepEqual([(await seen).status, (await seen).committed], [null, false]);
    assert.deepEqual([received(), socket.readyState], ["", "open"]);
    socket.destroy();
  });

  it("drop: closes it without a byte", async (t) => {
    const [simulator] = await started(t);
    simulator.faults.add({ call: "health", fault: { type: "drop" } });
    const { socket, received } = rawHealth(simulator);
    await once(socket, "end");
    assert.equal(received(), "");
  });

  it("reset: resets it", async (t) => {
    const [simulator] = await started(t);
    simulator.faults.add({ call: "health", fault: { type: "reset" } });
    const { socket } = rawHealth(simulator);
    const [error] = (await once(socket, "close").catch((reason: unknown) => [reason])) as [
      NodeJS.ErrnoException,
    ];
    assert.equal(error.code, "ECONNRESET");
  });

  it("truncated: sends half of the body under the length of the whole, then closes", async (t) => {
    const [simulator] = await started(t);
    simulator.faults.add({ call: "health", fault: { type: "truncated" } });
    const { socket, received } = rawHealth(simulator);
    await once(socket, "end");
    const [head, body] = received().split("\r\n\r\n");
    assert.match(head ?? "", /content-length: 15$/m);
    assert.equal(body, '{"status');
  });

  it("latency: answers rightly and not before its time", async (t) => {
    const [simulator, device] = await started(t);
    simulator.faults.add({ call: "health", fault: { type: "latency", ms: 150 } });
    const begun = performance.now();
    assert.equal((await device.ask("/health")).status, 200);
    assert.ok(performance.now() - begun >= 149);
  });

  it("trickle: sends the body a byte at a time", async (t) => {
    const [simulator, device] = await started(t);
    simulator.faults.add({ call: "health", fault: { type: "trickle", msPerByte: 5 } });
    const begun = performance.now();
    assert.deepEqual((await device.ask("/health")).json, { status: "ok" });
    assert.ok(performance.now() - begun >= 15 * 4);
  });

  it("offline: refuses connections until it is online again, at the same address", async (t) => {
    const [simulator, device] = await started(t);
    const { socket } = rawHealth(simulator);
    await once(socket, "data");
    const cut = once(socket, "close");
    await simulator.goOffline();
    await cut;
    assert.equal(await networkError(device.ask("/health")), "ECONNREFUSED");
    await simulator.goOnline();
    assert.equal((await device.ask("/health")).status, 200);
  });
});

describe("what a fault puts in the answer's place", () => {
  const cases: [string, Fault, number, RegExp, Record<string, string>][] = [
    ["status 500", { type: "status", status: 500 }, 500, /"code":500/, {}],
    ["status 404", { type: "status", status: 404 }, 404, /"status":404/, {}],
    [
      "status with its own headers and body",
      {
        type: "status",
        status: 502,
        headers: { "content-type": "text/html", server: "nginx" },
        body: "<h1>Bad",
      },
      502,
      /^<h1>Bad$/,
      { server: "nginx", "content-type": "text/html" },
    ],
    [
      "rate-limited with Retry-After",
      { type: "rate-limited", retryAfter: 30 },
      429,
      /Too Many Requests/,
      { "retry-after": "30", "x-ratelimit-remaining": "0" },
    ],
    [
      "rate-limited with a window",
      { type: "rate-limited", window: 60_000 },
      429,
      /Too Many Requests/,
      { "x-ratelimit-window": "60000", "x-ratelimit-limit": "100" },
    ],
    [
      "captive portal",
      { type: "captive-portal" },
      200,
      /sign in/,
      { "content-type": "text/html; charset=utf-8" },
    ],
    ["redirect", { type: "redirect" }, 302, /^$/, { location: "http://captive.example/login" }],
    ["redirect elsewhere", { type: "redirect", location: "/pair" }, 302, /^$/, { location: "/pair" }],
    ["refusal", { type: "refusal", error: "invalid_client" }, 400, /^\{"error":"invalid_client"\}$/, {}],
    [
      "refusal with more members",
      { type: "refusal", error: "slow_down", members: { interval: 30 } },
      400,
      /^\{"error":"slow_down","interval":30\}$/,
      {},
    ],
    ["not authorized", { type: "not-authorized" }, 401, /"message":"Not Authorized"/, {}],
  ];
  for (const [name, fault, status, body, headers] of cases) {
    it(name, async (t) => {
      const [simulator, device] = await started(t);
      simulator.faults.add({ call: "code", fault });
      const heard = await device.requestCode();
      assert.equal(heard.status, status);
      assert.match(heard.text, body);
      for (const [header, value] of Object.entries(headers)) assert.equal(heard.headers.get(header), value);
      assert.deepEqual(simulator.codes(), []);
    });
  }
});

describe("what a fault does to the answer", () => {
  it("malformed: half of the JSON as if it were whole", async (t) => {
    const [simulator, device] = await started(t);
    simulator.faults.add({ call: "code", fault: { type: "malformed" } });
    const { status, text, headers } = await device.requestCode();
    assert.equal(status, 200);
    assert.match(text, /^\{"device_code"/);
    assert.equal(headers.get("content-length"), String(text.length));
    assert.throws(() => JSON.parse(text));
  });

  it("oversized: valid JSON of at least so many bytes", async (t) => {
    const [simulator, device] = await started(t);
    simulator.faults.add({ call: "code", fault: { type: "oversized", bytes: 70_000 } });
    const { json, text } = await device.requestCode();
    assert.ok(text.length > 70_000);
    assert.match(String(json.user_code), /^\d{6}$/);
  });

  it("wrong-types: no member has its documented type", async (t) => {
    const [simulator, device] = await started(t);
    const right = (await device.requestCode()).json;
    simulator.faults.add({ call: "code", fault: { type: "wrong-types" } });
    const wrong = (await device.requestCode()).json;
    assert.deepEqual(Object.keys(wrong), Object.keys(right));
    for (const name of Object.keys(right)) assert.notEqual(typeof wrong[name], typeof right[name]);
  });

  it("content and without: members replaced, emptied, taken away", async (t) => {
    const [simulator, device] = await started(t);
    const members = {
      user_code: "12\u0007\u001b[2J",
      name: "x".repeat(5_000),
      verification_uri_complete: null,
    };
    simulator.faults.add({ call: "code", fault: { type: "content", members }, count: 1 });
    const { json } = await device.requestCode();
    assert.deepEqual({ ...json, ...members }, json);
    assert.equal(json.interval, 5);
    simulator.faults.add({ call: "code", fault: { type: "without", members: ["interval", "name"] } });
    const without = (await device.requestCode()).json;
    assert.deepEqual(
      ["interval" in without, "name" in without, "user_code" in without],
      [false, false, true],
    );
  });
});

describe("before and after the effect", () => {
  const lost = [{ type: "drop" }, { type: "reset" }, { type: "status", status: 503 }] as const;
  for (const fault of lost) {
    it(`${fault.type} before it leaves the token unspent, after it the token is spent`, async (t) => {
      const [simulator, device] = await started(t);
      const tokens = await device.pair();
      simulator.faults.add({ call: "refresh", fault, count: 1 });
      await device.refresh(tokens.refresh_token).catch(() => {});
      assert.equal(simulator.requests().at(-1)?.committed, false);
      const next = (await device.refresh(tokens.refresh_token)).json;
      assert.equal(typeof next.refresh_token, "string");
      simulator.faults.add({ call: "refresh", fault: { ...fault, commit: true }, count: 1 });
      await device.refresh(next.refresh_token).catch(() => {});
      assert.equal(simulator.requests().at(-1)?.committed, true);
      assert.deepEqual((await device.refresh(next.refresh_token)).json, { error: "invalid_request" });
    });
  }

  it("hang after it: the token is spent although nothing ever comes", async (t) => {
    const [simulator, device] = await started(t);
    const tokens = await device.pair();
    simulator.faults.add({ call: "refresh", fault: { type: "hang", commit: true }, count: 1 });
    const seen = simulator.nextRequest();
    device.refresh(tokens.refresh_token).catch(() => {});
    assert.deepEqual([(await seen).committed, (await seen).status], [true, null]);
    assert.deepEqual((await device.refresh(tokens.refresh_token)).json, { error: "invalid_request" });
  });

  it("latency before and after it", async (t) => {
    const [simulator, device] = await started(t);
    for (const commit of [false, true]) {
      const id = simulator.faults.add({ call: "code", fault: { type: "latency", ms: 300, commit } });
      const codes = simulator.codes().length;
      const answer = device.requestCode();
      while (simulator.faults.list()[0]?.hit === 0) await new Promise(setImmediate);
      assert.equal(simulator.codes().length, codes + (commit ? 1 : 0));
      await answer;
      assert.equal(simulator.codes().length, codes + 1);
      simulator.faults.remove(id);
    }
  });
});

describe("which requests a rule hits", () => {
  const statuses = async (_simulator: Simulator, device: TestDevice, times: number) => {
    const heard: number[] = [];
    for (let time = 0; time < times; time += 1) heard.push((await device.ask("/health")).status);
    return heard;
  };
  const fault: Fault = { type: "status", status: 500 };

  it("only those of its call and its unit; any for any; never the page and the admin API", async (t) => {
    const [simulator, device] = await started(t);
    const other = new TestDevice(simulator, "R1-0002");
    const id = simulator.faults.add({ call: "code", clientId: "R1-0001", fault });
    assert.equal((await device.requestCode()).status, 500);
    assert.equal((await other.requestCode()).status, 200);
    assert.equal((await device.ask("/health")).status, 200);
    simulator.faults.remove(id);
    simulator.faults.add({ call: "any", fault });
    assert.equal((await device.ask("/health")).status, 500);
    assert.equal((await device.ask("/pair")).status, 200);
    assert.equal((await device.ask("/_admin")).status, 200);
  });

  it("from the nth on, so many times", async (t) => {
    const [simulator, device] = await started(t);
    simulator.faults.add({ call: "health", fault, from: 3, count: 2 });
    assert.deepEqual(await statuses(simulator, device, 6), [200, 200, 500, 500, 200, 200]);
    const [rule] = simulator.faults.list();
    assert.deepEqual([rule?.matched, rule?.hit], [6, 2]);
  });

  it("the first rule that hits wins; removed rules hit nothing", async (t) => {
    const [simulator, device] = await started(t);
    const id = simulator.faults.add({ call: "health", fault: { type: "status", status: 418 } });
    simulator.faults.add({ call: "any", fault });
    assert.deepEqual(await statuses(simulator, device, 1), [418]);
    simulator.faults.remove(id);
    assert.deepEqual(await statuses(simulator, device, 1), [500]);
    simulator.faults.clear();
    assert.deepEqual(await statuses(simulator, device, 1), [200]);
    assert.throws(() => simulator.faults.remove(id), { name: "AdminError" });
  });

  it("by chance, the same chance for the same seed", async (t) => {
    const draw = async (seed: number) => {
      const [simulator, device] = await started(t, { seed });
      simulator.faults.add({ call: "health", fault, probability: 0.5 });
      return statuses(simulator, device, 40);
    };
    const first = await draw(7);
    assert.deepEqual(await draw(7), first);
    assert.notDeepEqual(await draw(8), first);
    const hits = first.filter((status) => status === 500).length;
    assert.ok(hits > 8 && hits < 32, `${hits} of 40`);
  });
});
