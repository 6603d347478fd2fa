import assert from "node:assert/strict";
import { test } from "node:test";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { STATES } from "../../../daemon/contract/states.ts";
import { StorageError } from "../../../daemon/contract/storage.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { AWAITING, IDLE, NO_SECRET, OFFER, OFFLINE, PAIRED } from "./fake-backend.ts";
import { overSocket, overTcp, start } from "./harness.ts";

const JSON_BODY = { "content-type": "application/json" };

function problem(body: string): { type: string; status: number; detail: string; state?: string } {
  return JSON.parse(body);
}

test("status is the snapshot as it stands, on both listeners", async (context) => {
  const running = await start(context);
  const snapshots = [
    ...STATES.map((state) => ({ ...IDLE, state })),
    AWAITING,
    PAIRED,
    { ...AWAITING, pairing: { ...OFFER, verification_uri: null, verification_uri_complete: null } },
    {
      ...PAIRED,
      authorization: { expires_at: null, access_expires_in: null, refreshed_at: null, answered_at: null },
    },
    { ...PAIRED, health: [NO_SECRET, OFFLINE] },
    { ...IDLE, device: { ...IDLE.device, name: 'Ünit "7" <b>\u2028 日本' } },
  ];
  for (const snapshot of snapshots) {
    running.backend.become(snapshot);
    for (const over of [overSocket, overTcp]) {
      const answer = await over(running, "/v1/status");
      assert.equal(answer.status, 200);
      assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.deepEqual(JSON.parse(answer.body), snapshot);
    }
  }
});

test("what the schema does not name is not sent", async (context) => {
  const running = await start(context);
  const leaky = { ...AWAITING, pairing: { ...OFFER, device_code: "canary" }, access_token: "canary" };
  running.backend.become(leaky);
  assert.doesNotMatch((await overTcp(running, "/v1/status")).body, /canary/);
});

test("the code comes as SVG and as PNG that a decoder reads", async (context) => {
  const running = await start(context);
  running.backend.become(AWAITING);
  for (const over of [overSocket, overTcp]) {
    const svg = await over(running, "/v1/qr.svg");
    assert.equal(svg.headers["content-type"], "image/svg+xml");
    assert.match(svg.body, /^<svg /);
    for (const [scale, query] of [
      [8, ""],
      [1, "?scale=1"],
      [3, "?scale=3"],
      [32, "?scale=32"],
    ] as const) {
      const answer = await over(running, `/v1/qr.png${query}`);
      assert.equal(answer.headers["content-type"], "image/png");
      const { width, height, data } = PNG.sync.read(answer.bytes);
      assert.equal(width, height);
      assert.equal(width % scale, 0);
      if (scale > 1)
        assert.equal(
          jsqr.default(new Uint8ClampedArray(data), width, height)?.data.toLowerCase(),
          OFFER.verification_uri_complete,
        );
    }
  }
});

test("without a code there is no picture of one", async (context) => {
  const running = await start(context);
  for (const [snapshot, detail] of [
    [IDLE, /no code/],
    [{ ...AWAITING, pairing: { ...OFFER, verification_uri_complete: null } }, /digits alone/],
  ] as const) {
    running.backend.become(snapshot);
    for (const path of ["/v1/qr.svg", "/v1/qr.png"]) {
      const answer = await overTcp(running, path);
      assert.equal(answer.status, 404);
      assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/);
      const { type, state, ...rest } = problem(answer.body);
      assert.equal(type, "urn:c2cd:problem:no-code");
      assert.equal(state, snapshot.state);
      assert.match(rest.detail, detail);
    }
  }
});

test("a scale that is no small whole number is refused", async (context) => {
  const running = await start(context);
  running.backend.become(AWAITING);
  for (const scale of ["0", "33", "1e3", "1e1", "2.5", "2.0", "0x8", "-1", "x", "", "8&scale=9"]) {
    const answer = await overTcp(running, `/v1/qr.png?scale=${scale}`);
    assert.equal(answer.status, 400, scale);
    assert.equal(problem(answer.body).type, "urn:c2cd:problem:invalid-request");
  }
});

