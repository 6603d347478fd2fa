import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { systemClock } from "../../daemon/core/clock.ts";
import { Disk } from "../../daemon/vault/disk.ts";
import { authorization, CLIENT } from "../daemon/vault/support.ts";
import { openVault } from "../support/open-vault.ts";
import { type Bench, kibibytes, median, ms, type Row, timed } from "./bench.ts";

const ROTATIONS = 60;

/** Two durable writes, in the order of a refresh: the intent, and the new pair. */
type Rotate = (number: number) => Promise<void>;

async function measure(subject: string, rotate: Rotate): Promise<Row> {
  await rotate(1);
  const before = bytesToDisk();
  const taken: number[] = [];
  for (let number = 2; number < ROTATIONS + 2; number++) taken.push(await timed(() => rotate(number)));
  return {
    subject,
    figures: [ms(median(taken)), kibibytes((bytesToDisk() - before) / ROTATIONS)],
  };
}

/** proc_pid_io(5): bytes that this process caused to be sent to the storage. */
function bytesToDisk(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

async function ours(directory: string): Promise<Row> {
  const clock = systemClock("", 0);
  const disk = new Disk({
    directory: join(directory, "vault"),
    credentialsDirectory: null,
    scratch: directory,
    clock,
  });
  const vault = await openVault({ clock, disk });
  try {
    return await measure("c2cd: the vault, sealed, room made first", async (number) => {
      await vault.probe({ ...authorization(number - 1), previous: null, refreshBegun: number });
      await vault.storeAuthorization(authorization(number));
    });
  } finally {
    await vault.close();
  }
}

function content(number: number): string {
  const { current } = authorization(number, CLIENT);
  return JSON.stringify({ ...current, accessToken: current.accessToken.reveal() });
}

/** The recipe of a file that is replaced as a whole: fsync, rename, fsync of the directory. */
async function atomicFile(directory: string): Promise<Row> {
  const state = join(directory, "file");
  await mkdir(state);
  const replace = async (text: string) => {
    const file = await open(join(state, "new"), "w");
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(join(state, "new"), join(state, "state.json"));
    const entry = await open(state, "r");
    await entry.sync();
    await entry.close();
  };
  return measure("peer: a file replaced twice, in the clear", async (number) => {
    for (let step = 0; step < 2; step++) await replace(content(number * 2 + step));
  });
}

/** SQLite as a package sets it up that asks for speed: the last commits may be lost with the power. */
async function fastSqlite(directory: string): Promise<Row> {
  const database = new sqlite3.Database(join(directory, "fast.db"));
  const exec = (sql: string) =>
    new Promise<void>((resolve, reject) =>
      database.exec(sql, (error) => (error ? reject(error) : resolve())),
    );
  await exec(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE state(id INTEGER PRIMARY KEY, text)",
  );
  try {
    return await measure("peer: SQLite, WAL and NORMAL, in the clear", async (number) => {
      for (let step = 0; step < 2; step++)
        await exec(`INSERT OR REPLACE INTO state VALUES(1, '${content(number * 2 + step)}')`);
    });
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
}

export const vault: Bench = {
  name: "vault",
  measures: `the durable writes of one refresh, median of ${ROTATIONS}`,
  columns: ["time", "to the disk"],
  async run() {
    // Not in /tmp, which may be memory.
    const directory = mkdtempSync(join(".cache", "bench-"));
    try {
      return [await ours(directory), await atomicFile(directory), await fastSqlite(directory)];
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};
