import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { StorageError } from "../../../daemon/contract/storage.ts";
import type { Disk } from "../../../daemon/vault/disk.ts";
import { MemoryFirstVault } from "../../../daemon/vault/follow.ts";
import { VaultBusy } from "../../../daemon/vault/vault.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";
import { openVault } from "../../support/open-vault.ts";
import {
  authorization,
  CLIENT,
  defer,
  identity,
  numberOf,
  plain,
  pulled,
  type Room,
  recovery,
  room,
  switched,
} from "./support.ts";

/** The number of the authorization that is on the disk of a running daemon. */
async function numberOnDisk(t: TestContext, here: Room): Promise<number | null> {
  const after = await pulled(t, here).open();
  return numberOf(await after.authorization(CLIENT));
}

test("a disk that refuses is told, survived and caught up with", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const { wire, disk } = switched(here.disk());
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  assert.equal(vault.failing(), null);

  wire.cut = true;
  await vault.storeAuthorization(authorization(2));
  await vault.record({ at: 1, event: "paired", detail: "" });
  assert.deepEqual(vault.failing(), { since: clock.wall(), reason: "The storage is full." });
  assert.equal(numberOf(await vault.authorization(CLIENT)), 2);
  assert.deepEqual(await vault.history(5), [{ at: 1, event: "paired", detail: "" }]);
  await assert.rejects(vault.probe(), StorageError);

  wire.cut = false;
  await recovery(vault, clock);
  assert.equal(await numberOnDisk(t, here), 2);
  assert.deepEqual(await vault.history(5), [{ at: 1, event: "paired", detail: "" }]);
  await vault.probe();
});

test("a daemon that starts without its disk pairs from memory, and the disk learns it later", async (t) => {
  const here = room(t);
  const old = await here.open();
  await old.rememberIdentity(identity);
  await old.storeAuthorization(authorization(1));
  await old.close();

  const clock = new ManualClock();
  const { wire, disk } = switched(here.disk(), "No card.");
  wire.cut = true;
  const vault = await openVault({ clock, disk });
  assert.equal(vault.failing()?.reason, "No card.");
  assert.equal(await vault.authorization(CLIENT), null);
  await vault.storeAuthorization(authorization(9));

  wire.cut = false;
  await recovery(vault, clock);
  assert.equal(numberOf(await vault.authorization(CLIENT)), 9);
  await vault.close();
  const next = await here.open();
  assert.deepEqual(plain(await next.authorization(CLIENT)), plain(authorization(9)));
});

test("an identity that was made up without the disk does not replace the one on it", async (t) => {
  const here = room(t);
  const old = await here.open();
  await old.rememberIdentity(identity);
  await old.close();
  const clock = new ManualClock();
  const { wire, disk } = switched(here.disk(), "No card.");
  wire.cut = true;
  const vault = await openVault({ clock, disk });
  assert.equal(await vault.identity(), null);
  const madeUp = { ...identity, clientId: "made-up", source: "generated" as const };
  await vault.rememberIdentity(madeUp);
  wire.cut = false;
  await vault.probe();
  assert.deepEqual(await vault.identity(), madeUp);
  await vault.close();
  assert.deepEqual(await (await here.open()).identity(), identity);
});

test("another daemon on the directory ends the start", async (t) => {
  const here = room(t);
  await here.open();
  await assert.rejects(openVault({ clock: new ManualClock(), disk: here.disk() }), VaultBusy);
});

/** A real disk that stops answering while `gate` is shut. */
function gated(disk: Disk) {
  const gate = { open: () => {}, passed: Promise.resolve() };
  const shut = () => {
    gate.passed = new Promise((resolve) => {
      gate.open = resolve;
    });
  };
  const gatedDisk = new Proxy(disk, {
    get(target, name: keyof Disk) {
      const member = target[name];
      if (typeof member !== "function") return member;
      const call = member.bind(target) as (...given: unknown[]) => unknown;
      return async (...given: unknown[]) => {
        await gate.passed;
        return call(...given);
      };
    },
  });
  return { gate, shut, disk: gatedDisk };
}