test("the display's picture comes as PNG, pixel by pixel", async (context) => {
  const running = await start(context);
  assert.equal(problem((await overTcp(running, "/v1/screen.png")).body).type, "urn:c2cd:problem:no-picture");
  const palettes = [
    [0x000000, 0xffffff, 0x808080],
    [0x0b4fbf, 0xfedcba, 0x010203],
  ];
  for (const palette of palettes) {
    running.backend.picture = { width: 2, height: 3, pixels: Uint8Array.of(0, 1, 2, 0, 1, 1), palette };
    const answer = await overTcp(running, "/v1/screen.png");
    const { width, height, data } = PNG.sync.read(answer.bytes);
    assert.deepEqual([width, height], [2, 3]);
    const seen = [0, 1, 2, 3, 4, 5].map((at) => data.readUIntBE(at * 4, 3));
    assert.deepEqual(
      seen,
      [0, 1, 2, 0, 1, 1].map((index) => palette[index]),
    );
  }
});

test("a token is answered on the socket", async (context) => {
  const running = await start(context);
  running.backend.tokenAnswer = { type: "token", accessToken: new Secret("canary-token"), expiresIn: 1234 };
  const answer = await overSocket(running, "/v1/token");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.deepEqual(JSON.parse(answer.body), {
    access_token: "canary-token",
    token_type: "bearer",
    expires_in: 1234,
  });
  await overSocket(running, "/v1/token?minimum_life=0");
  assert.deepEqual(running.backend.calls, ["token 300", "token 0"]);
  assert.equal((await overSocket(running, "/v1/token?minimum_life=999999")).status, 400);
  assert.doesNotMatch(running.log.join(""), /canary/);
});

test("without an authorization, or when it can't be refreshed, the answer says so", async (context) => {
  const running = await start(context);
  running.backend.become(AWAITING);
  const unpaired = await overSocket(running, "/v1/token");
  assert.equal(unpaired.status, 409);
  assert.equal(problem(unpaired.body).type, "urn:c2cd:problem:not-paired");
  assert.equal(problem(unpaired.body).state, "awaiting-user");

  running.backend.tokenAnswer = {
    type: "unavailable",
    retryAfter: 12.3,
    reason: "Frame.io can't be reached.",
  };
  const later = await overSocket(running, "/v1/token");
  assert.equal(later.status, 503);
  assert.equal(later.headers["retry-after"], "13");
  assert.equal(problem(later.body).type, "urn:c2cd:problem:token-unavailable");
  assert.equal(problem(later.body).detail, "Frame.io can't be reached.");
});

test("a refused token is passed on", async (context) => {
  const running = await start(context);
  const ask = { method: "POST", headers: JSON_BODY, body: '{"access_token":"old"}' };
  assert.equal((await overSocket(running, "/v1/token/refused", ask)).status, 204);
  assert.deepEqual(running.backend.calls, ["refused old"]);
  for (const body of [
    "",
    "{}",
    "null",
    "[]",
    '{"access_token":""}',
    '{"access_token":["a","b"]}',
    "{",
    '"old"',
  ]) {
    const answer = await overSocket(running, "/v1/token/refused", { ...ask, body });
    assert.equal(answer.status, 400, body);
    assert.equal(problem(answer.body).type, "urn:c2cd:problem:invalid-request");
  }
});

test("screens are shown by the socket alone", async (context) => {
  const running = await start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true } });
  for (const method of ["GET", "POST"]) {
    const refused = await overTcp(running, "/v1/demo?screen=paired", { method });
    assert.deepEqual([refused.status, problem(refused.body).type], [403, "urn:c2cd:problem:socket-only"]);
  }
  assert.deepEqual(running.backend.calls, []);
  assert.equal((await overSocket(running, "/v1/demo?screen=paired", { method: "POST" })).status, 204);
  assert.deepEqual(running.backend.calls, ["demo paired"]);
  running.backend.demoOutcome = "unknown";
  assert.equal((await overSocket(running, "/v1/demo?screen=x", { method: "POST" })).status, 400);
});

test("the environment is told on the socket alone", async (context) => {
  const running = await start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true } });
  running.backend.variables = { HTTPS_PROXY: "http://***@proxy.example:3128" };
  const answer = await overSocket(running, "/v1/environment");
  assert.deepEqual([answer.status, JSON.parse(answer.body)], [200, running.backend.variables]);
  const refused = await overTcp(running, "/v1/environment");
  assert.deepEqual([refused.status, refused.body.includes("proxy.example")], [403, false]);
});

