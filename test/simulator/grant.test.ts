import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
import { type Heard, TestDevice } from "./testdevice.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function started(t: TestContext, options: SimulatorOptions = {}): Promise<[Simulator, TestDevice]> {
  // Time stands still unless a test moves it.
  const simulator = await startSimulator({ now: () => Date.UTC(2026, 0, 1), ...options });
  t.after(() => simulator.close());
  return [simulator, new TestDevice(simulator)];
}

function refusedWith(heard: Heard, error: string): void {
  assert.deepEqual([heard.status, heard.json], [400, { error }]);
}

function isNotAuthorized(heard: Heard): void {
  assert.equal(heard.status, 401);
  assert.deepEqual(heard.json, {
    code: 401,
    errors: [
      {
        code: 401,
        detail: "You are not allowed to access that resource",
        status: 401,
        title: "Not Authorized",
      },
    ],
    message: "Not Authorized",
  });
}

describe("device code", () => {
  it("has the documented members", async (t) => {
    const [simulator, device] = await started(t);
    const { status, json, headers } = await device.requestCode();
    assert.equal(status, 200);
    assert.match(String(json.device_code), /^.{74}$/);
    assert.match(String(json.user_code), /^\d{6}$/);
    const { device_code: _, user_code, ...rest } = json;
    assert.deepEqual(rest, {
      expires_in: 120,
      interval: 5,
      name: "Demo-Camera-R1-0001",
      verification_uri: `${simulator.url}/pair`,
      verification_uri_complete: `${simulator.url}/pair/${user_code}`,
    });
    for (const name of ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-window"]) {
      assert.match(String(headers.get(name)), /^\d+$/);
    }
  });

  it("has no addresses unless URL pairing is switched on, and another base where one is set", async (t) => {
    const [, device] = await started(t, { publicUrl: "https://next.frame.io" });
    const plain = await device.requestCode({}, {});
    assert.deepEqual(Object.keys(plain.json), ["device_code", "expires_in", "interval", "name", "user_code"]);
    const { json } = await device.requestCode();
    assert.equal(json.verification_uri_complete, `https://next.frame.io/pair/${json.user_code}`);
  });

  it("is refused for a wrong secret, a missing field, a scope that hardware may not have", async (t) => {
    const [, device] = await started(t);
    refusedWith(await device.requestCode({ client_secret: "guess" }), "invalid_client");
    refusedWith(await device.requestCode({ client_secret: undefined }), "invalid_client");
    refusedWith(await device.requestCode({ client_id: undefined }), "invalid_request");
    refusedWith(await device.requestCode({ scope: undefined }), "invalid_request");
    refusedWith(await device.requestCode({ scope: "asset_create project_read" }), "invalid_scope");
  });

  it("takes urlencoded bodies and no JSON", async (t) => {
    const [simulator, device] = await started(t);
    const fields = { client_id: "R1", client_secret: simulator.secret, scope: "asset_create" };
    const urlencoded = await device.ask("/v2/auth/device/code", {
      method: "POST",
      body: new URLSearchParams(fields),
    });
    assert.equal(urlencoded.status, 200);
    const body = JSON.stringify(fields);
    const headers = { "content-type": "application/json" };
    refusedWith(
      await device.ask("/v2/auth/device/code", { method: "POST", body, headers }),
      "invalid_request",
    );
  });
});