test("a disk that does not answer holds nobody up for longer than half a minute", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const { gate, shut, disk } = gated(here.disk());
  const vault = await openVault({ clock, disk });
  await vault.storeAuthorization(authorization(1));
  shut();
  const stored = vault.storeAuthorization(authorization(2));
  const refused = assert.rejects(vault.probe(), /has not answered for 30 seconds/);
  await clock.advance(30_000);
  await Promise.all([stored, refused]);
  assert.match(vault.failing()?.reason ?? "", /^The storage has not answered for 30 seconds/);
  await vault.storeAuthorization(authorization(3));
  assert.equal(numberOf(await vault.authorization(CLIENT)), 3);
  await assert.rejects(vault.probe(), /has not answered/);

  gate.open();
  await recovery(vault, clock);
  assert.equal(await numberOnDisk(t, here), 3);
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 3);
});

test("a disk that does not answer at the start does not keep the daemon from starting", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const { gate, shut, disk } = gated(here.disk());
  shut();
  const opening = openVault({ clock, disk });
  await clock.advance(20_000);
  const vault = await opening;
  defer(t, () => vault.close());
  assert.match(vault.failing()?.reason ?? "", /^The storage has not told within 20 seconds what it holds/);
  await vault.storeAuthorization(authorization(1));
  gate.open();
  await recovery(vault, clock);
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 1);
});

/** A real disk that needs so many steps for what it is asked, of so many milliseconds each. */
function slow(disk: Disk, clock: ManualClock) {
  const pace = { steps: 0, each: 0 };
  let answeredAt = 0;
  const takeSteps = async () => {
    for (let step = 0; step < pace.steps; step++) {
      await new Promise<void>((resolve) => clock.after(pace.each, resolve));
      answeredAt = clock.elapsed();
    }
  };
  const slowDisk = new Proxy(disk, {
    get(target, name: keyof Disk) {
      if (name === "answeredAt") return answeredAt;
      const member = target[name];
      if (typeof member !== "function") return member;
      const call = member.bind(target) as (...given: unknown[]) => unknown;
      return async (...given: unknown[]) => {
        await takeSteps();
        return call(...given);
      };
    },
  });
  return { pace, disk: slowDisk };
}

test("a device that holds nothing yet does not wait for what is to hold it; what it stores does", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  let make = () => {};
  const made = new Promise<void>((resolve) => {
    make = resolve;
  });
  const disk = new Proxy(here.disk(), {
    get(target, name: keyof Disk) {
      const member = target[name];
      if (name === "write")
        return async (...given: Parameters<Disk["write"]>) => made.then(() => target.write(...given));
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const vault = new MemoryFirstVault(clock, disk);
  await vault.open();
  assert.equal(await vault.identity(), null);
  let stored = false;
  const storing = vault.storeAuthorization(authorization(1)).then(() => {
    stored = true;
  });
  await settled();
  assert.equal(stored, false);
  make();
  await storing;
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 1);
});

test("a disk that is slow at each of many steps is slow, and not failing", async (t) => {
  const clock = new ManualClock();
  const { pace, disk } = slow(room(t).disk(), clock);
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  Object.assign(pace, { steps: 12, each: 25_000 });
  const stored = vault.storeAuthorization(authorization(1));
  const proven = vault.probe();
  await settled();
  await clock.advance(12 * 25_000);
  await stored;
  await settled();
  await clock.advance(12 * 25_000);
  pace.steps = 0;
  await proven;
  assert.equal(vault.failing(), null);
  assert.equal(vault.unsaved(CLIENT), false);
});

test("a start waits for no more than twenty seconds in all, and the slow disk is caught up with", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();
  const clock = new ManualClock();
  const { pace, disk } = slow(here.disk(), clock);
  Object.assign(pace, { steps: 12, each: 5_000 });
  const opening = openVault({ clock, disk });
  await clock.advance(20_000);
  const vault = await opening;
  defer(t, () => vault.close());
  assert.match(vault.failing()?.reason ?? "", /has not told within 20 seconds/);
  assert.equal(await vault.authorization(CLIENT), null);
  await clock.advance(40_000);
  pace.steps = 0;
  await recovery(vault, clock);
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
});

