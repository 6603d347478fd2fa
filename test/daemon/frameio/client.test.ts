import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { describe, test } from "node:test";
import { Secret } from "../../../daemon/core/secret.ts";
import type { Frameio } from "../../../daemon/frameio/client.ts";
import {
  CLIENT_SECRET,
  CODE,
  client,
  expectFault,
  expectVerdict,
  httpServer,
  readBody,
  realClock,
  TOKENS,
} from "./support.ts";

interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that answers everything alike and remembers what it was asked. */
async function answering(status: number, body: unknown): Promise<{ baseUrl: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const baseUrl = await httpServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body: await readBody(request) });
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(status === 204 ? "" : JSON.stringify(body));
  });
  return { baseUrl, seen };
}

async function fieldsOf({ headers, body }: Seen): Promise<Record<string, unknown>> {
  const form = await new Response(body, {
    headers: { "content-type": headers["content-type"] ?? "" },
  }).formData();
  return Object.fromEntries(form);
}

for (const bodyEncoding of ["multipart", "urlencoded"] as const) {
  const mediaType = { multipart: "multipart/form-data", urlencoded: "application/x-www-form-urlencoded" };

  describe(`calls with ${bodyEncoding} bodies`, () => {
    async function calling(status: number, body: unknown) {
      const { baseUrl, seen } = await answering(status, body);
      const last = async (path: string) => {
        const [only, ...more] = seen;
        assert.ok(only !== undefined && more.length === 0);
        assert.equal(only.method, "POST");
        assert.equal(only.url, path);
        assert.equal(only.headers["x-client-version"], "2.16.4");
        assert.equal(only.headers.authorization, undefined);
        assert.equal(only.headers["content-type"]?.split(";")[0], mediaType[bodyEncoding]);
        assert.equal(Number(only.headers["content-length"]), Buffer.byteLength(only.body));
        return fieldsOf(only);
      };
      return { frameio: client(baseUrl, { bodyEncoding }), seen, last };
    }

    test("a code is requested and offered", async () => {
      const { frameio, seen, last } = await calling(200, CODE);
      const verdict = expectVerdict(await frameio.requestCode());
      assert.ok(verdict.type === "offered");
      assert.equal(verdict.code.deviceCode.reveal(), CODE.device_code);
      assert.deepEqual(
        { ...verdict.code, deviceCode: null },
        {
          deviceCode: null,
          userCode: "987654",
          verificationUri: "https://next.frame.io/pair",
          verificationUriComplete: "https://next.frame.io/pair/987654",
          expiresIn: 120,
          interval: 5,
          deviceName: "my-device-abc123",
        },
      );
      assert.equal(seen[0]?.headers["x-client-platypus-enabled"], "true");
      assert.deepEqual(await last("/v2/auth/device/code"), {
        client_id: "ACME-0001",
        client_secret: CLIENT_SECRET,
        scope: "asset_create offline",
      });
    });

    test("a poll carries secret and device_code, and brings tokens", async () => {
      const { frameio, last } = await calling(200, TOKENS);
      const verdict = expectVerdict(await frameio.poll(new Secret("dev-code")));
      assert.ok(verdict.type === "granted");
      assert.equal(verdict.tokens.accessToken.reveal(), "access-1");
      assert.equal(verdict.tokens.refreshToken?.reveal(), "refresh-1");
      assert.equal(verdict.tokens.expiresIn, 28_800);
      assert.deepEqual(await last("/v2/auth/token"), {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        client_id: "ACME-0001",
        client_secret: CLIENT_SECRET,
        device_code: "dev-code",
      });
    });

    test("a refresh brings the new pair", async () => {
      const { frameio, last } = await calling(200, TOKENS);
      assert.equal(expectVerdict(await frameio.refresh(new Secret("refresh-0"))).type, "refreshed");
      assert.deepEqual(await last("/v2/auth/token"), {
        grant_type: "refresh_token",
        client_id: "ACME-0001",
        client_secret: CLIENT_SECRET,
        refresh_token: "refresh-0",
      });
    });

    test("a token is revoked", async () => {
      const { frameio, last } = await calling(200, { success: true });
      assert.deepEqual(expectVerdict(await frameio.revoke(new Secret("refresh-0"))), { type: "revoked" });
      assert.deepEqual(await last("/v2/auth/revoke"), {
        client_id: "ACME-0001",
        client_secret: CLIENT_SECRET,
        token: "refresh-0",
      });
    });
  });
}

