import assert from "node:assert/strict";
import {
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StorageError } from "../../../daemon/contract/storage.ts";
import { authorization, CLIENT, identity, numberOf, plain, pulled, type Room, room, sql } from "./support.ts";

/** A state directory with an identity, an authorization, and enough history to need many pages; closed. */
async function used(t: TestContext): Promise<Room> {
  const here = room(t);
  const vault = await here.open();
  await vault.rememberIdentity(identity);
  await vault.storeAuthorization(authorization(1));
  for (let at = 0; at < 60; at++) await vault.record({ at, event: "event", detail: "d".repeat(300) });
  await vault.close();
  return here;
}

const SAVED = /a new one was begun with the authorization that was in it\./;

const damages: readonly [string, (file: string) => void, RegExp][] = [
  ["zero-length", (file) => truncateSync(file, 0), /c2cd\.db is empty\./],
  ["cut to a byte", (file) => truncateSync(file, 1), /c2cd\.db is not a database\./],
  ["cut to half its header", (file) => truncateSync(file, 50), /c2cd\.db is cut short or overwritten\./],
  [
    "filled with garbage",
    (file) => writeFileSync(file, "garbage!".repeat(2000)),
    /c2cd\.db is not a database\./,
  ],
  ["filled with zeros", (file) => writeFileSync(file, Buffer.alloc(8192)), /c2cd\.db is not a database\./],
  ["cut to one page", (file) => truncateSync(file, 4096), /c2cd\.db is cut short or overwritten\./],
];

for (const [name, damage, sentence] of damages)
  test(`a database that is ${name} is moved aside, and the device can pair again`, async (t) => {
    const here = await used(t);
    damage(here.database);
    const damaged = readFileSync(here.database);
    const vault = await here.open();
    const notice = vault.notices[0];
    assert.equal(vault.notices.length, 1);
    assert.ok(notice?.type === "moved-aside" && !SAVED.test(notice.reason));
    assert.match(notice.reason, sentence);
    assert.deepEqual(readFileSync(notice.path), damaged);
    assert.equal(await vault.authorization(CLIENT), null);
    await vault.storeAuthorization(authorization(2));
    await vault.close();
    const next = await here.open();
    assert.equal(numberOf(await next.authorization(CLIENT)), 2);
    assert.deepEqual(next.notices, []);
  });

test("a database whose end is missing keeps the authorization that can still be read", async (t) => {
  const here = await used(t);
  truncateSync(here.database, statSync(here.database).size - 4096);
  const vault = await here.open();
  const notice = vault.notices[0];
  assert.ok(notice?.type === "moved-aside" && SAVED.test(notice.reason));
  assert.deepEqual(await vault.identity(), identity);
  assert.deepEqual(plain(await vault.authorization(CLIENT)), plain(authorization(1)));
});

test("pages that were overwritten are found by the check after the start", async (t) => {
  const here = await used(t);
  const descriptor = openSync(here.database, "r+");
  writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, statSync(here.database).size - 4096);
  const vault = await here.open();
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
  const notice = await vault.verify();
  assert.ok(notice?.type === "moved-aside" && SAVED.test(notice.reason));
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
  assert.equal(await vault.verify(), null);
});

test("a database that loses its pages under the running daemon is replaced", async (t) => {
  const here = await used(t);
  const vault = await here.open();
  truncateSync(here.database, 4096);
  await vault.storeAuthorization(authorization(2));
  assert.equal(vault.notices[0]?.type, "moved-aside");
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 2);
});

test("a database that is deleted under the running daemon is begun anew", async (t) => {
  const here = await used(t);
  const vault = await here.open();
  for (const file of readdirSync(here.directory))
    if (file.startsWith("c2cd.db")) rmSync(join(here.directory, file));
  await vault.storeAuthorization(authorization(2));
  await vault.close();
  assert.equal(numberOf(await (await here.open()).authorization(CLIENT)), 2);
});

test("a write-ahead log that is deleted under the running daemon takes nothing with it", async (t) => {
  const here = await used(t);
  const vault = await here.open();
  await vault.storeAuthorization(authorization(2));
  rmSync(`${here.database}-wal`);
  await vault.storeAuthorization(authorization(3));
  assert.equal(numberOf(await (await pulled(t, here).open()).authorization(CLIENT)), 3);
  assert.deepEqual(vault.notices, []);
});

