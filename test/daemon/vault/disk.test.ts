import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { Secret } from "../../../daemon/core/secret.ts";
import { openDatabase } from "../../../daemon/vault/database.ts";
import { VaultBusy } from "../../../daemon/vault/vault.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { authorization, CLIENT, defer, identity, numberOf, plain, room, sql, tokens } from "./support.ts";

test("what was stored is there after a restart", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.rememberIdentity(identity);
  await first.storeAuthorization(authorization(1));
  await first.record({ at: 5, event: "paired", detail: "" });
  await first.close();

  const second = await here.open();
  assert.deepEqual(await second.identity(), identity);
  assert.deepEqual(plain(await second.authorization(CLIENT)), plain(authorization(1)));
  assert.deepEqual(await second.history(10), [{ at: 5, event: "paired", detail: "" }]);
  assert.deepEqual(second.notices, []);
  assert.equal(await second.verify(), null);
});

test("an empty vault knows nothing", async (t) => {
  const vault = await room(t).open();
  assert.equal(await vault.identity(), null);
  assert.equal(await vault.authorization(CLIENT), null);
  assert.deepEqual(await vault.history(10), []);
});

test("a later value replaces an earlier one, and a forgotten one is gone", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.rememberIdentity({ ...identity, model: null });
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  await vault.storeAuthorization({ ...authorization(2), previous: null, refreshBegun: 77, device: null });
  assert.deepEqual(await vault.identity(), identity);
  const expected = { ...authorization(2), previous: null, refreshBegun: 77, device: null };
  assert.deepEqual(plain(await vault.authorization(CLIENT)), plain(expected));
  await vault.forgetAuthorization(CLIENT, null);
  assert.equal(await vault.authorization(CLIENT), null);
});

test("how an authorization ended is told until there is another, or someone unpairs", async (t) => {
  const here = room(t);
  const before = await here.open();
  assert.equal(await before.lastEnd(CLIENT), null);
  const end = { reason: "ran-out", at: 1_767_225_600_000 } as const;
  await before.storeAuthorization(authorization(1));
  await before.forgetAuthorization(CLIENT, end);
  await before.close();
  const vault = await here.open();
  assert.equal(await vault.authorization(CLIENT), null);
  assert.deepEqual(await vault.lastEnd(CLIENT), end);
  assert.equal(await vault.lastEnd("another board"), null);
  await vault.storeAuthorization(authorization(2));
  assert.equal(await vault.lastEnd(CLIENT), null);
  await vault.forgetAuthorization(CLIENT, { reason: "refused", at: null });
  assert.deepEqual(await vault.lastEnd(CLIENT), { reason: "refused", at: null });
  await vault.forgetAuthorization(CLIENT, null);
  assert.equal(await vault.lastEnd(CLIENT), null);
});

test("an authorization of this board ends what is told of another's end", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.storeAuthorization(authorization(1, "another board"));
  await vault.forgetAuthorization("another board", { reason: "refused", at: 1 });
  await vault.storeAuthorization(authorization(2));
  await vault.close();
  const next = await here.open();
  assert.equal(await next.lastEnd("another board"), null);
  await next.forgetAuthorization("another board", { reason: "refused", at: 2 });
  await next.forgetAuthorization(CLIENT, { reason: "ran-out", at: 3 });
  // The database is opened anew.
  rmSync(`${here.database}-wal`);
  await next.record({ at: 4, event: "ended", detail: "" });
  await next.close();
  const last = await here.open();
  assert.equal(await last.lastEnd("another board"), null);
  assert.deepEqual(await last.lastEnd(CLIENT), { reason: "ran-out", at: 3 });
});

test("authorizations of other boards stay set aside", async (t) => {
  const vault = await room(t).open();
  await vault.storeAuthorization(authorization(1, "board-a"));
  await vault.storeAuthorization(authorization(2, "board-b"));
  await vault.forgetAuthorization("board-b", null);
  assert.deepEqual(plain(await vault.authorization("board-a")), plain(authorization(1, "board-a")));
  assert.equal(await vault.authorization("board-b"), null);
});

test("files are for their owner alone", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.storeAuthorization(authorization(1));
  assert.equal(statSync(here.directory).mode & 0o777, 0o700);
  for (const file of readdirSync(here.directory))
    assert.equal(statSync(join(here.directory, file)).mode & 0o777, 0o600, file);
});

test("no token is in any file in the clear", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.storeAuthorization(authorization(1));
  await vault.probe();
  for (const file of readdirSync(here.directory)) {
    const bytes = readFileSync(join(here.directory, file), "latin1");
    for (const secret of ["access-", "refresh-", "Feature film"]) assert.ok(!bytes.includes(secret), file);
  }
});

