import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { systemClock } from "../../../daemon/core/clock.ts";

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

  it("when timesyncd says so, or the kernel read a real-time clock", () => {
    assert.equal(trusted(synchronised), true);
    assert.equal(
      trusted((root) => writeFileSync(join(root, "sys/class/rtc/rtc0/hctosys"), "1\n")),
      true,
    );
    assert.equal(
      trusted((root) => writeFileSync(join(root, "sys/class/rtc/rtc0/hctosys"), "0\n")),
      false,
    );
    assert.equal(
      trusted(() => {}),
      false,
    );
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
