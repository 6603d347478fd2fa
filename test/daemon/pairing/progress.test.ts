import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../daemon/core/clock.ts";
import type { Frameio } from "../../../daemon/frameio/client.ts";
import { Runner } from "../../../daemon/pairing/runner.ts";
import { grantOf } from "../../../daemon/pairing/state.ts";
import type { Vault } from "../../../daemon/vault/vault.ts";
import { fault, record } from "./examples.ts";

/** A runner whose request for a code has that answer, on a clock that is moved by hand and has no timers. */
function asking(requestCode: Frameio["requestCode"], vault: Partial<Vault> = {}) {
  let now = 0;
  const clock: Clock = {
    elapsed: () => now,
    wall: () => now,
    wallTrusted: () => true,
    after: () => () => {},
  };
  const runner = new Runner({
    frameio: { requestCode } as Frameio,
    vault: { authorization: async () => null, lastEnd: async () => null, ...vault } as unknown as Vault,
    clock,
    random: () => 0.5,
    clientId: () => "ACME-1",
    settings: () => ({ start: "auto", window: 0 }),
    observe() {},
    storageFailed: (error) => assert.fail(String(error)),
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { runner, pass };
}

test("a call that never comes back is no progress, nor is a timer that never fires", async () => {
  const lost = asking(() => new Promise(() => {}));
  await lost.runner.boot();
  lost.pass(50_000);
  assert.ok(lost.runner.makesProgress());
  lost.pass(20_000);
  assert.ok(!lost.runner.makesProgress());

  const late = asking(async () => fault("connect"));
  await late.runner.boot();
  await new Promise(setImmediate);
  late.pass(50_000);
  assert.ok(late.runner.makesProgress());
  late.pass(20_000);
  assert.ok(!late.runner.makesProgress());
});

test("a disk that is slow is progress", async () => {
  const stored = { ...record({ refreshBegun: 1 }), clientId: "ACME-1", bodyEncoding: null };
  const { runner, pass } = asking(async () => fault("connect"), {
    authorization: async () => stored,
    probe: () => new Promise(() => {}),
  });
  await runner.boot();
  assert.equal(grantOf(runner.state)?.refresh.at, "preparing");
  pass(50_000);
  runner.dispatch({ type: "tick" });
  pass(50_000);
  assert.ok(runner.makesProgress());
});

test("nothing to do is progress", async () => {
  const { runner, pass } = asking(async () => fault("connect"));
  await runner.boot();
  await new Promise(setImmediate);
  runner.dispatch({ type: "cancel-requested" });
  pass(1_000_000);
  assert.ok(runner.makesProgress());
});
