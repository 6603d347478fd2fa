import assert from "node:assert/strict";
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { StoredAuthorization } from "../../../daemon/contract/authorization.ts";
import { StorageError } from "../../../daemon/contract/storage.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { Vault } from "../../../daemon/vault/vault.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openVault } from "../../support/open-vault.ts";
import { type Child, compile, start } from "./child.ts";
import { cannotMount, Ext4, fill, mountTmpfs, remount } from "./mounts.ts";
import {
  authorization,
  CLIENT,
  defer,
  identity,
  numberOf,
  pulled,
  type Room,
  recovery,
  room,
  switched,
  workspace,
} from "./support.ts";

const noMount = cannotMount();
const noExt4 = Ext4.unavailable();
const notRoot = process.getuid?.() === 0 ? false : "only root can be another user";

/** Opens as the daemon does. */
async function daemonVault(here: Room, clock: ManualClock): Promise<Vault> {
  return openVault({ clock, disk: here.disk({ clock }) });
}

function refusal(expected: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StorageError);
    assert.match(error.message, expected);
    return true;
  };
}

const FULL = /^The storage is full: nothing more can be saved in \/.*\/state\.$/;
const READ_ONLY = /^The storage is read-only: nothing can be saved in \/.*\/state\. /;
const FORBIDDEN =
  /^c2cd may not use \/.*\/state or a file in it: all of it must belong to the user that runs c2cd\.$/;

test("on a full disk the daemon runs from memory, and the disk catches up", { skip: noMount }, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "512k");
  const clock = new ManualClock();
  const vault = await daemonVault(here, clock);
  defer(t, () => vault.close());
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(0));
  const filler = fill(here.directory);
  let number = 0;
  while (vault.failing() === null) await vault.storeAuthorization(authorization(++number));
  assert.match(vault.failing()?.reason ?? "", FULL);
  await assert.rejects(vault.probe(), refusal(FULL));
  await vault.storeAuthorization(authorization(++number));
  assert.equal(numberOf(await vault.authorization(CLIENT)), number);

  rmSync(filler);
  await recovery(vault, clock);
  await vault.close();
  const next = await here.open();
  assert.equal(numberOf(await next.authorization(CLIENT)), number);
  assert.deepEqual(next.notices, []);
});

test("after a probe the next two authorizations find room, even when the disk fills up", {
  skip: noMount,
}, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "512k");
  const vault = await here.open();
  await vault.storeAuthorization(authorization(0));
  for (const number of [1, 3, 5]) {
    await vault.probe();
    const filler = fill(here.directory);
    await vault.storeAuthorization(authorization(number));
    await vault.storeAuthorization(authorization(number + 1));
    rmSync(filler);
  }
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 6);
});

/** An authorization that needs more than a page. */
function long(number: number): StoredAuthorization {
  const given = authorization(number);
  const refreshToken = new Secret("r".repeat(1_000));
  return {
    ...given,
    current: { ...given.current, refreshToken },
    previous: given.previous && { ...given.previous, refreshToken },
  };
}

async function record(vault: Vault, lines: number): Promise<void> {
  const line = { at: 1, event: "event", detail: "d".repeat(400) };
  await Promise.all(Array.from({ length: lines }, () => vault.record(line)));
}

test("a disk that stays full takes refresh after refresh, with long tokens", {
  skip: noMount,
}, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "2m");
  const work = async (vault: Vault) => {
    await record(vault, 12);
    await vault.probe();
    await vault.storeAuthorization(long(1));
    await vault.storeAuthorization({ ...long(1), previous: null });
    for (let number = 2; number < 60; number += 2) {
      await vault.probe({ ...long(number - 1), previous: null, refreshBegun: number });
      await vault.storeAuthorization(long(number));
      await vault.storeAuthorization(long(number + 1));
    }
  };
  // A database that has all the pages that it ever needs.
  const first = await here.open();
  await record(first, 500);
  for (let times = 0; times < 3; times++) await work(first);
  await first.close();

  const vault = await here.open();
  await vault.probe();
  fill(here.directory);
  await work(vault);
  assert.equal(numberOf(await (await pulled(t, here).open()).authorization(CLIENT)), 59);
});

test("room is made again after an unpair, and beside lines that had to wait", {
  skip: noMount,
}, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "512k");
  const { wire, disk } = switched(here.disk());
  const clock = new ManualClock();
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  await vault.probe(long(0));
  await vault.forgetAuthorization(CLIENT, null);
  await vault.probe(long(1));
  let filler = fill(here.directory);
  await vault.storeAuthorization(long(2));
  await vault.storeAuthorization(long(3));
  assert.equal(vault.failing(), null);
  rmSync(filler);

  wire.cut = true;
  await record(vault, 20);
  wire.cut = false;
  await vault.probe();
  filler = fill(here.directory);
  await vault.storeAuthorization(long(4));
  await vault.storeAuthorization(long(5));
  assert.equal(vault.failing(), null);
});

test("a daemon that starts on a full disk knows what was stored", { skip: noMount }, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "512k");
  const first = await here.open();
  await first.rememberIdentity(identity);
  await first.storeAuthorization(authorization(1));
  await first.close();
  const filler = fill(here.directory);

  const clock = new ManualClock();
  const vault = await daemonVault(here, clock);
  defer(t, () => vault.close());
  assert.deepEqual(await vault.identity(), identity);
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
  await assert.rejects(vault.probe(), refusal(FULL));
  rmSync(filler);
  await vault.probe();
  assert.equal(vault.failing(), null);
});

