import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Tokens } from "../../../daemon/contract/authorization.ts";
import type { FaultKind, Outcome } from "../../../daemon/contract/verdicts.ts";
import { type Answer, readPause } from "../../../daemon/frameio/answer.ts";
import { judgeDeviceCode } from "../../../daemon/frameio/device-code.ts";
import { judgeDeviceMe } from "../../../daemon/frameio/device-me.ts";
import { judgeHealth } from "../../../daemon/frameio/health.ts";
import { judgeHeartbeat } from "../../../daemon/frameio/heartbeat.ts";
import { judgeRefresh } from "../../../daemon/frameio/refresh.ts";
import { judgeRevoke } from "../../../daemon/frameio/revoke.ts";
import { judgeTokenPoll } from "../../../daemon/frameio/token-poll.ts";
import { CODE, expectFault, expectVerdict, TOKENS } from "./support.ts";

const HOSTS = { domains: ["frame.io"], baseUrl: new URL("https://api.frame.io") };

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: { "content-type": "application/json", ...headers }, body: Buffer.from(text) };
}

const JUDGES: Readonly<Record<string, (answer: Answer) => Outcome<{ readonly type: string }>>> = {
  code: (given) => judgeDeviceCode(given, HOSTS),
  poll: judgeTokenPoll,
  refresh: judgeRefresh,
  revoke: judgeRevoke,
  device: judgeDeviceMe,
  heartbeat: judgeHeartbeat,
  health: judgeHealth,
};

/** API facts §4, the detailed shape. */
function detailed(code: number, title: string) {
  return {
    code,
    errors: [{ code, detail: "You are not allowed to access that resource", status: code, title }],
    message: title,
  };
}

describe("no call takes for a verdict", () => {
  const FAULTS: readonly (readonly [string, Answer, FaultKind])[] = [
    ["a page", answer(200, "<html>", { "content-type": "text/html; charset=utf-8" }), "captive-portal"],
    ["a page without a type", { ...answer(200, "\n <HTML>"), headers: {} }, "captive-portal"],
    ["301", answer(301, ""), "captive-portal"],
    ["302 with a documented error", answer(302, { error: "invalid_grant" }), "captive-portal"],
    ["307", answer(307, ""), "captive-portal"],
    ["304", answer(304, ""), "captive-portal"],
    ["400 with a page", answer(400, "<h1>Bad Request</h1>", { "content-type": "text/html" }), "status"],
    ["400 with nothing", answer(400, ""), "status"],
    ["400 with an error that is no word", answer(400, { error: { code: 1 } }), "status"],
    ["400 with markup for an error", answer(400, { error: "<b>invalid_grant</b>" }), "status"],
    [
      "400 as plain text",
      answer(400, { error: "invalid_grant" }, { "content-type": "text/plain" }),
      "status",
    ],
    ["401 with a page", answer(401, "<h1>Login</h1>", { "content-type": "text/html" }), "status"],
    ["401 with an empty list of errors", answer(401, { errors: [] }), "status"],
    ["402", answer(402, detailed(402, "Payment Required")), "status"],
    ["403", answer(403, detailed(403, "Not Authorized")), "status"],
    ["403 with a page", answer(403, "<html>", { "content-type": "text/html" }), "status"],
    ["404", answer(404, { error: "invalid_grant" }), "status"],
    ["407", answer(407, ""), "captive-portal"],
    ["409 while paused", answer(409, detailed(409, "Channel Paused")), "status"],
    ["422", answer(422, detailed(422, "Invalid")), "status"],
    ["429", answer(429, { error: "slow_down" }), "rate-limited"],
    ["500", answer(500, { error: "invalid_grant" }), "server"],
    ["502", answer(502, "<h1>", { "content-type": "text/html" }), "server"],
    ["503", answer(503, ""), "server"],
    ["511 of a portal", answer(511, { error: "invalid_grant" }), "captive-portal"],
    ["200 with text", answer(200, "ok", { "content-type": "text/plain" }), "malformed"],
    ["200 with half a document", answer(200, '{"access_token":"a'), "malformed"],
    ["200 with a list", answer(200, []), "malformed"],
    ["200 with null", answer(200, "null"), "malformed"],
    ["200 with a number", answer(200, "42"), "malformed"],
    ["200 with errors of another form", answer(200, { error: { message: "no" } }), "malformed"],
    ["200 with a spent token", answer(200, { error: "invalid_request" }), "malformed"],
    ["200 with a dead one", answer(200, { error: "invalid_client" }), "malformed"],
    ["a body over the limit", { ...answer(200, ""), body: null }, "oversized"],
    ["206", answer(206, TOKENS), "status"],
    ["100", answer(100, ""), "status"],
  ];
  for (const [name, given, kind] of FAULTS)
    test(name, () => {
      for (const [call, judge] of Object.entries(JUDGES)) {
        const outcome = judge(given);
        assert.equal(expectFault(outcome).kind, kind, call);
      }
    });
});