describe("the auth calls, by the letter of RFC 6749", () => {
  it("are answered for nobody on the way to keep, good or bad", async (t) => {
    const [simulator, device] = await started(t);
    const code = await device.requestCode();
    simulator.approve();
    const granted = await device.poll(code.json.device_code);
    const refused = await device.poll(code.json.device_code);
    const renewed = await device.refresh(granted.json.refresh_token);
    assert.deepEqual([granted.status, refused.status, renewed.status], [200, 400, 200]);
    for (const { headers } of [code, granted, refused, renewed])
      assert.deepEqual([headers.get("cache-control"), headers.get("pragma")], ["no-store", "no-cache"]);
    assert.equal((await device.me(renewed.json.access_token)).headers.get("cache-control"), null);
  });

  for (const encoding of ["multipart", "urlencoded"] as const)
    it(`refuse a parameter that comes twice, ${encoding}`, async (t) => {
      const [simulator, device] = await started(t);
      const body = encoding === "multipart" ? new FormData() : new URLSearchParams();
      body.append("client_id", device.clientId);
      body.append("client_secret", simulator.secret);
      for (const scope of ["asset_create", "asset_create"]) body.append("scope", scope);
      refusedWith(await device.ask("/v2/auth/device/code", { method: "POST", body }), "invalid_request");
      assert.deepEqual(simulator.codes(), []);
      // The journal knows it by what came first.
      assert.deepEqual(
        simulator.requests().map(({ call, clientId, fields }) => [call, clientId, fields.scope]),
        [["code", device.clientId, "asset_create"]],
      );
    });

  it("take one encoding alone where that is wanted", async (t) => {
    for (const [bodyEncoding, multipart, urlencoded] of [
      ["multipart", 200, 400],
      ["urlencoded", 400, 200],
    ] as const) {
      const [simulator, device] = await started(t, { bodyEncoding });
      const body = new URLSearchParams({
        client_id: device.clientId,
        client_secret: simulator.secret,
        scope: "asset_create offline",
      });
      assert.equal((await device.requestCode()).status, multipart);
      const heard = await device.ask("/v2/auth/device/code", { method: "POST", body });
      assert.equal(heard.status, urlencoded);
      assert.deepEqual(
        simulator.requests().map(({ error }) => error),
        multipart === 200 ? [null, "invalid_request"] : ["invalid_request", null],
      );
    }
  });
});

describe("poll", () => {
  it("waits, slows down whoever comes early, and grants once", async (t) => {
    const [simulator, device] = await started(t);
    const code = (await device.requestCode()).json.device_code;
    refusedWith(await device.poll(code), "authorization_pending");
    simulator.advance(4_000);
    refusedWith(await device.poll(code), "slow_down");
    // The interval is 10 s from now on.
    simulator.advance(5_000);
    refusedWith(await device.poll(code), "slow_down");
    simulator.advance(15_000);
    refusedWith(await device.poll(code), "authorization_pending");
    simulator.approve();
    simulator.advance(15_000);
    const { status, json } = await device.poll(code);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ["access_token", "expires_in", "refresh_token", "token_type"]);
    assert.deepEqual([json.expires_in, json.token_type], [28_800, "bearer"]);
    refusedWith(await device.poll(code), "invalid_grant");
  });

  it("refuses a dead code, an unknown one, another unit's, a wrong secret, a denied one", async (t) => {
    const [simulator, device] = await started(t);
    const code = (await device.requestCode()).json.device_code;
    refusedWith(await device.poll("made-up"), "invalid_grant");
    refusedWith(await new TestDevice(simulator, "R1-0002").poll(code), "invalid_grant");
    refusedWith(await device.poll(code, { client_secret: "guess" }), "invalid_client");
    refusedWith(await device.poll(code, { device_code: undefined }), "invalid_request");
    refusedWith(await device.poll(code, { grant_type: "password" }), "unsupported_grant_type");
    refusedWith(await device.poll(code, { grant_type: undefined }), "invalid_request");
    simulator.advance(119_999);
    refusedWith(await device.poll(code), "authorization_pending");
    simulator.advance(1);
    refusedWith(await device.poll(code), "expired_token");
    const next = (await device.requestCode()).json.device_code;
    simulator.deny();
    refusedWith(await device.poll(next), "access_denied");
  });

  it("authorizes by itself after the set time", async (t) => {
    const [simulator, device] = await started(t, { autoApproveAfter: 30 });
    const code = (await device.requestCode()).json.device_code;
    refusedWith(await device.poll(code), "authorization_pending");
    simulator.advance(30_000);
    assert.equal((await device.poll(code)).status, 200);
    assert.equal(simulator.devices()[0]?.project.name, "Feature Film");
  });

  it("gives no refresh token without the scope offline", async (t) => {
    const [simulator, device] = await started(t);
    const tokens = await device.pair({}, "asset_create");
    assert.deepEqual(Object.keys(tokens), ["access_token", "expires_in", "token_type"]);
    assert.deepEqual(simulator.devices()[0]?.scopes, ["asset_create"]);
  });

  it("ends what the unit held before once it is in another project", async (t) => {
    const [, device] = await started(t);
    const first = await device.pair({ project: "Feature Film" });
    const code = (await device.requestCode()).json.device_code;
    assert.equal((await device.me(first.access_token)).status, 200);
    refusedWith(await device.poll(code), "authorization_pending");
    const second = await device.pair({ project: "Documentary" });
    isNotAuthorized(await device.me(first.access_token));
    isNotAuthorized(await device.refresh(first.refresh_token));
    const { json } = await device.me(second.access_token);
    assert.equal((json.project as { name: string }).name, "Documentary");
  });
});