describe("body_encoding = auto", () => {
  const typeOf = ({ headers }: Seen) => headers["content-type"]?.split(";")[0];
  const MULTIPART = "multipart/form-data";
  const URLENCODED = "application/x-www-form-urlencoded";

  /** A server that takes forms of one type alone, and answers those of another as `misread` says. */
  async function taking(type: string, [status, body]: readonly [number, unknown]) {
    const seen: Seen[] = [];
    const baseUrl = await httpServer(async (request, response) => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: await readBody(request) };
      seen.push(one);
      const taken = typeOf(one) === type;
      const good = url.endsWith("/code") ? CODE : TOKENS;
      response.writeHead(taken ? 200 : status, { "content-type": "application/json" });
      response.end(JSON.stringify(taken ? good : body));
    });
    return { frameio: client(baseUrl, { bodyEncoding: "auto" }), seen, types: () => seen.map(typeOf) };
  }

  const BAD = [400, { error: "invalid_request" }] as const;

  for (const misread of [
    BAD,
    [400, {}],
    [400, { code: 400, errors: [{ title: "Bad Request" }], message: "Bad Request" }],
    [415, { code: 415, errors: [{ title: "Unsupported Media Type" }], message: "Unsupported Media Type" }],
    [422, { code: 422, errors: [{ title: "Invalid Argument" }], message: "Invalid Argument" }],
  ] as const)
    test(`a code that ${JSON.stringify(misread)} refuses is asked for in the other encoding, and that is kept`, async () => {
      const { frameio, types } = await taking(URLENCODED, misread);
      assert.equal(expectVerdict(await frameio.requestCode()).type, "offered");
      assert.deepEqual(types(), [MULTIPART, URLENCODED]);
      assert.equal(frameio.bodyEncoding, "urlencoded");
      assert.equal(expectVerdict(await frameio.poll(new Secret("d"))).type, "granted");
      assert.equal(expectVerdict(await frameio.requestCode()).type, "offered");
      assert.deepEqual(types().slice(2), [URLENCODED, URLENCODED]);
    });

  test("multipart is what is tried first, and enough where it is taken", async () => {
    const { frameio, types } = await taking(MULTIPART, BAD);
    await frameio.requestCode();
    assert.deepEqual(types(), [MULTIPART]);
  });

  test("where neither brings a code, the first answer stands and so does the encoding", async () => {
    const { frameio, types } = await taking("text/plain", BAD);
    const verdict = expectVerdict(await frameio.requestCode());
    assert.ok(verdict.type === "refused" && verdict.error === "invalid_request");
    assert.deepEqual(types(), [MULTIPART, URLENCODED]);
    assert.equal(frameio.bodyEncoding, "multipart");
  });

  for (const answer of [
    [400, { error: "invalid_client" }],
    [400, { error: "invalid_scope" }],
    [400, { error: "slow_down" }],
    [403, {}],
    [404, { error: "not_found" }],
    [404, { code: 404, errors: [{ title: "Bad Request" }], message: "Bad Request" }],
    [503, {}],
    [429, {}],
  ] as const)
    test(`${JSON.stringify(answer)} says nothing about the encoding`, async () => {
      const { frameio, types } = await taking("text/plain", answer);
      await frameio.requestCode();
      assert.deepEqual(types(), [MULTIPART]);
    });

  test("no other call is ever repeated in the other encoding: a refresh token may be spent by then", async () => {
    const { frameio, types } = await taking(URLENCODED, BAD);
    assert.equal(expectVerdict(await frameio.refresh(new Secret("r"))).type, "ended");
    await frameio.poll(new Secret("d"));
    await frameio.revoke(new Secret("t"));
    assert.deepEqual(types(), [MULTIPART, MULTIPART, MULTIPART]);
  });

  test("what worked before is recalled, but an encoding that is configured stands", async () => {
    const { frameio, types, seen } = await taking(URLENCODED, BAD);
    frameio.recallEncoding("urlencoded");
    assert.equal(expectVerdict(await frameio.refresh(new Secret("r"))).type, "refreshed");
    assert.deepEqual(types(), [URLENCODED]);
    const fixed = client(`http://${seen[0]?.headers.host}`, { bodyEncoding: "multipart" });
    fixed.recallEncoding("urlencoded");
    await fixed.requestCode();
    assert.deepEqual(types(), [URLENCODED, MULTIPART]);
  });
});