describe("a code", () => {
  const offered = (body: unknown, hosts = HOSTS) => {
    const verdict = expectVerdict(judgeDeviceCode(answer(200, body), hosts));
    assert.ok(verdict.type === "offered");
    return verdict.code;
  };

  describe("is not offered with", () => {
    for (const [field, values] of Object.entries({
      user_code: [
        undefined,
        null,
        "",
        987_654,
        "98765",
        "9876543",
        "98765a",
        " 987654",
        "987654\n",
        "９８７６５４",
        "٩٨٧٦٥٤",
        "<b>987654",
        "987\u202e654",
        "ABCD-EFGH",
        ["987654"],
        {},
      ],
      device_code: [undefined, null, "", 7, {}, "a b", "a\nb", "é", "x".repeat(8193)],
      expires_in: [undefined, null, "", "soon", 0, -1, "-5", "0", {}, [120], true, "1e3", "0x10"],
    }))
      for (const value of values)
        test(`${field} ${JSON.stringify(value)?.slice(0, 30)}`, () => {
          const fault = expectFault(judgeDeviceCode(answer(200, { ...CODE, [field]: value }), HOSTS));
          assert.equal(fault.kind, "malformed");
          assert.ok(fault.detail.includes(field), fault.detail);
        });
  });

  test("needs nothing but device_code, user_code and expires_in", () => {
    const { device_code, user_code, expires_in } = CODE;
    const { deviceCode: _, ...code } = offered({ device_code, user_code, expires_in });
    assert.deepEqual(code, {
      userCode: "987654",
      verificationUri: null,
      verificationUriComplete: null,
      expiresIn: 120,
      interval: 5,
      deviceName: null,
    });
  });

  test("keeps a leading zero", () =>
    assert.equal(offered({ ...CODE, user_code: "000042" }).userCode, "000042"));

  for (const [value, expected] of [
    [120, 120],
    ["120", 120],
    [" 90.5 ", 90.5],
    [0.5, 0.5],
    [900, 900],
    [1800, 1800],
    [1801, 1800],
    [1e300, 1800],
  ] as const)
    test(`expires_in ${JSON.stringify(value)} is ${expected} s`, () =>
      assert.equal(offered({ ...CODE, expires_in: value }).expiresIn, expected));

  for (const [value, expected] of [
    [5, 5],
    ["7", 7],
    [10.5, 10.5],
    [0.2, 1],
    [3600, 60],
    [0, 5],
    [-3, 5],
    ["soon", 5],
    [null, 5],
    [{}, 5],
    [undefined, 5],
  ] as const)
    test(`interval ${JSON.stringify(value)} is ${expected} s`, () =>
      assert.equal(offered({ ...CODE, interval: value }).interval, expected));

  for (const value of [undefined, null, 7, "", "a\u0007b", "\u202eevil", "<img src=x>", "x".repeat(256)])
    test(`name ${JSON.stringify(value)?.slice(0, 20)} is not shown`, () =>
      assert.equal(offered({ ...CODE, name: value }).deviceName, null));

  describe("shows the address", () => {
    for (const [value, expected = value] of [
      ["https://next.frame.io/pair/987654"],
      ["https://frame.io/p?c=987654&x=%20#y"],
      ["https://a.b.frame.io:8443/"],
      ["HTTPS://NEXT.FRAME.IO/pair", "https://next.frame.io/pair"],
      ["https://next.frame.io/a/../b", "https://next.frame.io/b"],
    ] as const)
      test(value, () => {
        const code = offered({ ...CODE, verification_uri: value, verification_uri_complete: value });
        assert.equal(code.verificationUri, expected);
        assert.equal(code.verificationUriComplete, expected);
      });
  });

  test("the checklist's spelling of the addresses is read like the reference's, which wins", () => {
    const { verification_uri, verification_uri_complete, ...rest } = CODE;
    const other = "https://frame.io/other";
    for (const members of [
      { verification_url: verification_uri, verification_url_complete: verification_uri_complete },
      {
        verification_uri: null,
        verification_url: verification_uri,
        verification_url_complete: verification_uri_complete,
      },
      { ...CODE, verification_url: other, verification_url_complete: other },
    ]) {
      const code = offered({ ...rest, ...members });
      assert.equal(code.verificationUri, verification_uri);
      assert.equal(code.verificationUriComplete, verification_uri_complete);
    }
    const foreign = offered({ ...rest, verification_url_complete: "https://frame.io.example/pair" });
    assert.equal(foreign.verificationUriComplete, null);
  });

  describe("does not show the address", () => {
    for (const value of [
      undefined,
      null,
      "",
      7,
      {},
      "next.frame.io/pair",
      "//next.frame.io/pair",
      "http://next.frame.io/pair",
      "https://evil.example/pair",
      "https://frame.io.evil.example/",
      "https://notframe.io/",
      "https://frame.io@evil.example/",
      "https://user:pw@next.frame.io/",
      "https://user@next.frame.io/",
      "javascript:alert(1)//next.frame.io",
      "https:\\\\evil.example\\next.frame.io",
      "https://next.frame.io/\u202e",
      "https://next.frame.io/a b",
      "https://next.frame.io/\n",
      " https://next.frame.io/",
      "https://next.frame.io./pair",
      "https://fra\u200bme.io/",
      "https://ｆrame.io/",
      "https://next.frame.io:99999/",
      "http://127.0.0.1/pair",
      "https://127.0.0.1/pair",
      "ftp://next.frame.io/",
      `https://next.frame.io/${"x".repeat(256)}`,
    ])
      test(JSON.stringify(value)?.slice(0, 60) ?? "undefined", () => {
        const code = offered({ ...CODE, verification_uri: value, verification_uri_complete: value });
        assert.equal(code.verificationUri, null);
        assert.equal(code.verificationUriComplete, null);
        assert.equal(code.userCode, "987654");
      });
  });

  for (const [baseUrl, value, shown] of [
    ["http://127.0.0.1:4000", "http://127.0.0.1:4000/pair/987654", true],
    ["http://localhost:4000", "http://localhost:4001/pair", true],
    ["http://[::1]:4000", "http://[::1]:4000/pair", true],
    ["http://127.0.0.1:4000", "http://127.0.0.2:4000/pair", false],
    ["http://127.0.0.1:4000", "http://localhost:4000/pair", false],
    ["http://127.0.0.1:4000", "http://user@127.0.0.1:4000/pair", false],
    ["http://127.0.0.1:4000", "http://evil.example/pair", false],
  ] as const)
    test(`with the API at ${baseUrl}, ${value} is ${shown ? "" : "not "}shown`, () => {
      const code = offered({ ...CODE, verification_uri: value }, { ...HOSTS, baseUrl: new URL(baseUrl) });
      assert.equal(code.verificationUri, shown ? value : null);
    });

  test("own domains replace frame.io", () => {
    const hosts = { ...HOSTS, domains: ["Pair.Example"] };
    assert.equal(
      offered({ ...CODE, verification_uri: "https://pair.example/x" }, hosts).verificationUri,
      "https://pair.example/x",
    );
    assert.equal(offered(CODE, hosts).verificationUriComplete, null);
  });

  for (const [status, body, error] of [
    [400, { error: "invalid_client" }, "invalid_client"],
    [401, { error: "invalid_client" }, "invalid_client"],
    [400, { error: "invalid_scope" }, "invalid_scope"],
    [400, { error: "something new" }, "something new"],
    [401, detailed(401, "Not Authorized"), "Not Authorized"],
    [400, { code: 400, errors: [{ title: "invalid_request" }] }, "invalid_request"],
  ] as const)
    test(`is refused with ${status} ${error}`, () => {
      const verdict = expectVerdict(judgeDeviceCode(answer(status, body), HOSTS));
      assert.ok(verdict.type === "refused");
      assert.equal(verdict.error, error);
    });

  for (const [description, expected] of [
    ["unknown client", "unknown client"],
    ["<script>", null],
    ["x".repeat(201), null],
    [42, null],
    [undefined, null],
  ] as const)
    test(`is refused with the description ${JSON.stringify(description)?.slice(0, 20)}`, () => {
      const given = answer(400, { error: "invalid_client", error_description: description });
      assert.deepEqual(expectVerdict(judgeDeviceCode(given, HOSTS)), {
        type: "refused",
        error: "invalid_client",
        description: expected,
      });
    });
});