describe("refresh", () => {
  it("rotates both tokens and lets neither old one live", async (t) => {
    const [, device] = await started(t);
    const first = await device.pair();
    const { status, json: second } = await device.refresh(first.refresh_token);
    assert.equal(status, 200);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(second.expires_in, 28_800);
    isNotAuthorized(await device.me(first.access_token));
    refusedWith(await device.refresh(first.refresh_token), "invalid_request");
    assert.equal((await device.me(second.access_token)).status, 200);
    assert.equal((await device.refresh(second.refresh_token)).status, 200);
  });

  it("follows the lives of both tokens", async (t) => {
    const [simulator, device] = await started(t);
    const first = await device.pair();
    simulator.advance(8 * HOUR - 1);
    assert.equal((await device.me(first.access_token)).status, 200);
    simulator.advance(1);
    isNotAuthorized(await device.me(first.access_token));
    simulator.advance(14 * DAY - 8 * HOUR - 1);
    const { json: second } = await device.refresh(first.refresh_token);
    simulator.advance(14 * DAY);
    isNotAuthorized(await device.refresh(second.refresh_token));
  });

  it("knows a made-up token, another unit's, a wrong secret from a dead authorization", async (t) => {
    const [simulator, device] = await started(t);
    const tokens = await device.pair();
    const token = tokens.refresh_token;
    refusedWith(await device.refresh("made-up"), "invalid_grant");
    refusedWith(await new TestDevice(simulator, "R1-0002").refresh(token), "invalid_grant");
    refusedWith(await device.refresh(token, { client_secret: "guess" }), "invalid_client");
    refusedWith(await device.refresh(token, { refresh_token: undefined }), "invalid_request");
    simulator.forget();
    isNotAuthorized(await device.refresh(token));
    isNotAuthorized(await device.me(tokens.access_token));
  });

  it("ends when the date that the person chose has come", async (t) => {
    const [simulator, device] = await started(t);
    const expiresAt = simulator.now() + DAY;
    const tokens = await device.pair({ expiresAt });
    const { json } = await device.me(tokens.access_token);
    const authorization = json.authorization as { expires_at: string };
    assert.equal(authorization.expires_at, new Date(expiresAt).toISOString());
    simulator.advance(DAY);
    isNotAuthorized(await device.refresh(tokens.refresh_token));
    assert.deepEqual(simulator.devices(), []);
  });

  it("keeps for years whoever refreshes in time, by an injected clock", async (t) => {
    let now = Date.UTC(2026, 0, 1);
    const [simulator, device] = await started(t, { now: () => now });
    let tokens = await device.pair();
    for (let refreshes = 0; refreshes < 100; refreshes += 1) {
      now += 13 * DAY;
      tokens = (await device.refresh(tokens.refresh_token)).json;
    }
    assert.equal((await device.me(tokens.access_token)).status, 200);
    assert.equal(simulator.requests().at(-1)?.time, Date.UTC(2026, 0, 1) + 1300 * DAY);
  });
});

