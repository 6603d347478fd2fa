import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../daemon/core/secret.ts";
import { createFrameio } from "../../../daemon/frameio/client.ts";
import { stateName } from "../../../daemon/pairing/name.ts";
import { Runner } from "../../../daemon/pairing/runner.ts";
import { openVault } from "../../../daemon/vault/follow.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { authorization, CLIENT, defer, recovery, room, switched } from "../vault/support.ts";

test("a device whose card could not be read at the start is paired again when it can", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();

  const clock = new ManualClock();
  const { wire, disk } = switched(here.disk(), "No card.");
  wire.cut = true;
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  const frameio = createFrameio({
    // Nothing listens there: what is tried is a fault and no verdict.
    baseUrl: "http://127.0.0.1:1",
    clientVersion: "1.0.0",
    scope: "asset_create offline",
    urlPairing: true,
    bodyEncoding: "multipart",
    verificationHosts: [],
    clientId: CLIENT,
    clientSecret: () => new Secret("secret"),
    roots: [],
    proxy: null,
    clock,
  });
  defer(t, () => frameio.close());
  const runner = new Runner({
    frameio,
    vault,
    clock,
    random: () => 0.5,
    clientId: CLIENT,
    settings: () => ({ start: "auto", window: 0 }),
    observe() {},
    storageFailed() {},
  });
  defer(t, () => runner.close());
  await runner.boot();
  assert.equal(stateName(runner.state), "requesting-code");

  wire.cut = false;
  await recovery(vault, clock);
  await runner.recover();
  assert.equal(stateName(runner.state), "paired");
  assert.equal(runner.state.offer.at, "resting");
});
