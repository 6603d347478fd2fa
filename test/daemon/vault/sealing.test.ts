import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import sqlite3 from "sqlite3";
import { VaultKeyError } from "../../../daemon/vault/vault.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openVault } from "../../support/open-vault.ts";
import { authorization, CLIENT, defer, numberOf, pulled, room } from "./support.ts";

interface SealedRow {
  readonly client_id: string;
  readonly key_id: string;
  readonly sealed: Buffer;
}

/** Asks the closed database directly. */
function ask<Row>(file: string, statement: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file);
    database.all<Row>(statement, (error, rows) => {
      database.close(() => (error === null ? resolve(rows) : reject(error)));
    });
  });
}

function credentials(base: string, keys: Readonly<Record<string, string | Buffer>>): string {
  const directory = join(base, "credentials");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [name, key] of Object.entries(keys)) writeFileSync(join(directory, name), key);
  return directory;
}

const hexKey = () => `${randomBytes(32).toString("hex")}\n`;

test("without a credential a key file is made once, for its owner alone", async (t) => {
  const here = room(t);
  const file = join(here.directory, "vault.key");
  await (await here.open()).close();
  const key = readFileSync(file, "utf8");
  assert.match(key, /^[0-9a-f]{64}\n$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  chmodSync(file, 0o644);
  await (await here.open()).close();
  assert.equal(readFileSync(file, "utf8"), key);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

for (const [form, key] of [
  ["hexadecimal digits", hexKey()],
  ["base64", `${randomBytes(32).toString("base64")}\n`],
  ["32 bytes", randomBytes(32)],
] as const)
  test(`a credential of ${form} seals, and no key file is made`, async (t) => {
    const here = room(t);
    const credentialsDirectory = credentials(here.options.scratch, { vault_key: key });
    const vault = await here.open({ credentialsDirectory });
    await vault.storeAuthorization(authorization(1));
    await vault.close();
    assert.ok(!readdirSync(here.directory).includes("vault.key"));
    assert.equal(numberOf(await (await here.open({ credentialsDirectory })).authorization(CLIENT)), 1);
  });

for (const [name, key] of [
  ["empty", ""],
  ["a password", "hunter2\n"],
  ["too short", randomBytes(31)],
  ["cut to its first 32 digits", hexKey().slice(0, 32)],
  ["nothing but zero bytes", Buffer.alloc(32)],
  ["nothing but zeros", "0".repeat(64)],
] as const)
  test(`a credential that is ${name} is refused, saying what it must be`, async (t) => {
    const here = room(t);
    const credentialsDirectory = credentials(here.options.scratch, { vault_key: key });
    await assert.rejects(here.open({ credentialsDirectory }), (error) => {
      assert.ok(error instanceof VaultKeyError);
      assert.match(
        error.message,
        /^The credential vault_key holds \d+ bytes and no key: .*openssl rand -hex 32/,
      );
      assert.ok(!error.message.includes("hunter2"));
      return true;
    });
  });

test("a credential that comes later takes over from the key file", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.storeAuthorization(authorization(2, "other-board"));
  await first.close();
  const credentialsDirectory = credentials(here.options.scratch, { vault_key: hexKey() });
  const second = await here.open({ credentialsDirectory });
  assert.equal(numberOf(await second.authorization(CLIENT)), 1);
  await second.close();

  rmSync(join(here.directory, "vault.key"));
  const third = await here.open({ credentialsDirectory });
  assert.equal(numberOf(await third.authorization(CLIENT)), 1);
  assert.equal(numberOf(await third.authorization("other-board")), 2);
  assert.deepEqual(third.notices, []);
});

test("an old key still opens, and what it sealed is sealed anew", async (t) => {
  const here = room(t);
  const old = hexKey();
  const first = await here.open({
    credentialsDirectory: credentials(here.options.scratch, { vault_key: old }),
  });
  await first.storeAuthorization(authorization(1));
  await first.close();
  const key = hexKey();
  const both = credentials(here.options.scratch, { vault_key: key, "vault_key.old": old });
  await (await here.open({ credentialsDirectory: both })).close();

  const after = credentials(here.options.scratch, { vault_key: key });
  const vault = await here.open({ credentialsDirectory: after });
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
});

test("the key file is exchanged by renaming it to vault.key.old", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();
  const file = join(here.directory, "vault.key");
  renameSync(file, `${file}.old`);
  await (await here.open()).close();
  rmSync(`${file}.old`);
  const vault = await here.open();
  assert.equal(numberOf(await vault.authorization(CLIENT)), 1);
});

test("opened with another key, the authorization is reported and kept", async (t) => {
  const here = room(t);
  const old = hexKey();
  const first = await here.open({
    credentialsDirectory: credentials(here.options.scratch, { vault_key: old }),
  });
  await first.storeAuthorization(authorization(1));
  await first.close();
  const other = credentials(here.options.scratch, { vault_key: hexKey() });

  const second = await here.open({ credentialsDirectory: other });
  assert.equal(await second.authorization(CLIENT), null);
  assert.equal(await second.authorization(CLIENT), null);
  assert.equal(second.notices.length, 1);
  assert.ok(second.notices[0]?.type === "unreadable");
  assert.match(
    second.notices[0].reason,
    /^The stored authorization is sealed under a key that this device does not have \(key [0-9a-f]{16}\)\.$/,
  );
  await second.close();

  const restored = credentials(here.options.scratch, { vault_key: old });
  assert.equal(
    numberOf(await (await here.open({ credentialsDirectory: restored })).authorization(CLIENT)),
    1,
  );
});

test("a new pairing sets the unreadable authorization aside and ends the report", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();
  const [before] = await ask<SealedRow>(here.database, "SELECT * FROM authorization");
  rmSync(join(here.directory, "vault.key"));

  const second = await here.open();
  assert.equal(await second.authorization(CLIENT), null);
  await second.storeAuthorization(authorization(2));
  await second.close();
  const third = await here.open();
  assert.equal(numberOf(await third.authorization(CLIENT)), 2);
  assert.deepEqual(third.notices, []);
  await third.close();
  const [aside] = await ask<SealedRow>(here.database, "SELECT * FROM set_aside");
  assert.deepEqual(aside?.sealed, before?.sealed);
});