describe("revoke", () => {
  for (const which of ["access_token", "refresh_token"]) {
    it(`ends the authorization by its ${which}, and answers a dead token alike`, async (t) => {
      const [, device] = await started(t);
      const tokens = await device.pair();
      const token = String(tokens[which]);
      refusedWith(await device.auth("/v2/auth/revoke", { token, client_secret: "guess" }), "invalid_client");
      for (let time = 0; time < 2; time += 1) {
        const { status, json } = await device.auth("/v2/auth/revoke", { token });
        assert.deepEqual([status, json], [200, { success: true }]);
      }
      isNotAuthorized(await device.me(tokens.access_token));
      isNotAuthorized(await device.refresh(tokens.refresh_token));
    });
  }
});

describe("devices/me", () => {
  it("tells name, project, firmware, scopes, and follows a rename and a pause", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const { json } = await device.me(access_token);
    assert.equal(json.name, "Demo-Camera-R1-0001");
    assert.equal(json.last_known_firmware_version, "2.16.4");
    const authorization = json.authorization as Record<string, unknown>;
    assert.equal(authorization.expires_at, null);
    const { asset_create, offline, project_read } = authorization.scopes as Record<string, unknown>;
    assert.deepEqual([asset_create, offline, project_read], [true, true, false]);
    simulator.renameProject("Feature Film", "Feature Film 2");
    simulator.pause();
    const later = (await device.me(access_token)).json;
    assert.deepEqual(later.project, { _type: "project", id: json.project_id, name: "Feature Film 2" });
    assert.equal(later.status, "paused");
    simulator.resume();
    assert.equal((await device.me(access_token)).json.status, "online");
  });
});

describe("the other calls", () => {
  it("heartbeat counts as being online, for five minutes", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const headers = { authorization: `Bearer ${access_token}` };
    const beat = await device.ask("/v2/devices/heartbeat", { method: "POST", headers });
    assert.deepEqual([beat.status, beat.text], [204, ""]);
    simulator.advance(5 * 60_000 - 1);
    assert.equal((await device.me(access_token)).json.status, "online");
    simulator.advance(5 * 60_000);
    assert.equal((await device.me(access_token)).json.status, "offline");
    isNotAuthorized(await device.ask("/v2/devices/heartbeat", { method: "POST" }));
  });

  it("health asks for no token; an unknown address is a detailed 404", async (t) => {
    const [, device] = await started(t);
    assert.deepEqual((await device.ask("/health")).json, { status: "ok" });
    const { status, json } = await device.ask("/v2/nothing");
    assert.deepEqual([status, json.message], [404, "Not Found"]);
  });

  it("are refused by another method, which is told the right one", async (t) => {
    const [simulator, device] = await started(t);
    for (const [path, wrong, allow] of [
      ["/v2/auth/device/code", "GET", "POST"],
      ["/v2/auth/token", "GET", "POST"],
      ["/v2/auth/revoke", "DELETE", "POST"],
      ["/v2/devices/me", "POST", "GET"],
      ["/v2/devices/heartbeat", "GET", "POST"],
      ["/health", "POST", "GET"],
      ["/upload/x/1", "POST", "PUT"],
    ] as const) {
      const { status, headers, json } = await device.ask(path, { method: wrong });
      assert.deepEqual(
        [status, headers.get("allow"), json.message],
        [405, allow, "Method Not Allowed"],
        path,
      );
    }
    assert.ok(simulator.requests().every(({ call }) => call === "other"));
  });

  it("an asset needs a token and refuses media of a pause, also later", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const create = (offset: number, authorization = `Bearer ${access_token}`) =>
      device.ask("/v2/devices/assets", {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ name: "A001.mov", filetype: "video/quicktime", filesize: 3, offset }),
      });
    isNotAuthorized(await create(0, "Bearer guess"));
    const { status, json } = await create(0);
    assert.equal(status, 200);
    const [address] = json.upload_urls as string[];
    const put = await device.ask(new URL(String(address)).pathname, { method: "PUT", body: "abc" });
    assert.equal(put.status, 200);
    simulator.pause();
    const paused = await create(0);
    assert.deepEqual([paused.status, paused.json.message], [409, "Channel Paused"]);
    simulator.advance(60_000);
    simulator.resume();
    assert.equal((await create(0)).status, 200);
    assert.equal((await create(30)).status, 409);
    assert.equal((await create(90)).status, 200);
  });

  it("an asset says what is wrong with it; parts of any size can be put", async (t) => {
    const [, device] = await started(t);
    const { access_token } = await device.pair();
    const create = (fields: Record<string, string>) =>
      device.ask("/v2/assets", {
        method: "POST",
        headers: { authorization: `Bearer ${access_token}` },
        body: new URLSearchParams(fields),
      });
    const asset = { name: "A001.mov", filetype: "video/quicktime", filesize: "3" };
    assert.match((await create({ name: "A001.mov" })).text, /Missing: filetype, filesize/);
    assert.match((await create({ ...asset, parts: "many" })).text, /parts is not a whole number/);
    assert.match((await create({ ...asset, offset: "-1" })).text, /offset is not a whole number/);
    const { json } = await create({ ...asset, parts: "2" });
    const [, second] = json.upload_urls as string[];
    const body = new Uint8Array(3 * 1024 * 1024);
    assert.equal((await device.ask(new URL(String(second)).pathname, { method: "PUT", body })).status, 200);
  });

  it("answers 413 to a body that is too large, and lives on when a device leaves in mid-body", async (t) => {
    const [simulator, device] = await started(t);
    const body = new URLSearchParams({ client_id: "x".repeat(1024 * 1024) });
    const heard = await device.ask("/v2/auth/device/code", { method: "POST", body });
    assert.deepEqual([heard.status, heard.json.message], [413, "Payload Too Large"]);
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    socket.end("POST /v2/auth/token HTTP/1.1\r\nHost: simulator\r\nContent-Length: 9\r\n\r\nabc");
    await once(socket.resume(), "close");
    assert.equal((await device.ask("/health")).status, 200);
  });

  it("limits the rate of asset creation and says so", async (t) => {
    const [simulator, device] = await started(t);
    const { access_token } = await device.pair();
    const create = () =>
      device.ask("/v2/devices/assets", {
        method: "POST",
        headers: { authorization: `Bearer ${access_token}` },
      });
    const remaining: unknown[] = [];
    for (let asset = 0; asset < 5; asset += 1) {
      remaining.push((await create()).headers.get("x-ratelimit-remaining"));
    }
    assert.deepEqual(remaining, ["4", "3", "2", "1", "0"]);
    assert.equal((await create()).status, 429);
    simulator.advance(1_000);
    assert.equal((await create()).status, 422);
  });
});

