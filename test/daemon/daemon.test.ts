import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger } from "../../daemon/core/log.ts";
import { Daemon } from "../../daemon/daemon.ts";
import { RootsError } from "../../daemon/frameio/roots.ts";
import { Visitors } from "../../daemon/local/visitors.ts";
import { createNotifier } from "../../daemon/service/notifier.ts";
import { parseConfig } from "../../daemon/setup/config.ts";
import { Board } from "../e2e/board.ts";
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

test("a display that arrives before the start has got to it is opened once", async (t) => {
  const clock = Object.assign(new ManualClock(), { heard() {}, onWake: () => () => {} });
  const board = new Board();
  t.after(() => board.remove());
  const [here, away] = [`${board.root}/sys/class/graphics`, `${board.root}/away`];
  const config = parseConfig(
    '[pairing]\nstart = "manual"\n[http]\nlisten = ""\n[presence]\nmode = "off"\n',
    "c2cd.toml",
    {},
  );
  let log = "";
  renameSync(here, away);
  const daemon = new Daemon({
    config,
    root: board.root,
    environment: {},
    clock,
    log: createLogger("info", "json", (line) => {
      log += line;
    }),
    handedOver: null,
    notifier: createNotifier({ environment: {}, clock, monotonicUsec: () => 0n, warn: () => {} }),
    visitors: new Visitors({ clock, randomBytes }),
    fail: (error) => assert.fail(String(error)),
  });
  renameSync(away, here);
  await daemon.open();
  for (let looks = 0; looks < 3; looks++) {
    await sleep(100);
    await clock.advance(10_000);
  }
  await sleep(100);
  await daemon.close();
  assert.equal(log.match(/Took \/dev\/fb0/g)?.length, 1, log);
});