test("a second daemon on the same directory is told so", async (t) => {
  const here = room(t);
  const first = await here.open();
  await assert.rejects(here.open(), VaultBusy);
  await first.storeAuthorization(authorization(1));
  await first.close();
  const next = await here.open();
  assert.deepEqual(plain(await next.authorization(CLIENT)), plain(authorization(1)));
});

test("each step of an opening is told, so that a slow one is not taken for a dead one", async (t) => {
  let steps = 0;
  const clock = Object.assign(new ManualClock(), { elapsed: () => ++steps });
  const disk = room(t).disk({ clock });
  defer(t, () => disk.close());
  await disk.history(1);
  // The directory, the key and the new database's name take one each, and SQLite the others.
  assert.ok(steps >= 20, `${steps} steps`);
  assert.equal(disk.answeredAt, steps);
});

test("every connection has the settings that survive a power cut, with a flush after each commit", async (t) => {
  const here = room(t);
  await (await here.open()).close();
  const connection = await openDatabase(here.database, () => {});
  defer(t, () => connection.close());
  assert.deepEqual(await connection.get("PRAGMA journal_mode"), { journal_mode: "wal" });
  assert.deepEqual(await connection.get("PRAGMA synchronous"), { synchronous: 1 });
  assert.deepEqual(await connection.get("PRAGMA locking_mode"), { locking_mode: "exclusive" });
  assert.deepEqual(await connection.get("PRAGMA page_size"), { page_size: 4096 });
});

test("a database of the first version is brought to this one, with all that is in it", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.rememberIdentity(identity);
  await first.storeAuthorization(authorization(1));
  await first.close();
  const old = await openDatabase(here.database, () => {});
  await old.script(`DROP TABLE ending;
    DROP TABLE probe;
    CREATE TABLE probe (only INTEGER PRIMARY KEY CHECK (only = 1), filler BLOB NOT NULL) STRICT;
    INSERT INTO probe VALUES (1, randomblob(24576));
    PRAGMA user_version = 1;`);
  await old.close();

  const vault = await here.open();
  assert.deepEqual(await vault.identity(), identity);
  assert.deepEqual(plain(await vault.authorization(CLIENT)), plain(authorization(1)));
  await vault.probe();
  assert.deepEqual(vault.notices, []);
});

test("a database of 0.1.0 is read, with all that is in it", async (t) => {
  const here = room(t);
  mkdirSync(here.directory, { mode: 0o700 });
  writeFileSync(join(here.directory, "vault.key"), "7".repeat(64), { mode: 0o600 });
  await sql(here.database, readFileSync(new URL("fixtures/0.1.0.sql", import.meta.url), "utf8"));
  const pair = { accessToken: new Secret("access-3"), refreshToken: new Secret("refresh-3") };
  const { device } = authorization(3);
  const expected = {
    ...authorization(3),
    current: { ...tokens(3), ...pair },
    previous: { ...tokens(2), ...pair },
    // Neither was kept then.
    device: device && { ...device, ids: [] },
    bodyEncoding: null,
  };
  const vault = await here.open();
  assert.deepEqual(await vault.identity(), identity);
  assert.deepEqual(plain(await vault.authorization(CLIENT)), plain(expected));
  assert.equal(numberOf(await vault.authorization("another-board")), 2);
  assert.deepEqual(await vault.lastEnd("board-that-ended"), { reason: "ran-out", at: 1_735_689_602_000 });
  assert.deepEqual(await vault.history(10), [
    { at: 1_735_689_601_000, event: "project", detail: "Feature film" },
    { at: 1_735_689_600_000, event: "paired", detail: "" },
  ]);
  await vault.probe();
  await vault.storeAuthorization(authorization(4));
  assert.deepEqual(vault.notices, []);
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 4);
});

test("a write that changes nothing touches no disk", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  await vault.forgetAuthorization("never stored", null);
  const state = () =>
    readdirSync(here.directory).map((name) => {
      const { size, mtimeNs } = statSync(join(here.directory, name), { bigint: true });
      return { name, size, mtimeNs };
    });
  const before = state();
  await vault.rememberIdentity({ ...identity });
  await vault.storeAuthorization(authorization(1));
  await vault.forgetAuthorization("never stored", null);
  assert.deepEqual(state(), before);
  await vault.storeAuthorization({ ...authorization(1), refreshBegun: 1 });
  assert.notDeepEqual(state(), before);
});

test("a probe writes once an hour, and only where nothing else was written", async (t) => {
  const here = room(t);
  const vault = await here.open();
  const { clock } = here.options;
  const contents = () => readdirSync(here.directory).map((name) => readFileSync(join(here.directory, name)));
  const writes = async () => {
    const before = contents();
    await vault.probe();
    return !isDeepStrictEqual(contents(), before);
  };
  assert.equal(await writes(), true, "makes room");
  for (let minute = 5; minute < 60; minute += 5) {
    await clock.advance(300_000);
    assert.equal(await writes(), false);
  }
  await clock.advance(300_000);
  assert.equal(await writes(), true, "an hour is over");
  assert.equal(await writes(), false);
  await clock.advance(3_000_000);
  await vault.storeAuthorization(authorization(1));
  await clock.advance(3_000_000);
  assert.equal(await writes(), false, "something was stored 50 minutes ago");
});