describe("what it saw", () => {
  it("holds every request in turn and no secret", async (t) => {
    const lines: string[] = [];
    const [simulator, device] = await started(t, { log: (line) => lines.push(line) });
    const code = (await device.requestCode()).json.device_code;
    const next = simulator.nextRequest((request) => request.call === "refresh");
    await device.poll(code);
    simulator.approve();
    simulator.advance(5_000);
    const tokens = (await device.poll(code)).json;
    await device.refresh(tokens.refresh_token);
    await device.me(tokens.access_token);
    await device.auth("/v2/auth/revoke", { token: String(tokens.refresh_token) });
    assert.deepEqual(
      simulator.requests().map(({ call, clientId, status, error }) => [call, clientId, status, error]),
      [
        ["code", "R1-0001", 200, null],
        ["poll", "R1-0001", 400, "authorization_pending"],
        ["poll", "R1-0001", 200, null],
        ["refresh", "R1-0001", 200, null],
        ["me", null, 401, "Not Authorized"],
        ["revoke", "R1-0001", 200, null],
      ],
    );
    assert.equal((await next).call, "refresh");
    assert.equal(lines.length, 6);
    const everything = `${lines.join("\n")}${JSON.stringify(simulator.requests())}`;
    const secrets = simulator.secrets();
    for (const used of [simulator.secret, code, tokens.access_token, tokens.refresh_token]) {
      assert.ok(secrets.includes(String(used)));
    }
    for (const secret of secrets) assert.ok(!everything.includes(secret));
  });
});