describe("a poll", () => {
  for (const [status, body, verdict] of [
    [400, { error: "authorization_pending" }, { type: "pending" }],
    [200, { error: "authorization_pending" }, { type: "pending" }],
    [401, { error: "authorization_pending" }, { type: "pending" }],
    [400, detailed(400, "authorization_pending"), { type: "pending" }],
    [400, { error: "slow_down" }, { type: "slow-down", interval: null }],
    [200, { error: "slow_down" }, { type: "slow-down", interval: null }],
    [400, { error: "slow_down", interval: 12 }, { type: "slow-down", interval: 12 }],
    [400, { error: "slow_down", interval: "12" }, { type: "slow-down", interval: 12 }],
    [400, { error: "slow_down", interval: -1 }, { type: "slow-down", interval: null }],
    [400, { error: "slow_down", interval: 1e9 }, { type: "slow-down", interval: 60 }],
    [400, { error: "expired_token" }, { type: "expired" }],
    [400, { error: "invalid_grant" }, { type: "expired" }],
    [401, { error: "invalid_grant" }, { type: "expired" }],
    [400, { error: "access_denied" }, { type: "denied" }],
    [400, { error: "invalid_client" }, { type: "refused", error: "invalid_client", description: null }],
    [400, { error: "invalid_request" }, { type: "refused", error: "invalid_request", description: null }],
    [
      401,
      detailed(401, "Not Authorized"),
      {
        type: "refused",
        error: "Not Authorized",
        description: "You are not allowed to access that resource",
      },
    ],
  ] as const)
    test(`${status} ${JSON.stringify(body).slice(0, 50)} is ${verdict.type}`, () =>
      assert.deepEqual(expectVerdict(judgeTokenPoll(answer(status, body))), verdict));
});