test("url_pairing = false leaves the header away", async () => {
  const { baseUrl, seen } = await answering(200, CODE);
  await client(baseUrl, { urlPairing: false }).requestCode();
  assert.equal(seen[0]?.headers["x-client-platypus-enabled"], undefined);
});

test("the device's record is read with the bearer and no body", async () => {
  const { baseUrl, seen } = await answering(200, {
    _type: "project_device",
    id: "record-1",
    device_id: "device-1",
    name: "FUJIFILM-X100VI-4CA00368",
    status: "paused",
    authorization: { expires_at: "2031-01-02T03:04:05Z", scopes: { asset_create: true, offline: true } },
    project: { _type: "project", id: "9d7f0b9e-6a0e-4f0e-8d0f-000000000001", name: "Łódź — Nachtdreh 夜" },
  });
  assert.deepEqual(expectVerdict(await client(baseUrl).device(new Secret("access-1"))), {
    type: "device",
    device: {
      ids: ["device-1", "record-1"],
      name: "FUJIFILM-X100VI-4CA00368",
      project: { id: "9d7f0b9e-6a0e-4f0e-8d0f-000000000001", name: "Łódź — Nachtdreh 夜" },
      authorizationExpiresAt: Date.UTC(2031, 0, 2, 3, 4, 5),
      paused: true,
      canCreateAssets: true,
    },
  });
  assert.equal(seen[0]?.method, "GET");
  assert.equal(seen[0]?.url, "/v2/devices/me");
  assert.equal(seen[0]?.headers.authorization, "Bearer access-1");
  assert.equal(seen[0]?.headers["x-client-version"], "2.16.4");
  assert.equal(seen[0]?.body, "");
});

test("a heartbeat is accepted with 204", async () => {
  const { baseUrl, seen } = await answering(204, null);
  assert.deepEqual(expectVerdict(await client(baseUrl).heartbeat(new Secret("access-1"))), {
    type: "accepted",
  });
  assert.equal(`${seen[0]?.method} ${seen[0]?.url}`, "POST /v2/devices/heartbeat");
  assert.equal(seen[0]?.headers.authorization, "Bearer access-1");
});

test("health asks without authorization", async () => {
  const { baseUrl, seen } = await answering(200, { status: "ok" });
  assert.deepEqual(expectVerdict(await client(baseUrl).health()), { type: "reachable" });
  assert.equal(`${seen[0]?.method} ${seen[0]?.url}`, "GET /health");
  assert.equal(seen[0]?.headers.authorization, undefined);
});

test("a path in base_url stays in front", async () => {
  const { baseUrl, seen } = await answering(200, { status: "ok" });
  await client(`${baseUrl}/stand-in/`).health();
  assert.equal(seen[0]?.url, "/stand-in/health");
});

test("without a client_secret nothing is sent", async () => {
  const { baseUrl, seen } = await answering(200, CODE);
  const verdict = expectVerdict(await client(baseUrl, { clientSecret: () => null }).requestCode());
  assert.deepEqual(verdict, {
    type: "refused",
    error: "secret_missing",
    description: "no client_secret is configured",
  });
  assert.equal(seen.length, 0);
});