test("calls that come while the disk works share its next pass, and the newest value wins", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  let writes = 0;
  const counted = new Proxy(here.disk(), {
    get(target, name: keyof Disk) {
      const member = target[name];
      if (typeof member !== "function") return member;
      if (name === "write") writes += 1;
      return (member as (...given: unknown[]) => unknown).bind(target);
    },
  });
  const vault = await openVault({ clock, disk: counted });
  writes = 0;
  await Promise.all(
    Array.from({ length: 40 }, (_, number) => vault.storeAuthorization(authorization(number))),
  );
  assert.equal(await numberOnDisk(t, here), 39);
  assert.ok(writes <= 2, `${writes} writes`);
  await vault.close();
});

test("a file that is found damaged is begun anew with what memory holds", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const vault = await openVault({ clock, disk: here.disk() });
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  const told: number[] = [];
  vault.onChange(() => told.push(vault.notices.length));
  writeFileSync(here.database, "garbage!".repeat(5000));
  await vault.storeAuthorization(authorization(2));
  await vault.verify();
  assert.equal(vault.notices[0]?.type, "moved-aside");
  assert.deepEqual(told, [1]);
  await vault.close();
  const next = await here.open();
  assert.deepEqual(await next.identity(), identity);
  assert.equal(numberOf(await next.authorization(CLIENT)), 2);
});

test("a file that the check finds damaged is replaced by one with all that memory holds", async (t) => {
  const here = room(t);
  const vault = await openVault({ clock: new ManualClock(), disk: here.disk() });
  defer(t, () => vault.close());
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  await vault.storeAuthorization(authorization(2, "another board"));
  for (const suffix of ["", "-wal"]) writeFileSync(here.database + suffix, "garbage!".repeat(5000));
  assert.equal((await vault.verify())?.type, "moved-aside");
  const after = await pulled(t, here).open();
  assert.deepEqual(await after.identity(), identity);
  assert.equal(numberOf(await after.authorization(CLIENT)), 1);
  assert.equal(numberOf(await after.authorization("another board")), 2);
});

test("the first retry comes after a second, and later ones at most a minute apart", async (t) => {
  const clock = new ManualClock();
  const attempts: number[] = [];
  const absent = () => {
    attempts.push(clock.elapsed());
    return Promise.reject(new StorageError("No card."));
  };
  const disk = new Proxy(room(t).disk(), {
    get(target, name: keyof Disk) {
      if (name === "write" || name === "probe") return absent;
      const member = target[name];
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  await clock.advance(300_000);
  const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  assert.deepEqual(waits.slice(0, 8), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test("an identity that was made up without the disk stays when a person has paired it", async (t) => {
  const here = room(t);
  const old = await here.open();
  await old.rememberIdentity(identity);
  await old.close();
  const { wire, disk } = switched(here.disk(), "No card.");
  wire.cut = true;
  const vault = await openVault({ clock: new ManualClock(), disk });
  await vault.identity();
  const madeUp = { ...identity, clientId: "made-up", source: "generated" as const };
  await vault.rememberIdentity(madeUp);
  await vault.storeAuthorization(authorization(1, "made-up"));
  wire.cut = false;
  await vault.probe();
  await vault.close();
  assert.deepEqual(await (await here.open()).identity(), madeUp);
});

test("what memory alone has is unsaved until the disk takes it, and what the disk has is not", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const { wire, disk } = switched(here.disk());
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  assert.equal(vault.unsaved(CLIENT), false, "there is nothing to lose");
  await vault.storeAuthorization(authorization(1));
  wire.cut = true;
  await assert.rejects(vault.probe({ ...authorization(1), refreshBegun: 1 }), StorageError);
  assert.equal(vault.unsaved(CLIENT), false, "the disk has these tokens, though not the intent");
  await vault.storeAuthorization(authorization(2));
  assert.equal(vault.unsaved(CLIENT), true);
  assert.equal(await numberOnDisk(t, here), 1);
  wire.cut = false;
  await recovery(vault, clock);
  assert.equal(vault.unsaved(CLIENT), false);
});

test("a server that lets the refresh token stand leaves nothing unsaved", async (t) => {
  const { wire, disk } = switched(room(t).disk());
  const vault = await openVault({ clock: new ManualClock(), disk });
  defer(t, () => vault.close());
  const before = authorization(1);
  await vault.storeAuthorization(before);
  wire.cut = true;
  const { refreshToken } = before.current;
  await vault.storeAuthorization({ ...before, current: { ...authorization(2).current, refreshToken } });
  assert.equal(vault.unsaved(CLIENT), false);
});