test("a refused upload is passed on, from programs of this device alone", async (context) => {
  const running = await start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true } });
  assert.equal((await overSocket(running, "/v1/upload/refused", { method: "POST" })).status, 204);
  assert.equal((await overTcp(running, "/v1/upload/refused", { method: "POST" })).status, 403);
  assert.deepEqual(running.backend.calls, ["upload refused"]);
});

test("who looks at the state is known for as long as they do", async (context) => {
  const running = await start(context);
  await overTcp(running, "/");
  await overSocket(running, "/v1/status");
  await overSocket(running, "/healthz");
  await overSocket(running, "/metrics");
  assert.deepEqual(running.backend.looks, ["glance", "glance"]);
});

test("no token is ever told or taken on TCP", async (context) => {
  const running = await start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true } });
  running.backend.become(PAIRED);
  running.backend.tokenAnswer = { type: "token", accessToken: new Secret("canary-token"), expiresIn: 1234 };
  const asks = [
    overTcp(running, "/v1/token"),
    overTcp(running, "/v1/token", { method: "HEAD" }),
    overTcp(running, "/v1/%74oken"),
    overTcp(running, "/v1/token?minimum_life=1"),
    overTcp(running, "/v1/token/refused", {
      method: "POST",
      headers: JSON_BODY,
      body: '{"access_token":"canary-token"}',
    }),
  ];
  for (const answer of await Promise.all(asks)) {
    assert.ok([403, 404, 405].includes(answer.status), `${answer.status}`);
    assert.doesNotMatch(answer.body, /canary/);
  }
  assert.equal(problem((await overTcp(running, "/v1/token")).body).type, "urn:c2cd:problem:socket-only");
  assert.deepEqual(running.backend.calls, []);
});

test("pair, cancel and unpair answer 202 and the snapshot on the socket", async (context) => {
  const running = await start(context);
  const post = async (path: string) => {
    const answer = await overSocket(running, path, { method: "POST" });
    assert.equal(answer.status, 202);
    return JSON.parse(answer.body);
  };
  assert.deepEqual(await post("/v1/pair"), AWAITING);
  assert.deepEqual(await post("/v1/cancel"), IDLE);
  assert.deepEqual(await post("/v1/unpair"), { ...IDLE, revoked: true });
  running.backend.revoked = false;
  assert.equal((await post("/v1/unpair")).revoked, false);
  assert.deepEqual(running.backend.calls, ["pair", "cancel", "unpair", "unpair"]);
  const empty = { method: "POST", headers: { ...JSON_BODY, "content-length": "0" } };
  assert.equal((await overSocket(running, "/v1/pair", empty)).status, 202);
});

test("on TCP they need allow_actions", async (context) => {
  const closed = await start(context);
  const open = await start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true } });
  for (const path of ["/v1/pair", "/v1/cancel", "/v1/unpair"]) {
    const refused = await overTcp(closed, path, { method: "POST" });
    assert.equal(refused.status, 403);
    assert.equal(problem(refused.body).type, "urn:c2cd:problem:actions-off");
    assert.equal((await overTcp(open, path, { method: "POST" })).status, 202);
  }
  assert.deepEqual(closed.backend.calls, []);
  assert.deepEqual(open.backend.calls, ["pair", "cancel", "unpair"]);
});

test("a disk that refuses is a problem with its reason; anything else is told to the journal alone", async (context) => {
  const running = await start(context);
  running.backend.failure = new StorageError("The card is full.");
  const full = await overSocket(running, "/v1/unpair", { method: "POST" });
  assert.equal(full.status, 503);
  assert.equal(problem(full.body).type, "urn:c2cd:problem:storage-failing");
  assert.equal(problem(full.body).detail, "The card is full.");

  running.backend.failure = new Error("inner workings");
  const broken = await overSocket(running, "/v1/unpair", { method: "POST" });
  assert.equal(broken.status, 500);
  assert.doesNotMatch(broken.body, /inner workings/);
  assert.match(running.log.join(""), /inner workings/);
  assert.equal((await overTcp(running, "/")).status, 200, "the page stands without its history");
});