test("a server that quotes the secret does not get it into the outcome", async () => {
  const { baseUrl } = await answering(400, {
    error: `no:${CLIENT_SECRET}`,
    error_description: `the secret ${CLIENT_SECRET} is wrong`,
  });
  const outcome = await client(baseUrl).requestCode();
  assert.deepEqual(expectVerdict(outcome), { type: "refused", error: "[secret]", description: "[secret]" });
});

describe("a server that wants to be left alone", () => {
  /** Answers the first request with those headers and the following ones without; `pass` moves the client's time. */
  async function busy(status: number, headers: Readonly<Record<string, string>>) {
    const asked: string[] = [];
    const baseUrl = await httpServer((request, response) => {
      request.resume();
      const first = asked.length === 0;
      asked.push(request.url ?? "");
      response.writeHead(first ? status : 200, {
        "content-type": "application/json",
        ...(first ? headers : {}),
      });
      response.end('{"status":"ok"}');
    });
    const clock = realClock();
    let passed = 0;
    const frameio = client(baseUrl, { clock: { ...clock, elapsed: () => clock.elapsed() + passed } });
    const pass = (ms: number) => {
      passed += ms;
    };
    return { frameio, asked, pass };
  }

  for (const [name, status, headers, pause] of [
    ["Retry-After", 429, { "retry-after": "600" }, 600_000],
    ["Retry-After, from a proxy", 503, { "retry-after": "600" }, 600_000],
    ["a full window", 429, { "x-ratelimit-window": "600000" }, 600_000],
    [
      "the last call that was free",
      200,
      { "x-ratelimit-window": "600000", "x-ratelimit-limit": "2", "x-ratelimit-remaining": "0" },
      300_000,
    ],
  ] as const)
    test(`is left alone, by ${name}, whoever asks`, async () => {
      const { frameio, asked, pass } = await busy(status, headers);
      await frameio.health();
      const kept = expectFault(await frameio.health());
      assert.equal(kept.kind, "rate-limited");
      assert.ok((kept.retryAfter ?? 0) > pause - 60_000 && (kept.retryAfter ?? 0) <= pause);
      assert.deepEqual(asked, ["/health"]);
      assert.equal((await frameio.heartbeat(new Secret("access-0"))).kind, "verdict", "another call is free");
      pass(pause);
      assert.equal((await frameio.health()).kind, "verdict");
    });

  for (const [name, call] of [
    ["a code", (frameio: Frameio) => frameio.requestCode()],
    ["what became of a code", (frameio: Frameio) => frameio.poll(new Secret("device-code-0"))],
  ] as const)
    test(`is asked for ${name} once more where a person insists`, async () => {
      const { frameio, asked } = await busy(429, { "retry-after": "600" });
      await call(frameio);
      await call(frameio);
      assert.equal(asked.length, 1);
      await frameio.requestCode(undefined, true);
      await call(frameio);
      assert.equal(asked.length, 3);
    });

  test("is asked again where another network leads to it", async () => {
    const { frameio } = await busy(503, { "retry-after": "600" });
    await frameio.health();
    frameio.reset([]);
    assert.equal((await frameio.health()).kind, "verdict");
  });
});

test("each exchange is observed with its call, outcome and seconds", async () => {
  const { baseUrl } = await answering(200, { status: "ok" });
  const observed: [string, string][] = [];
  const frameio = client(baseUrl, {
    observe(call, outcome, seconds) {
      assert.ok(seconds >= 0 && seconds < 20);
      observed.push([call, outcome]);
    },
  });
  await frameio.health();
  await frameio.device(new Secret("access-1"));
  await frameio.poll(new Secret("dev-code"));
  assert.deepEqual(observed, [
    ["health", "reachable"],
    ["device", "device"],
    ["poll", "malformed"],
  ]);
});