for (const [call, judge, type] of [
  ["poll", judgeTokenPoll, "granted"],
  ["refresh", judgeRefresh, "refreshed"],
] as const)
  describe(`tokens of a ${call}`, () => {
    const tokensOf = (body: unknown) => {
      const verdict = expectVerdict<{ readonly type: string; readonly tokens?: Tokens }>(
        judge(answer(200, body)),
      );
      assert.equal(verdict.type, type);
      assert.ok(verdict.tokens !== undefined);
      return verdict.tokens;
    };

    for (const [field, values] of Object.entries({
      access_token: [undefined, null, "", 7, {}, "a b", "a\r\nx: y", "é", "x".repeat(8193)],
      refresh_token: [7, {}, "a\nb", "x".repeat(8193)],
      token_type: ["mac", "", 7, {}],
    }))
      for (const value of values)
        test(`are none with ${field} ${JSON.stringify(value)?.slice(0, 20)}`, () => {
          const fault = expectFault(judge(answer(200, { ...TOKENS, [field]: value })));
          assert.equal(fault.kind, "malformed");
          assert.ok(!fault.detail.includes("access-1"));
        });

    for (const value of [undefined, null, ""])
      test(`may lack a refresh token (${JSON.stringify(value)})`, () =>
        assert.equal(tokensOf({ ...TOKENS, refresh_token: value }).refreshToken, null));

    for (const value of ["bearer", "Bearer", "BEARER", undefined, null])
      test(`are of type ${JSON.stringify(value)}`, () =>
        assert.equal(tokensOf({ ...TOKENS, token_type: value }).accessToken.reveal(), "access-1"));

    for (const [value, life] of [
      [28_800, 28_800],
      ["3600", 3600],
      [31_536_000, 31_536_000],
      [1e12, 31_536_000],
      [0, 60],
      [-1, 60],
      [undefined, 28_800],
      ["soon", 28_800],
      [null, 28_800],
      [{}, 28_800],
    ] as const)
      test(`with expires_in ${JSON.stringify(value)} live ${life} s`, () =>
        assert.equal(tokensOf({ ...TOKENS, expires_in: value }).expiresIn, life));
  });

