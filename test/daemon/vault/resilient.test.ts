import assert from "node:assert/strict";
import { test } from "node:test";
import { openVault } from "../../../daemon/vault/disk.ts";
import { openResilientVault } from "../../../daemon/vault/resilient.ts";
import { type DiskVault, StorageError, VaultBusy } from "../../../daemon/vault/vault.ts";
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
  await vault.record({ at: 1, event: "refreshed", detail: "" });
  assert.deepEqual(vault.failing(), { since: clock.wall(), reason: "The storage is full." });
  assert.equal(numberOf(await vault.authorization(CLIENT)), 2);
  assert.deepEqual(await vault.history(5), [{ at: 1, event: "refreshed", detail: "" }]);
  await assert.rejects(vault.probe(), StorageError);

  wire.cut = false;
  await recovery(vault, clock);
  assert.equal(numberOf(await disk.authorization(CLIENT)), 2);
  assert.deepEqual(await vault.history(5), [{ at: 1, event: "refreshed", detail: "" }]);
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