test("a database copied to another board is not readable there, and said to be another's", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();
  const there = room(t);
  await (await there.open()).close();
  cpSync(here.database, there.database);
  const vault = await there.open();
  assert.equal(await vault.authorization("another-client"), null);
  assert.deepEqual(vault.notices, [
    {
      type: "unreadable",
      reason: "The stored authorization belongs to another device and is sealed under that device's key.",
    },
  ]);
});

test("a seal holds for one client_id and one text alone", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();
  const [row] = await ask<SealedRow>(here.database, "SELECT * FROM authorization");
  assert.ok(row !== undefined);
  const flipped = (at: number) => {
    const bytes = Buffer.from(row.sealed);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes;
  };
  const forgeries: readonly [string, Buffer][] = [
    ["another-client", row.sealed],
    ...[0, 1, 13, 29, row.sealed.length - 1].map((at): [string, Buffer] => [CLIENT, flipped(at)]),
    [CLIENT, row.sealed.subarray(0, 20)],
    [CLIENT, row.sealed.subarray(0, -1)],
    [CLIENT, Buffer.alloc(0)],
  ];
  for (const [clientId, sealed] of forgeries) {
    await ask(
      here.database,
      `UPDATE authorization SET client_id = '${clientId}', sealed = x'${sealed.toString("hex")}'`,
    );
    const vault = await here.open();
    assert.equal(await vault.authorization(clientId), null);
    assert.deepEqual(vault.notices, [
      { type: "unreadable", reason: "The stored authorization was altered, or belongs to another device." },
    ]);
    await vault.close();
  }
});

