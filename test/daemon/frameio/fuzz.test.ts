import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Outcome } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { Answer } from "../../../daemon/frameio/answer.ts";
import { judgeDeviceCode } from "../../../daemon/frameio/device-code.ts";
import { judgeDeviceMe } from "../../../daemon/frameio/device-me.ts";
import { judgeHealth } from "../../../daemon/frameio/health.ts";
import { judgeHeartbeat } from "../../../daemon/frameio/heartbeat.ts";
import { judgeRefresh } from "../../../daemon/frameio/refresh.ts";
import { judgeRevoke } from "../../../daemon/frameio/revoke.ts";
import { judgeTokenPoll } from "../../../daemon/frameio/token-poll.ts";
import { CODE, TOKENS } from "./support.ts";

const RUNS = 10_000;
const HOSTS = { domains: ["frame.io"], baseUrl: new URL("https://api.frame.io") };

const evilText = fc.oneof(
  fc.constantFrom(
    "\u202egnp.exe",
    "\u001b[31m",
    "<script>alert(1)</script>",
    "a\r\nset-cookie: x",
    "\ud800",
    "\u200b",
    "x".repeat(100_000),
    "https://evil.example/",
    "https://next.frame.io@evil.example",
    "https://next.frame.io/pair",
    "987654",
    "invalid_grant",
    "Not Authorized",
    "authorization_pending",
    "slow_down",
    "paused",
  ),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.webUrl(),
);

const evilValue = fc.oneof(
  evilText,
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, true, false, "1e999", "-1", " 5 ", [], {}, 1e308, -0),
  fc.object({ maxDepth: 2 }),
);

const SAMPLES: readonly Record<string, unknown>[] = [
  CODE,
  TOKENS,
  { error: "invalid_grant", error_description: "gone", interval: 5 },
  {
    code: 401,
    errors: [{ code: 401, detail: "no", status: 401, title: "Not Authorized" }],
    message: "Not Authorized",
  },
  {
    name: "my-device-abc123",
    status: "online",
    project_id: "p1",
    project: { id: "p1", name: "Nachtdreh" },
    authorization: { expires_at: "2031-01-02T03:04:05Z", scopes: { asset_create: true } },
  },
];

/** A documented body with some of its fields, at any depth, replaced. */
const nearlyRight = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.array(fc.tuple(fc.nat({ max: 12 }), evilValue), { maxLength: 3 }))
  .map(([sample, changes]) => {
    const body = structuredClone(sample);
    for (const [at, value] of changes) {
      const holders = [body, ...nested(body)];
      const holder = holders[at % holders.length] ?? body;
      const keys = Object.keys(holder);
      holder[keys[at % Math.max(1, keys.length)] ?? "x"] = structuredClone(value);
    }
    return Buffer.from(JSON.stringify(body));
  });

function nested(value: Record<string, unknown>): Record<string, unknown>[] {
  return Object.values(value)
    .filter((inner): inner is Record<string, unknown> => typeof inner === "object" && inner !== null)
    .flatMap((inner) => [inner, ...nested(inner)]);
}

const answers: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(200, 200, 400, 401) },
    { weight: 2, arbitrary: fc.constantFrom(201, 204, 301, 302, 403, 404, 409, 429, 500, 503) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 999 }) },
  ),
  headers: fc.record(
    {
      "content-type": fc.oneof(
        { weight: 8, arbitrary: fc.constant("application/json; charset=utf-8") },
        { weight: 1, arbitrary: evilText },
      ),
      "retry-after": fc.oneof(evilText, fc.integer().map(String), fc.date().map(String)),
      date: evilText,
      "x-ratelimit-window": fc.oneof(evilText, fc.integer().map(String)),
      "x-ratelimit-limit": fc.oneof(evilText, fc.integer().map(String)),
      "x-ratelimit-remaining": fc.oneof(evilText, fc.constantFrom("0", "1")),
    },
    { requiredKeys: ["content-type"] },
  ),
  body: fc.oneof(
    { weight: 8, arbitrary: nearlyRight },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
});

/** Judged by code points one by one, apart from the product's own rules. */
function assertShowable(text: string): void {
  assert.ok(text.length > 0 && text.length <= 510);
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    const bidi =
      point === 0x61c ||
      (point >= 0x200e && point <= 0x200f) ||
      (point >= 0x2028 && point <= 0x202e) ||
      (point >= 0x2066 && point <= 0x2069);
    const invisible = point === 0x200b || point === 0xfeff || point === 0xad || point === 0x3164;
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    assert.ok(!control && !bidi && !invisible && !surrogate, `U+${point.toString(16)}`);
  }
  assert.ok(!/<[a-z/!?]/i.test(text), text);
}

const CHECKS: Readonly<Record<string, (value: unknown) => void>> = {
  userCode: (value) => assert.match(value as string, /^[0-9]{6}$/),
  deviceCode: assertSendable,
  accessToken: assertSendable,
  refreshToken: assertSendable,
  verificationUri: assertAddress,
  verificationUriComplete: assertAddress,
  interval: (value) => assertWithin(value, 1, 60),
  expiresIn: (value) => assertWithin(value, Number.MIN_VALUE, 31_536_000),
  retryAfter: (value) => assertWithin(value, 1, 3_600_000),
  authorizationExpiresAt: (value) => assert.ok(Number.isFinite(value)),
};

function assertWithin(value: unknown, least: number, most: number): void {
  assert.ok(typeof value === "number" && value >= least && value <= most, String(value));
}

function assertSendable(value: unknown): void {
  assert.ok(value instanceof Secret);
  const header = `Bearer ${value.reveal()}`;
  assert.equal(new Headers({ authorization: header }).get("authorization"), header);
}

function assertAddress(value: unknown): void {
  assert.match(value as string, /^https:\/\/([a-z0-9-]+\.)*frame\.io(:\d+)?\/[!-~]*$/);
}

/** Every value of an outcome, wherever it stands, is one that the daemon may use. */
function assertSafe(value: unknown, name = ""): void {
  if (value === null) return;
  const check = CHECKS[name];
  if (check !== undefined) check(value);
  else if (typeof value === "string") assertShowable(value);
  else if (typeof value === "object")
    for (const [key, inner] of Object.entries(value)) assertSafe(inner, key);
  else assert.equal(typeof value, "boolean");
}

const JUDGES: Readonly<Record<string, (answer: Answer) => Outcome<unknown>>> = {
  code: (answer) => judgeDeviceCode(answer, HOSTS),
  poll: judgeTokenPoll,
  refresh: judgeRefresh,
  revoke: judgeRevoke,
  device: judgeDeviceMe,
  heartbeat: judgeHeartbeat,
  health: judgeHealth,
};

test("no answer makes a judge throw or lets anything unsafe through", (context) => {
  const verdicts: Record<string, number> = {};
  let judged = 0;
  fc.assert(
    fc.property(answers, (answer) => {
      for (const [call, judge] of Object.entries(JUDGES)) {
        const outcome = judge(answer);
        assertSafe(outcome);
        judged++;
        if (outcome.kind === "verdict") verdicts[call] = (verdicts[call] ?? 0) + 1;
      }
    }),
    { numRuns: RUNS },
  );
  context.diagnostic(`${judged} judgements of ${RUNS} answers; verdicts: ${JSON.stringify(verdicts)}`);
  // The answers must reach the far side of every judge for this to say anything.
  for (const call of Object.keys(JUDGES)) assert.ok((verdicts[call] ?? 0) > RUNS / 100, call);
});
