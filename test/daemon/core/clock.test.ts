import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { every, paced, systemClock } from "../../../daemon/core/clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-clock-"));
after(() => rmSync(scratch, { recursive: true }));

function rootWith(prepare: (root: string) => void): string {
  const root = mkdtempSync(join(scratch, "root-"));
  mkdirSync(join(root, "run/systemd/timesync"), { recursive: true });
  mkdirSync(join(root, "sys/class/rtc/rtc0"), { recursive: true });
  prepare(root);
  return root;
}

const synchronised = (root: string) => writeFileSync(join(root, "run/systemd/timesync/synchronized"), "");

describe("the wall clock is trusted", () => {
  const trusted = (prepare: (root: string) => void, builtAt = 0) =>
    systemClock(rootWith(prepare), builtAt).wallTrusted();

  it("when timesyncd says so", () => {
    assert.equal(trusted(synchronised), true);
    assert.equal(
      trusted(() => {}),
      false,
    );
  });

  describe("when the kernel read a real-time clock", () => {
    const now = Math.floor(Date.now() / 1000);
    const builtAt = Date.now() - 30 * 86_400_000;
    const byRtc = (hctosys: string, sinceEpoch: string | null) =>
      trusted((root) => {
        writeFileSync(join(root, "sys/class/rtc/rtc0/hctosys"), `${hctosys}\n`);
        if (sinceEpoch !== null)
          writeFileSync(join(root, "sys/class/rtc/rtc0/since_epoch"), `${sinceEpoch}\n`);
      }, builtAt);

    it("that has kept the time, also in a time zone of its own", () => {
      assert.equal(byRtc("1", String(now)), true);
      assert.equal(byRtc("1", String(now - 11 * 3_600)), true);
    });

    it("not where it did not, or stands in 1970, has stopped, or can't be read", () => {
      assert.equal(byRtc("0", String(now)), false);
      assert.equal(byRtc("1", "137"), false);
      assert.equal(byRtc("1", String(now - 86_400)), false, "stopped, while the time came from elsewhere");
      assert.equal(byRtc("1", null), false);
      assert.equal(byRtc("1", ""), false);
    });
  });

  it("never before this program was built, nor a century after", () => {
    assert.equal(trusted(synchronised, Date.now() + 60_000), false);
    assert.equal(trusted(synchronised, Date.now() - 101 * 366 * 86_400_000), false);
  });

  it("when it agrees with what a server told, whatever else says so, until it is set", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const clock = systemClock(
      rootWith(() => {}),
      0,
    );
    clock.heard(Date.now() - 20_000);
    assert.equal(clock.wallTrusted(), true);
    t.mock.timers.setTime(Date.now() + 3_600_000);
    assert.equal(clock.wallTrusted(), false);
    clock.heard(Date.now());
    assert.equal(clock.wallTrusted(), true);

    const wrong = systemClock(rootWith(synchronised), 0);
    wrong.heard(Date.now() - 86_400_000);
    assert.equal(wrong.wallTrusted(), false);
  });

  it("not where the sign can't be looked at", () => {
    const hidden = (root: string) => {
      rmSync(join(root, "run/systemd"), { recursive: true });
      symlinkSync("systemd", join(root, "run/systemd"));
    };
    assert.equal(trusted(hidden), false);
  });
});

describe("that the machine was asleep", () => {
  /** A clock whose machine sleeps for a minute, until the timer of a second ends. */
  function sleeper(t: TestContext) {
    let seconds = 1_000;
    t.mock.method(os, "uptime", () => seconds);
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.reset();
      syncBuiltinESMExports();
    });
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const sleep = () => {
      seconds += 61;
      t.mock.timers.tick(1_000);
    };
    return { clock: systemClock("/nowhere", 0), sleep };
  }

  it("is noticed by the next timer that ends, and all that fell due runs, once", (t) => {
    const { clock, sleep } = sleeper(t);
    const ran: string[] = [];
    clock.after(60_000, () => ran.push("due while asleep"));
    clock.after(1_000, () => ran.push("a tick"));
    clock.after(120_000, () => assert.fail("not yet"));
    sleep();
    assert.deepEqual(ran, ["due while asleep", "a tick"]);
  });

  it("runs nothing that was cancelled by what ran before it", (t) => {
    const { clock, sleep } = sleeper(t);
    let cancel = () => {};
    clock.after(30_000, () => cancel());
    cancel = clock.after(60_000, () => assert.fail("cancelled"));
    clock.after(1_000, () => {});
    sleep();
  });
});

describe("what is looked at again and again", () => {
  it("wakes the processor together, whenever each began", async () => {
    const clock = new ManualClock();
    const wakings: number[] = [];
    for (const ms of [1_000, 5_000, 5_000]) {
      await clock.advance(700);
      every(clock, ms, () => wakings.push(clock.elapsed()));
    }
    await clock.advance(9_000);
    assert.deepEqual(
      [...new Set(wakings)],
      Array.from({ length: 11 }, (_, second) => (second + 1) * 1_000),
    );
    assert.deepEqual(
      wakings.filter((at) => at % 5_000 === 0),
      [5_000, 5_000, 5_000, 10_000, 10_000, 10_000],
    );
  });

  it("is looked at by its new pace after the next look, or at once when hurried", async () => {
    const clock = new ManualClock();
    const looks: number[] = [];
    let pace = 5_000;
    const watch = paced(
      clock,
      () => pace,
      () => looks.push(clock.elapsed()),
    );
    await clock.advance(1_200);
    pace = 500;
    watch.hurry();
    await clock.advance(1_000);
    pace = 5_000;
    watch.hurry();
    await clock.advance(9_000);
    watch.stop();
    await clock.advance(9_000);
    assert.deepEqual(looks, [1_500, 2_000, 2_500, 5_000, 10_000]);
  });
});
