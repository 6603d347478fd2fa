import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import type { FaultKind } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { Frameio } from "../../../daemon/frameio/client.ts";
import type { Fault } from "../../simulator/faults.ts";
import { type Simulator, startSimulator } from "../../simulator/simulator.ts";
import { client, expectFault, expectVerdict } from "./support.ts";

interface Bench {
  readonly simulator: Simulator;
  readonly frameio: Frameio;
}

async function bench(context: TestContext, bodyEncoding: "multipart" | "urlencoded"): Promise<Bench> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const frameio = client(simulator.url, { bodyEncoding, clientSecret: () => new Secret(simulator.secret) });
  return { simulator, frameio };
}

async function takeCode({ frameio }: Bench) {
  const verdict = expectVerdict(await frameio.requestCode());
  assert.ok(verdict.type === "offered", JSON.stringify(verdict));
  return verdict.code;
}

async function pair(it: Bench) {
  const code = await takeCode(it);
  it.simulator.advance(code.interval * 1000);
  it.simulator.approve({ userCode: code.userCode });
  const verdict = expectVerdict(await it.frameio.poll(code.deviceCode));
  assert.ok(verdict.type === "granted", JSON.stringify(verdict));
  const { accessToken, refreshToken } = verdict.tokens;
  assert.ok(refreshToken !== null);
  return { accessToken, refreshToken };
}

for (const encoding of ["multipart", "urlencoded"] as const)
  test(`every call, from the first code to the revocation (${encoding})`, async (context) => {
    const it = await bench(context, encoding);
    const { simulator, frameio } = it;
    assert.deepEqual(expectVerdict(await frameio.health()), { type: "reachable" });

    const code = await takeCode(it);
    assert.match(code.userCode, /^\d{6}$/);
    assert.equal(code.verificationUri, `${simulator.url}/pair`);
    assert.equal(code.verificationUriComplete, `${simulator.url}/pair/${code.userCode}`);
    assert.ok(code.deviceName?.endsWith("ACME-0001"));

    simulator.advance(code.interval * 1000);
    assert.deepEqual(expectVerdict(await frameio.poll(code.deviceCode)), { type: "pending" });
    assert.equal(expectVerdict(await frameio.poll(code.deviceCode)).type, "slow-down");
    simulator.approve({ userCode: code.userCode, project: "Music Video" });
    simulator.advance(60_000);
    const granted = expectVerdict(await frameio.poll(code.deviceCode));
    assert.ok(granted.type === "granted" && granted.tokens.refreshToken !== null);
    const { accessToken, refreshToken } = granted.tokens;

    const device = expectVerdict(await frameio.device(accessToken));
    assert.ok(device.type === "device");
    assert.equal(device.device.name, code.deviceName);
    assert.equal(device.device.project?.name, "Music Video");
    assert.equal(device.device.canCreateAssets, true);
    assert.equal(device.device.paused, false);
    assert.deepEqual(expectVerdict(await frameio.heartbeat(accessToken)), { type: "accepted" });

    const refreshed = expectVerdict(await frameio.refresh(refreshToken));
    assert.ok(refreshed.type === "refreshed" && refreshed.tokens.refreshToken !== null);
    assert.deepEqual(expectVerdict(await frameio.device(accessToken)), { type: "unauthorized" });
    assert.equal(expectVerdict(await frameio.device(refreshed.tokens.accessToken)).type, "device");

    assert.deepEqual(expectVerdict(await frameio.revoke(refreshed.tokens.refreshToken)), { type: "revoked" });
    assert.deepEqual(expectVerdict(await frameio.heartbeat(refreshed.tokens.accessToken)), {
      type: "unauthorized",
    });
    assert.equal(expectVerdict(await frameio.refresh(refreshed.tokens.refreshToken)).type, "ended");
    assert.ok(simulator.requests().every(({ headers }) => headers["x-client-version"] === "2.16.4"));
  });