test("equal authorizations are sealed under different nonces", async (t) => {
  const here = room(t);
  const vault = await here.open();
  await vault.storeAuthorization(authorization(1, "a"));
  await vault.storeAuthorization(authorization(1, "b"));
  await vault.close();
  const rows = await ask<SealedRow>(here.database, "SELECT * FROM authorization");
  assert.equal(rows.length, 2);
  assert.notDeepEqual(rows[0]?.sealed.subarray(1, 13), rows[1]?.sealed.subarray(1, 13));
});

for (const [name, content] of [
  ["zero-length", ""],
  ["cut short", "0123456789abcdef"],
  ["cut to its first 32 digits", hexKey().slice(0, 32)],
  ["filled with garbage", randomBytes(500)],
  ["filled with zero bytes", Buffer.alloc(65)],
  ["32 zero bytes", Buffer.alloc(32)],
] as const)
  test(`a key file that is ${name} is moved aside, and the device can pair again`, async (t) => {
    const here = room(t);
    const first = await here.open();
    await first.storeAuthorization(authorization(1));
    await first.close();
    const file = join(here.directory, "vault.key");
    writeFileSync(file, content);
    const second = await here.open();
    assert.equal(await second.authorization(CLIENT), null);
    const [aside, unreadable] = second.notices;
    assert.ok(aside?.type === "moved-aside" && unreadable?.type === "unreadable");
    assert.match(
      aside.reason,
      /^The key file .*vault\.key held \d+ bytes and no key\. A new key was made; what the old one had sealed can't be read\.$/,
    );
    assert.deepEqual(readFileSync(aside.path), Buffer.from(content));
    await second.storeAuthorization(authorization(2));
    await second.close();
    const third = await here.open();
    assert.equal(numberOf(await third.authorization(CLIENT)), 2);
    assert.deepEqual(third.notices, []);
  });

for (const [name, harm, notice] of [
  [
    "removed",
    (file: string) => rmSync(file),
    { type: "restored", reason: /vault\.key was gone\. It was written again\.$/ },
  ],
  [
    "cut",
    (file: string) => truncateSync(file, 32),
    {
      type: "moved-aside",
      reason: /vault\.key was changed\. It was moved to .*, and the key written again\.$/,
    },
  ],
  [
    "exchanged",
    (file: string) => writeFileSync(file, hexKey()),
    { type: "moved-aside", reason: /vault\.key was changed\./ },
  ],
] as const)
  test(`a key file that is ${name} under the running daemon is written again within a minute`, async (t) => {
    const here = room(t);
    const clock = new ManualClock();
    const disk = here.disk();
    const vault = await openVault({ clock, disk });
    defer(t, () => vault.close());
    await vault.storeAuthorization(authorization(1));
    const file = join(here.directory, "vault.key");
    const key = readFileSync(file, "utf8");
    harm(file);
    const told = new Promise<void>((resolve) => vault.onChange(resolve));
    await clock.advance(60_000);
    await told;
    assert.equal(readFileSync(file, "utf8"), key);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(vault.failing(), null);
    assert.equal(vault.notices[0]?.type, notice.type);
    assert.match(vault.notices[0]?.reason ?? "", notice.reason);
    const after = await pulled(t, here).open();
    assert.equal(numberOf(await after.authorization(CLIENT)), 1);
  });

test("a credential that seals is never written into the state directory", async (t) => {
  const here = room(t);
  const credentialsDirectory = credentials(here.options.scratch, { vault_key: hexKey() });
  const vault = await here.open({ credentialsDirectory });
  await vault.storeAuthorization(authorization(1));
  rmSync(join(credentialsDirectory, "vault_key"));
  await vault.storeAuthorization(authorization(2));
  assert.ok(!readdirSync(here.directory).includes("vault.key"));
});
