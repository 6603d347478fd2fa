import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { StorageError } from "../../../daemon/contract/storage.ts";
import { openVault } from "../../../daemon/vault/disk.ts";
import { openResilientVault } from "../../../daemon/vault/resilient.ts";
import { type DiskVault, VaultBusy } from "../../../daemon/vault/vault.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { authorization, CLIENT, defer, identity, numberOf, plain, recovery, room } from "./support.ts";

/** A vault on a real disk, with a switch that makes it refuse. */
function switched(disk: DiskVault) {
  const wire = { cut: false };
  const vault = new Proxy(disk, {
    get(target, name: keyof DiskVault) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        wire.cut && name !== "close"
          ? Promise.reject(new StorageError("The storage is full."))
          : (value as (...args: unknown[]) => unknown).apply(target, args);
    },
  });
  return { wire, vault };
}

test("a disk that refuses is told, survived and caught up with", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const { wire, vault: disk } = switched(await here.open());
  const vault = await openResilientVault({ clock, open: async () => disk });
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
  assert.equal(numberOf(await disk.authorization(CLIENT)), 2);
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
  let there = false;
  const vault = await openResilientVault({
    clock,
    open: () => (there ? openVault(here.options) : Promise.reject(new StorageError("No card."))),
  });
  assert.equal(vault.failing()?.reason, "No card.");
  assert.equal(await vault.authorization(CLIENT), null);
  await vault.storeAuthorization(authorization(9));

  there = true;
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
  let there = false;
  const vault = await openResilientVault({
    clock,
    open: () => (there ? openVault(here.options) : Promise.reject(new StorageError("No card."))),
  });
  assert.equal(await vault.identity(), null);
  const madeUp = { ...identity, clientId: "made-up", source: "generated" as const };
  await vault.rememberIdentity(madeUp);
  there = true;
  await vault.probe();
  assert.deepEqual(await vault.identity(), madeUp);
  await vault.close();
  assert.deepEqual(await (await here.open()).identity(), identity);
});

test("another daemon on the directory ends the start", async (t) => {
  const here = room(t);
  await here.open();
  await assert.rejects(
    openResilientVault({ clock: new ManualClock(), open: () => openVault(here.options) }),
    VaultBusy,
  );
});

/** A vault on a real disk that stops answering while `gate` is shut. */
function gated(disk: DiskVault) {
  const gate = { open: () => {}, passed: Promise.resolve() };
  const shut = () => {
    gate.passed = new Promise((resolve) => {
      gate.open = resolve;
    });
  };
  const vault = new Proxy(disk, {
    get(target, name: keyof DiskVault) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        await gate.passed;
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { gate, shut, vault };
}

test("a disk that does not answer holds nobody up for longer than ten seconds", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const { gate, shut, vault: disk } = gated(await here.open());
  const vault = await openResilientVault({ clock, open: async () => disk });
  await vault.storeAuthorization(authorization(1));
  shut();
  const stored = vault.storeAuthorization(authorization(2));
  const refused = assert.rejects(vault.probe(), /has not answered for 10 seconds/);
  await clock.advance(10_000);
  await Promise.all([stored, refused]);
  assert.match(vault.failing()?.reason ?? "", /^The storage has not answered for 10 seconds/);
  await vault.storeAuthorization(authorization(3));
  assert.equal(numberOf(await vault.authorization(CLIENT)), 3);
  await assert.rejects(vault.probe(), /has not answered/);

  gate.open();
  await recovery(vault, clock);
  assert.equal(numberOf(await disk.authorization(CLIENT)), 3);
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 3);
});

test("a disk that does not answer at the start does not keep the daemon from starting", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const opening = openResilientVault({
    clock,
    open: async () => {
      await answered;
      return openVault(here.options);
    },
  });
  await clock.advance(10_000);
  const vault = await opening;
  defer(t, () => vault.close());
  assert.match(vault.failing()?.reason ?? "", /has not answered/);
  await vault.storeAuthorization(authorization(1));
  answer();
  await recovery(vault, clock);
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 1);
});

test("calls that come while the disk works share its next pass, and the newest value wins", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const disk = await here.open();
  let writes = 0;
  const counted = new Proxy(disk, {
    get(target, name: keyof DiskVault) {
      const value = target[name];
      if (typeof value !== "function") return value;
      if (name === "storeAuthorization") writes += 1;
      return (value as (...args: unknown[]) => unknown).bind(target);
    },
  });
  const vault = await openResilientVault({ clock, open: async () => counted });
  await Promise.all(
    Array.from({ length: 40 }, (_, number) => vault.storeAuthorization(authorization(number))),
  );
  assert.equal(numberOf(await disk.authorization(CLIENT)), 39);
  assert.ok(writes <= 2, `${writes} writes`);
  await vault.close();
});

test("a file that is found damaged is begun anew with what memory holds", async (t) => {
  const here = room(t);
  const clock = new ManualClock();
  const vault = await openResilientVault({ clock, open: () => openVault(here.options) });
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

test("the first retry comes after a second, and later ones at most a minute apart", async (t) => {
  const clock = new ManualClock();
  const attempts: number[] = [];
  const vault = await openResilientVault({
    clock,
    open: () => {
      attempts.push(clock.elapsed());
      return Promise.reject(new StorageError("No card."));
    },
  });
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
  let there = false;
  const vault = await openResilientVault({
    clock: new ManualClock(),
    open: () => (there ? openVault(here.options) : Promise.reject(new StorageError("No card."))),
  });
  await vault.identity();
  const madeUp = { ...identity, clientId: "made-up", source: "generated" as const };
  await vault.rememberIdentity(madeUp);
  await vault.storeAuthorization(authorization(1, "made-up"));
  there = true;
  await vault.probe();
  await vault.close();
  assert.deepEqual(await (await here.open()).identity(), madeUp);
});