for (const table of ["identity", "authorization", "set_aside", "history", "probe", "ending"])
  test(`a database that has lost its table ${table} is damaged, and not one with an empty table`, async (t) => {
    const here = await used(t);
    await sql(here.database, `DROP TABLE ${table}`);
    const vault = await here.open();
    const notice = vault.notices[0];
    assert.ok(notice?.type === "moved-aside");
    assert.match(notice.reason, /c2cd\.db has lost a table\./);
    assert.equal(numberOf(await vault.authorization(CLIENT)), table === "authorization" ? null : 1);
    assert.deepEqual(await vault.identity(), table === "identity" ? null : identity);
  });

for (const [name, ...statements] of [
  ["an older version's number", "PRAGMA user_version = 2"],
  ["the number of a database that is not made yet", "PRAGMA user_version = 0"],
  ["a number that no version has", "PRAGMA user_version = -1"],
  ["a table without a column", "ALTER TABLE ending DROP COLUMN at"],
  ["a table of another shape", "DROP TABLE history", "CREATE TABLE history (id INTEGER PRIMARY KEY)"],
  [
    "a trigger that refuses every write",
    "CREATE TRIGGER no BEFORE UPDATE ON probe BEGIN SELECT RAISE(ABORT, 'no'); END",
  ],
] as const)
  test(`a database with ${name} is moved aside, with the authorization kept, and heals`, async (t) => {
    const here = await used(t);
    await sql(here.database, ...statements);
    const vault = await here.open();
    const notice = vault.notices[0];
    assert.ok(notice?.type === "moved-aside" && SAVED.test(notice.reason), notice?.reason);
    assert.match(notice.reason, /c2cd\.db has other tables than c2cd gave it\./);
    assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
    assert.deepEqual(await vault.identity(), identity);
    await vault.storeAuthorization(authorization(2));
    await vault.close();
    const next = await here.open();
    assert.equal(numberOf(await next.authorization(CLIENT)), 2);
    assert.deepEqual(next.notices, []);
  });

test("another program's database is left whole", async (t) => {
  const here = await used(t);
  rmSync(here.database);
  await sql(here.database, "CREATE TABLE other (x)", "INSERT INTO other VALUES (1)");
  const theirs = readFileSync(here.database);
  const vault = await here.open();
  const notice = vault.notices[0];
  assert.ok(notice?.type === "moved-aside");
  assert.match(notice.reason, /belongs to another program\./);
  assert.deepEqual(readFileSync(notice.path), theirs);
});

test("a database of a later version is refused and not touched", async (t) => {
  const here = await used(t);
  await sql(here.database, "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 99");
  const theirs = readFileSync(here.database);
  await assert.rejects(here.open(), (error) => {
    assert.ok(error instanceof StorageError);
    assert.match(error.message, /later version of c2cd \(schema 99; this one knows \d+\)/);
    return true;
  });
  assert.deepEqual(
    readdirSync(here.directory).filter((file) => file.includes("damaged")),
    [],
  );
  assert.deepEqual(readFileSync(here.database), theirs);
});

test("a write-ahead log without its database is not read into the new one", async (t) => {
  const here = await used(t);
  writeFileSync(`${here.database}-wal`, "left behind");
  rmSync(here.database);
  const vault = await here.open();
  assert.equal(await vault.authorization(CLIENT), null);
  assert.equal(readFileSync(join(here.directory, "c2cd.db.damaged-1-wal"), "utf8"), "left behind");
});

test("eight damaged copies are kept; when the oldest goes, the notice says so", async (t) => {
  const here = await used(t);
  for (let count = 1; count <= 9; count++) {
    writeFileSync(here.database, `garbage ${count}`);
    const vault = await here.open();
    const reason = vault.notices[0]?.reason ?? "";
    assert.equal(/oldest damaged copy, .*damaged-1, was removed/.test(reason), count === 9, reason);
    await vault.close();
  }
  const copies = readdirSync(here.directory).filter((file) => file.includes("damaged"));
  assert.deepEqual(
    copies.sort(),
    [2, 3, 4, 5, 6, 7, 8, 9].map((number) => `c2cd.db.damaged-${number}`),
  );
});

test("a lock file with something in it still locks", async (t) => {
  const here = await used(t);
  writeFileSync(join(here.directory, "c2cd.lock"), "garbage!".repeat(100));
  const vault = await here.open();
  await vault.storeAuthorization(authorization(2));
  assert.deepEqual(vault.notices, []);
});

test("what an interrupted beginning left does not stand in the way", async (t) => {
  const here = room(t);
  await (await here.open()).close();
  rmSync(here.database);
  for (const name of ["c2cd.db.new", "c2cd.db.new-wal", "vault.key.new"])
    writeFileSync(join(here.directory, name), "unfinished");
  const vault = await here.open();
  await vault.storeAuthorization(authorization(1));
  assert.ok(!existsSync(join(here.directory, "c2cd.db.new")));
});