test("a first start on a full disk pairs from memory", { skip: noMount }, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "128k");
  const filler = fill(here.directory);
  const clock = new ManualClock();
  const vault = await daemonVault(here, clock);
  defer(t, () => vault.close());
  assert.match(vault.failing()?.reason ?? "", FULL);
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  rmSync(filler);
  await recovery(vault, clock);
  await vault.close();
  const next = await here.open();
  assert.deepEqual(await next.identity(), identity);
  assert.equal(numberOf(await next.authorization(CLIENT)), 1);
});

test("on a read-only disk the daemon knows what was stored and says that it can't save", {
  skip: noMount,
}, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "512k");
  const first = await here.open();
  await first.rememberIdentity(identity);
  await first.storeAuthorization(authorization(1));
  await first.close();
  remount(here.directory, "ro");

  const clock = new ManualClock();
  const vault = await daemonVault(here, clock);
  defer(t, () => vault.close());
  assert.match(vault.failing()?.reason ?? "", READ_ONLY);
  assert.deepEqual(await vault.identity(), identity);
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
  await assert.rejects(vault.probe(), refusal(READ_ONLY));
  await vault.storeAuthorization(authorization(2));
  assert.equal(numberOf(await vault.authorization(CLIENT)), 2);
  assert.match(vault.failing()?.reason ?? "", READ_ONLY);

  remount(here.directory, "rw");
  await recovery(vault, clock);
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 2);
});

test("what only the write-ahead log holds is read from a read-only disk too", {
  skip: noMount,
}, async (t) => {
  const here = room(t);
  mountTmpfs(t, here.directory, "512k");
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  // The state of the files while the daemon runs is the one that a pulled battery leaves.
  const after = room(t);
  mountTmpfs(t, after.directory, "512k");
  for (const name of ["c2cd.db", "c2cd.db-wal", "vault.key"])
    writeFileSync(join(after.directory, name), readFileSync(join(here.directory, name)));
  remount(after.directory, "ro");
  const vault = await after.open();
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
  await assert.rejects(vault.storeAuthorization(authorization(2)), refusal(READ_ONLY));
});

test("a card that turns read-only under the running daemon is told, and used again when mended", {
  skip: noExt4,
}, async (t) => {
  const base = workspace(t);
  const here = room(t, base);
  const disk = new Ext4(t, join(base, "image"), here.directory);
  const clock = new ManualClock();
  const vault = await daemonVault(here, clock);
  defer(t, () => vault.close());
  await vault.storeAuthorization(authorization(1));
  await vault.probe();

  disk.fail();
  await assert.rejects(vault.probe(), StorageError);
  await vault.storeAuthorization(authorization(2));
  assert.match(vault.failing()?.reason ?? "", /^The storage (is read-only|reports errors)/);
  assert.equal(numberOf(await vault.authorization(CLIENT)), 2);

  disk.mend();
  await recovery(vault, clock);
  assert.deepEqual(vault.notices, []);
  await assert.rejects(here.open(), { name: "VaultBusy" });
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 2);
});

const NOBODY = 65_534;
const FILES = ["", "c2cd.db", "c2cd.lock", "vault.key"] as const;

/** A used state directory whose files belong to nobody but the given ones, which belong to root; and a daemon of nobody's. */
async function asNobody(t: TestContext, ofRoot: readonly string[]): Promise<{ here: Room; child: Child }> {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();
  const program = await compile("stranger", here.options.scratch);
  chownSync(here.options.scratch, NOBODY, NOBODY);
  for (const name of FILES) if (!ofRoot.includes(name)) chownSync(join(here.directory, name), NOBODY, NOBODY);
  const child = start([
    ...["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
    ...[process.execPath, program, here.directory, here.options.scratch],
  ]);
  defer(t, () => child.process.kill());
  return { here, child };
}

async function answer(child: Child, line: string): Promise<string | null> {
  child.say(line);
  return child.line();
}

test("files of another owner are told, and used when they are given back", { skip: notRoot }, async (t) => {
  const { here, child } = await asNobody(t, FILES);
  assert.match((await answer(child, "failing")) ?? "", FORBIDDEN);
  assert.equal(await answer(child, "stored"), "null");
  assert.match((await answer(child, "store 2")) ?? "", FORBIDDEN);
  assert.equal(await answer(child, "stored"), "2");
  assert.match((await answer(child, "probe")) ?? "", FORBIDDEN);
  for (const name of FILES) chownSync(join(here.directory, name), NOBODY, NOBODY);
  assert.equal(await answer(child, "probe"), "");
  assert.equal(await answer(child, "failing"), "");
  child.process.stdin?.end();
  assert.equal(await child.ended, 0);
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 2);
});

for (const name of ["c2cd.db", "c2cd.lock", "vault.key"])
  test(`${name} of another owner is told`, { skip: notRoot }, async (t) => {
    const { child } = await asNobody(t, [name]);
    assert.match((await answer(child, "failing")) ?? "", FORBIDDEN);
    child.process.stdin?.end();
    assert.equal(await child.ended, 0);
  });

test("a file where the state directory must be is told", async (t) => {
  const here = room(t);
  writeFileSync(here.directory, "");
  await assert.rejects(
    here.open(),
    refusal(/^\/.*\/state can't be used: a file is where a directory must be\.$/),
  );
  const inside = room(t);
  mkdirSync(inside.database, { recursive: true });
  await assert.rejects(
    inside.open(),
    refusal(/^\/.*\/state can't be used: a directory is where a file must be\.$/),
  );
});

test("a start that failed leaves no lock behind", async (t) => {
  const here = room(t);
  mkdirSync(here.database, { recursive: true });
  await assert.rejects(here.open(), StorageError);
  rmSync(here.database, { recursive: true });
  await (await here.open()).storeAuthorization(authorization(1));
});