test("history is told newest first, in ISO 8601", async (context) => {
  const running = await start(context);
  running.backend.entries = [
    { at: Date.UTC(2026, 4, 4), event: "paired", detail: "Frame.io granted an authorization" },
    { at: 0, event: "unpaired", detail: "" },
  ];
  const answer = await overTcp(running, "/v1/history?limit=2");
  assert.deepEqual(JSON.parse(answer.body), {
    entries: [
      { at: "2026-05-04T00:00:00.000Z", event: "paired", detail: "Frame.io granted an authorization" },
      { at: "1970-01-01T00:00:00.000Z", event: "unpaired", detail: "" },
    ],
  });
  assert.equal(JSON.parse((await overTcp(running, "/v1/history?limit=1")).body).entries.length, 1);
  assert.equal((await overTcp(running, "/v1/history?limit=0")).status, 400);
});

test("what is not there, and what may not be done to what is there", async (context) => {
  const running = await start(context);
  for (const over of [overSocket, overTcp]) {
    for (const path of ["/v2/status", "/*/", "/v1/*", "/v1/:status", "/__proto__"]) {
      const lost = await over(running, path);
      assert.equal(lost.status, 404, path);
      assert.equal(problem(lost.body).type, "urn:c2cd:problem:not-found");
    }
    for (const [method, path, allow] of [
      ["PUT", "/v1/status", "GET, HEAD"],
      ["POST", "/v1/events", "GET"],
      ["GET", "/v1/pair?x=1", "POST"],
      ["DELETE", "/v1/token", "GET"],
      ["OPTIONS", "/v1/status", "GET, HEAD"],
    ] as const) {
      const answer = await over(running, path, { method });
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.headers.allow, allow);
      assert.equal(problem(answer.body).type, "urn:c2cd:problem:method-not-allowed");
    }
  }
  assert.equal((await overSocket(running, "/")).status, 404, "the page is for browsers");
});

test("metrics tell state, problems, clock and age of the authorization", async (context) => {
  const running = await start(context, { clock: new ManualClock(Date.parse("2026-05-04T10:00:00Z")) });
  running.backend.become({ ...PAIRED, health: [OFFLINE] });
  for (let poll = 0; poll < 3; poll++) running.backend.meters.polls.inc();
  const answer = await overTcp(running, "/metrics");
  assert.match(answer.headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
  for (const line of [
    'c2cd_state{state="paired"} 1',
    'c2cd_state{state="idle"} 0',
    'c2cd_problem{code="no-network",severity="warning"} 1',
    "c2cd_uptime_seconds 4711",
    "c2cd_access_token_expires_in_seconds 27001",
    "c2cd_event_streams 0",
    "c2cd_polls_total 3",
  ])
    assert.ok(answer.body.includes(`\n${line}\n`), line);
  assert.match(answer.body, /\nc2cd_seconds_since_refresh \d/);
  running.backend.become(IDLE);
  assert.doesNotMatch(
    (await overTcp(running, "/metrics")).body,
    /\nc2cd_(problem|seconds_since_refresh)[{ ]/,
  );
});

test("alive is alive, whatever is wrong", async (context) => {
  const running = await start(context);
  running.backend.become({ ...IDLE, state: "unconfigured", health: [NO_SECRET] });
  const answer = await overSocket(running, "/healthz");
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.body), { status: "ok", state: "unconfigured" });
});

test("the OpenAPI document describes every route, the same on both listeners", async (context) => {
  const running = await start(context);
  const document = JSON.parse((await overTcp(running, "/v1/openapi.json")).body);
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(JSON.parse((await overSocket(running, "/v1/openapi.json")).body), document);
  assert.deepEqual(Object.keys(document.paths).sort(), [
    "/healthz",
    "/metrics",
    "/v1/cancel",
    "/v1/demo",
    "/v1/environment",
    "/v1/events",
    "/v1/history",
    "/v1/pair",
    "/v1/pin",
    "/v1/qr.png",
    "/v1/qr.svg",
    "/v1/screen.png",
    "/v1/status",
    "/v1/token",
    "/v1/token/refused",
    "/v1/unlock",
    "/v1/unpair",
    "/v1/upload/refused",
  ]);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path);
  assert.ok(references.length > 10);
  for (const reference of references) {
    const target = reference?.split("/").reduce((node, step) => node?.[step], document);
    assert.ok(target, `${reference} leads somewhere`);
  }
});