test("a probe whose intent is stored already writes nothing", async (t) => {
  const here = room(t);
  const vault = await here.open();
  const contents = () => readdirSync(here.directory).map((name) => readFileSync(join(here.directory, name)));
  await vault.probe({ ...authorization(1), refreshBegun: 7 });
  const before = contents();
  await vault.probe({ ...authorization(1), refreshBegun: 7 });
  assert.deepEqual(contents(), before);
});

test("room is made once, and not for every refresh", async (t) => {
  const here = room(t);
  const vault = await here.open();
  const end = () => readFileSync(`${here.database}-wal`).subarray(-4096);
  await vault.probe();
  const before = end();
  for (let number = 1; number < 30; number += 2) {
    await vault.probe({ ...authorization(number - 1), refreshBegun: number });
    await vault.storeAuthorization(authorization(number));
    await vault.storeAuthorization(authorization(number + 1));
  }
  assert.deepEqual(end(), before);
});

test("room that was made outlives a power cut", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.probe({ ...authorization(0), refreshBegun: 1 });
  await vault.storeAuthorization(authorization(1));
  const end = readFileSync(`${here.database}-wal`).subarray(-4096);
  const after = room(t);
  cpSync(here.directory, after.directory, { recursive: true });
  const next = await after.open();
  await next.probe({ ...authorization(1), refreshBegun: 2 });
  assert.deepEqual(readFileSync(`${after.database}-wal`).subarray(-4096), end);
});

test("the log begins anew when its room is used up, and not before", async (t) => {
  const here = room(t);
  const vault = await here.open();
  const salts = new Set<string>();
  const refreshes = 30;
  for (let number = 1; number <= refreshes; number++) {
    await vault.probe({ ...authorization(number - 1), refreshBegun: number });
    await vault.storeAuthorization(authorization(number));
    salts.add(readFileSync(`${here.database}-wal`).subarray(16, 24).toString("hex"));
  }
  assert.ok(salts.size > 1 && salts.size <= refreshes / 7, `${salts.size} logs`);
});

test("the history keeps its newest 500 lines, each of bounded length, and the files stop growing", async (t) => {
  const here = room(t);
  const vault = await here.open();
  const bytes = () =>
    readdirSync(here.directory).reduce((sum, name) => sum + statSync(join(here.directory, name)).size, 0);
  const write = async (from: number, to: number) => {
    for (let at = from; at < to; at++)
      await vault.record({ at, event: "e".repeat(1000), detail: "d".repeat(100_000) });
  };
  await write(0, 600);
  const full = bytes();
  await write(600, 1200);
  const lines = await vault.history(10_000);
  assert.deepEqual(
    lines.map(({ at }) => at),
    Array.from({ length: 500 }, (_, index) => 1199 - index),
  );
  assert.ok(lines.every(({ event, detail }) => event.length === 64 && detail.length === 400));
  assert.ok(bytes() <= full * 1.1, `${full} bytes have become ${bytes()}`);
  assert.deepEqual(
    (await vault.history(2)).map(({ at }) => at),
    [1199, 1198],
  );
});

test("the authorizations of sixteen other boards are kept, the newest", async (t) => {
  const here = room(t);
  const vault = await here.open();
  for (let number = 1; number <= 30; number++)
    await vault.storeAuthorization(authorization(number, `board-${number}`));
  const kept: number[] = [];
  for (let number = 1; number <= 30; number++)
    if ((await vault.authorization(`board-${number}`)) !== null) kept.push(number);
  assert.deepEqual(
    kept,
    Array.from({ length: 17 }, (_, index) => index + 14),
  );
});

test("what was forgotten is nowhere in the files, not even sealed", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.storeAuthorization(authorization(1, "the-board-that-leaves"));
  await vault.forgetAuthorization("the-board-that-leaves", null);
  for (const name of readdirSync(here.directory))
    assert.ok(!readFileSync(join(here.directory, name), "latin1").includes("the-board-that-leaves"), name);
});

test("many calls at once are done one after the other", async (t) => {
  const vault = await room(t).open();
  const calls = Array.from({ length: 50 }, (_, number) => vault.storeAuthorization(authorization(number)));
  await Promise.all([...calls, vault.record({ at: 1, event: "event", detail: "" }), vault.probe()]);
  assert.deepEqual(plain(await vault.authorization(CLIENT)), plain(authorization(49)));
});

test("after it was closed, a vault says so", async (t) => {
  const vault = await room(t).open();
  await vault.close();
  await vault.close();
  await assert.rejects(vault.storeAuthorization(authorization(1)), { message: "The vault is closed." });
});