test("what the server says no to", async (context) => {
  const it = await bench(context, "multipart");
  const { simulator, frameio } = it;

  const stranger = client(simulator.url);
  assert.deepEqual(expectVerdict(await stranger.requestCode()), {
    type: "refused",
    error: "invalid_client",
    description: null,
  });

  const denied = await takeCode(it);
  simulator.advance(denied.interval * 1000);
  simulator.deny({ userCode: denied.userCode });
  assert.ok(["denied", "expired"].includes(expectVerdict(await frameio.poll(denied.deviceCode)).type));

  const expired = await takeCode(it);
  simulator.advance(130_000);
  assert.deepEqual(expectVerdict(await frameio.poll(expired.deviceCode)), { type: "expired" });
  assert.deepEqual(expectVerdict(await frameio.poll(new Secret("never-issued"))), { type: "expired" });

  const { refreshToken } = await pair(it);
  await frameio.refresh(refreshToken);
  assert.deepEqual(expectVerdict(await frameio.refresh(refreshToken)), {
    type: "ended",
    error: "invalid_request",
  });

  const again = await pair(it);
  simulator.forget();
  assert.equal(expectVerdict(await frameio.refresh(again.refreshToken)).type, "ended");
});

test("no fault on the way is ever the end of an authorization", async (context) => {
  const it = await bench(context, "multipart");
  const { simulator, frameio } = it;
  const { accessToken, refreshToken } = await pair(it);

  for (const [fault, kind] of [
    [{ type: "drop" }, "connect"],
    [{ type: "reset" }, "connect"],
    [{ type: "status", status: 404 }, "status"],
    [{ type: "status", status: 500 }, "server"],
    [{ type: "status", status: 503 }, "server"],
    [{ type: "rate-limited", retryAfter: 7 }, "rate-limited"],
    [{ type: "captive-portal" }, "captive-portal"],
    [{ type: "redirect" }, "captive-portal"],
  ] as const) {
    const id = simulator.faults.add({ call: "any", fault });
    for (const outcome of [await frameio.refresh(refreshToken), await frameio.device(accessToken)]) {
      const found = expectFault(outcome);
      assert.equal(found.kind, kind, `${fault.type}: ${found.detail}`);
      assert.equal(found.retryAfter, fault.type === "rate-limited" ? 7000 : null);
    }
    simulator.faults.remove(id);
    // The pause that was asked for is kept: see "a server that wants to be left alone".
    frameio.reset([]);
  }
  assert.equal(expectVerdict(await frameio.refresh(refreshToken)).type, "refreshed");
});

test("an answer that is too slow is a timeout", async (context) => {
  const it = await bench(context, "multipart");
  const { accessToken } = await pair(it);
  const hasty = client(it.simulator.url, { timeouts: { connect: 5000, headers: 300, total: 600 } });
  for (const fault of [
    { type: "hang" },
    { type: "latency", ms: 1000 },
    { type: "trickle", msPerByte: 50 },
  ] as const) {
    const id = it.simulator.faults.add({ call: "any", fault });
    assert.equal(expectFault(await hasty.device(accessToken)).kind, "timeout");
    it.simulator.faults.remove(id);
  }
});

test("spoilt answers are faults, and offer no code", async (context) => {
  const { simulator, frameio } = await bench(context, "multipart");
  const spoilt: readonly (readonly [Fault, FaultKind])[] = [
    [{ type: "truncated" }, "connect"],
    [{ type: "malformed" }, "malformed"],
    [{ type: "oversized" }, "oversized"],
    [{ type: "wrong-types" }, "malformed"],
    [{ type: "without", members: ["device_code"] }, "malformed"],
    [{ type: "content", members: { user_code: "98\u001b[7" } }, "malformed"],
  ];
  for (const [fault, kind] of spoilt) {
    const id = simulator.faults.add({ call: "any", fault });
    const found = expectFault(await frameio.requestCode());
    assert.equal(found.kind, kind, `${fault.type}: ${found.detail}`);
    simulator.faults.remove(id);
  }
  assert.equal(expectVerdict(await frameio.requestCode()).type, "offered");
});

test("no outcome prints a secret", async (context) => {
  const it = await bench(context, "multipart");
  const { simulator, frameio } = it;
  const code = await takeCode(it);
  simulator.advance(code.interval * 1000);
  simulator.approve();
  const granted = await frameio.poll(code.deviceCode);
  const tokens = expectVerdict(granted);
  assert.ok(tokens.type === "granted" && tokens.tokens.refreshToken !== null);
  const printed = [code, granted, await frameio.refresh(tokens.tokens.refreshToken)]
    .flatMap((value) => [JSON.stringify(value), inspect(value, { depth: null }), String(value)])
    .join("\n");
  const secrets = simulator.secrets();
  assert.ok(secrets.length >= 3);
  for (const secret of secrets) assert.ok(!printed.includes(secret));
});