describe("a refresh", () => {
  for (const [status, body, verdict] of [
    [400, { error: "invalid_grant" }, { type: "ended", error: "invalid_grant" }],
    [400, { error: "invalid_request" }, { type: "ended", error: "invalid_request" }],
    [401, { error: "invalid_grant" }, { type: "ended", error: "invalid_grant" }],
    [401, detailed(401, "Not Authorized"), { type: "ended", error: "Not Authorized" }],
    [401, detailed(409, "Not Authorized"), { type: "ended", error: "Not Authorized" }],
    [401, { errors: [{ title: "Not Authorized" }] }, { type: "ended", error: "Not Authorized" }],
    [400, { error: "invalid_client" }, { type: "refused", error: "invalid_client", description: null }],
    [401, { error: "invalid_client" }, { type: "refused", error: "invalid_client", description: null }],
    [400, { error: "slow_down" }, { type: "refused", error: "slow_down", description: null }],
    [
      400,
      { error: "unsupported_grant_type" },
      { type: "refused", error: "unsupported_grant_type", description: null },
    ],
    [
      400,
      { errors: [{ title: "Not Authorized" }] },
      { type: "refused", error: "Not Authorized", description: null },
    ],
  ] as const)
    test(`${status} ${JSON.stringify(body).slice(0, 60)} is ${verdict.type}`, () =>
      assert.deepEqual(expectVerdict(judgeRefresh(answer(status, body))), verdict));

  test("409 ends nothing, whatever it says", () =>
    assert.equal(expectFault(judgeRefresh(answer(409, detailed(409, "Not Authorized")))).kind, "status"));
});

describe("a revocation", () => {
  for (const [status, body] of [
    [200, { success: true }],
    [200, {}],
    [200, ""],
    [204, ""],
    [200, { success: false }],
  ] as const)
    test(`${status} ${JSON.stringify(body)} is done`, () =>
      assert.deepEqual(expectVerdict(judgeRevoke(answer(status, body))), { type: "revoked" }));

  test("400 is refused", () =>
    assert.equal(expectVerdict(judgeRevoke(answer(400, { error: "invalid_client" }))).type, "refused"));
});

describe("the device's record", () => {
  const recordOf = (body: unknown) => {
    const verdict = expectVerdict(judgeDeviceMe(answer(200, body)));
    assert.ok(verdict.type === "device");
    return verdict.device;
  };
  const NOTHING = {
    ids: [],
    name: null,
    project: null,
    authorizationExpiresAt: null,
    paused: false,
    canCreateAssets: null,
  };

  test("may be empty", () => assert.deepEqual(recordOf({}), NOTHING));

  for (const body of [
    { name: 7, project: "x", authorization: "y", status: 7 },
    { name: "<b>", project: [], authorization: [] },
    { project: { id: "p1", name: "\u202e" } },
    { project: { id: "p1" } },
    { project: { id: "p 1", name: "A" } },
    { project: { id: "x".repeat(65), name: "A" } },
    { project: { name: "A" } },
    { project_id: "p1" },
    { authorization: { expires_at: "soon", scopes: { asset_create: "yes" } } },
    { authorization: { expires_at: 1_700_000_000, scopes: [] } },
    { authorization: { expires_at: "2031-13-40T99:99:99Z" } },
    { authorization: { expires_at: null, scopes: null } },
  ])
    test(`holds nothing of ${JSON.stringify(body)}`.slice(0, 90), () =>
      assert.deepEqual(recordOf(body), NOTHING),
    );

  test("takes the project's id from beside it", () =>
    assert.deepEqual(recordOf({ project_id: "p1", project: { name: " A " } }).project, {
      id: "p1",
      name: "A",
    }));

  for (const [text, time] of [
    ["2031-01-02T03:04:05Z", Date.UTC(2031, 0, 2, 3, 4, 5)],
    ["2031-01-02T03:04:05.678901Z", Date.UTC(2031, 0, 2, 3, 4, 5, 678)],
    ["2031-01-02T03:04:05+02:00", Date.UTC(2031, 0, 2, 1, 4, 5)],
  ] as const)
    test(`ends at ${text}`, () =>
      assert.equal(recordOf({ authorization: { expires_at: text } }).authorizationExpiresAt, time));

  for (const [body, paused] of [
    [{ status: "paused" }, true],
    [{ authorization: { status: "paused" } }, true],
    [{ status: "offline" }, false],
    [{ status: "online" }, false],
  ] as const)
    test(`${JSON.stringify(body)} is ${paused ? "" : "not "}paused`, () =>
      assert.equal(recordOf(body).paused, paused));

  for (const value of [true, false])
    test(`may ${value ? "" : "not "}create assets`, () =>
      assert.equal(recordOf({ authorization: { scopes: { asset_create: value } } }).canCreateAssets, value));
});

