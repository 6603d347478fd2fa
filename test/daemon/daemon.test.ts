import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { createLogger } from "../../daemon/core/log.ts";
import { Daemon } from "../../daemon/daemon.ts";
import { RootsError } from "../../daemon/frameio/roots.ts";
import { Visitors } from "../../daemon/local/visitors.ts";
import { createNotifier } from "../../daemon/service/notifier.ts";
import { parseConfig } from "../../daemon/setup/config.ts";
import { ManualClock } from "../support/manual-clock.ts";

test("a configuration that can't be used leaves nothing running", () => {
  const clock = Object.assign(new ManualClock(), { heard() {}, onWake: () => () => {} });
  const notifier = createNotifier({
    environment: {},
    clock,
    monotonicUsec: () => 0n,
    warn: (message) => assert.fail(message),
  });
  const config = parseConfig('[frameio]\nca_file = "/nowhere.pem"\n', "c2cd.toml", {});
  const start = () =>
    new Daemon({
      config,
      root: "/nowhere",
      environment: {},
      clock,
      log: createLogger("silent", "json", () => {}),
      handedOver: null,
      notifier,
      visitors: new Visitors({ clock, randomBytes }),
      fail: (error) => assert.fail(String(error)),
    });
  assert.throws(start, RootsError);
  assert.equal(clock.pending, 0);
});