for (const [call, judge] of [
  ["the device's record", judgeDeviceMe],
  ["a heartbeat", judgeHeartbeat],
] as const)
  describe(`the bearer of ${call}`, () => {
    for (const [status, body] of [
      [401, detailed(401, "Not Authorized")],
      [401, detailed(409, "Not Authorized")],
      [401, { error: "invalid_token" }],
      [409, detailed(409, "Not Authorized")],
      [409, detailed(401, "Unauthorized")],
    ] as const)
      test(`is not accepted with ${status} ${JSON.stringify(body).slice(0, 30)}`, () =>
        assert.deepEqual(expectVerdict<unknown>(judge(answer(status, body))), { type: "unauthorized" }));

    test("is not judged by 400", () =>
      assert.equal(expectFault(judge(answer(400, detailed(400, "Not Authorized")))).kind, "status"));
  });

describe("health", () => {
  for (const body of [{ status: "ok" }, { ok: true }, {}])
    test(JSON.stringify(body), () =>
      assert.deepEqual(expectVerdict(judgeHealth(answer(200, body))), { type: "reachable" }),
    );

  test("an empty 204 is not the documented answer", () =>
    assert.equal(expectFault(judgeHealth(answer(204, ""))).kind, "malformed"));
});

describe("the pause that an answer asks for", () => {
  const DATE = "Wed, 21 Oct 2015 07:28:00 GMT";
  for (const [status, headers, expected] of [
    [503, {}, null],
    [503, { "retry-after": "7" }, 7000],
    [429, { "retry-after": "1.5" }, 1500],
    [429, { "retry-after": "0" }, null],
    [429, { "retry-after": "-5" }, null],
    [429, { "retry-after": "soon" }, null],
    [429, { "retry-after": "99999999" }, 3_600_000],
    [503, { "retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", date: DATE }, 30_000],
    [503, { "retry-after": "Wed, 21 Oct 2015 07:27:30 GMT", date: DATE }, null],
    [503, { "retry-after": "Wed, 21 Oct 2099 07:27:30 GMT", date: DATE }, 3_600_000],
    [503, { "retry-after": "Wed, 21 Oct 2015 07:28:30 GMT" }, null],
    [429, { "x-ratelimit-window": "1000", "x-ratelimit-remaining": "0" }, 1000],
    [429, { "x-ratelimit-window": "1000", "retry-after": "3" }, 3000],
    [429, { "x-ratelimit-window": "9000", "retry-after": "3" }, 9000],
    [429, { "x-ratelimit-window": "soon" }, null],
    [500, { "x-ratelimit-window": "1000" }, null],
    [502, { "x-ratelimit-window": "60000", "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0" }, 6000],
    [502, { "x-ratelimit-window": "60000", "x-ratelimit-limit": "10", "x-ratelimit-remaining": "1" }, null],
    [502, { "x-ratelimit-window": "60000", "x-ratelimit-limit": "0", "x-ratelimit-remaining": "0" }, null],
  ] as const)
    test(`${status} ${JSON.stringify(headers)}`, () => {
      const given = answer(status, "", headers);
      assert.equal(readPause(given), expected);
      assert.equal(expectFault(judgeTokenPoll(given)).retryAfter, expected);
    });
});
