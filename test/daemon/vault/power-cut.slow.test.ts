/** The vault on a disk that loses power: between any two operations, and in the middle of each. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Disk } from "../../../daemon/vault/disk.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { seededRandom } from "../../support/random.ts";
import { compile, start } from "./child.ts";
import { digest, type Operation, PowerlessDisk, readLog, type Wreck } from "./power-cut.ts";
import { authorization, CLIENT, defer, identity, numberOf, openStrictly } from "./support.ts";

const noCompiler =
  spawnSync("gcc", ["--version"]).error === undefined
    ? false
    : "there is no C compiler to build storage-log.c";

/** Thousands of vaults are opened: in memory where there is a place for that. */
function fastDirectory(t: TestContext): string {
  const shared = "/dev/shm";
  const base = existsSync(shared) && canWrite(shared) ? shared : tmpdir();
  const directory = mkdtempSync(join(base, "c2cd-vault-"));
  defer(t, () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function canWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program that works on a vault while everything it does to the disk is written down. */
class Recorder {
  readonly base: string;
  readonly directory: string;
  readonly #log: string;
  readonly #library: string;
  #program = "";

  constructor(t: TestContext) {
    this.base = fastDirectory(t);
    this.directory = join(this.base, "state");
    this.#log = join(this.base, "log");
    this.#library = join(this.base, "storage-log.so");
    const source = new URL("storage-log.c", import.meta.url).pathname;
    const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-O1", "-o", this.#library, source], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  }

  /** Does the steps of writer.ts; ends in the middle of an operation where `kill` is its number. */
  async run(
    steps: readonly string[],
    { credentialsDirectory = null, kill = 0 }: { credentialsDirectory?: string | null; kill?: number } = {},
  ): Promise<{ readonly marks: readonly string[]; readonly ended: number | string }> {
    if (this.#program === "") this.#program = await compile("writer", this.base);
    const marks = join(this.base, "marks");
    const task = { directory: this.directory, scratch: this.base, credentialsDirectory, marks, steps };
    const child = start([process.execPath, this.#program, JSON.stringify(task)], {
      LD_PRELOAD: this.#library,
      STORAGE_ROOT: this.directory,
      STORAGE_MARKS: marks,
      STORAGE_LOG: this.#log,
      STORAGE_KILL: String(kill),
      UV_USE_IO_URING: "0",
    });
    const lines: string[] = [];
    for (let line = await child.line(); line !== null; line = await child.line()) lines.push(line);
    return { marks: lines, ended: await child.ended };
  }

  operations(): Operation[] {
    return readLog(this.#log, this.directory);
  }
}

/** What a vault may say: the number of its authorization, and whether it knows its identity. */
interface Fact {
  readonly number: number | null;
  readonly identity: boolean;
}

function after({ number, identity: known }: Fact, step: string): Fact {
  const [verb, argument] = step.split(" ");
  if (verb === "store") return { number: Number(argument), identity: known };
  if (verb === "forget") return { number: null, identity: known };
  return { number, identity: known || verb === "identity" };
}

/** Everything that a power cut may leave during these operations, with what the vault may say then. */
function* everyCut(
  operations: readonly Operation[],
  random: () => number,
  from = 0,
): Generator<{ readonly wreck: Wreck; readonly allowed: readonly Fact[] }> {
  const disk = new PowerlessDisk();
  let promised: Fact = { number: null, identity: false };
  let allowed: readonly Fact[] = [promised];
  for (const [index, operation] of operations.entries()) {
    if (operation.kind === "mark") {
      const [, verb, step = ""] = /^(begin|done) (.*)$/.exec(operation.text) ?? [];
      const next = after(promised, step);
      if (verb === "done") promised = next;
      allowed = verb === "done" ? [next] : [promised, next];
    }
    if (index >= from) for (const wreck of disk.cuts(operation)) yield { wreck, allowed };
    disk.perform(operation);
    if (index >= from) for (const wreck of disk.wrecks(random)) yield { wreck, allowed };
  }
}

/** Opens each wreck once, and checks that it says what it may, by everything that led to it. Prints how many. */
async function checkAll(
  t: TestContext,
  base: string,
  cuts: Iterable<{ readonly wreck: Wreck; readonly allowed: readonly Fact[] }>,
  credentialsDirectory: string | null,
): Promise<void> {
  const seen = new Map<string, string>();
  let points = 0;
  for (const { wreck, allowed } of cuts) {
    points += 1;
    const key = digest(wreck);
    let said = seen.get(key);
    if (said === undefined) {
      said = await ask(join(base, "wreck"), wreck, base, credentialsDirectory);
      seen.set(key, said);
    }
    const permitted = allowed.map((fact) => JSON.stringify(fact));
    assert.ok(
      permitted.includes(said),
      `cut ${points}: the vault says ${said} and not ${permitted.join(" or ")}`,
    );
  }
  t.diagnostic(`${points} cut points, ${seen.size} different disks`);
}

async function ask(
  directory: string,
  wreck: Wreck,
  scratch: string,
  credentialsDirectory: string | null,
): Promise<string> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
  for (const [name, content] of wreck) writeFileSync(join(directory, name), content, { mode: 0o600 });
  const clock = new ManualClock();
  const vault = await openStrictly(clock, new Disk({ directory, scratch, credentialsDirectory, clock }));
  try {
    const fact: Fact = {
      number: numberOf(await vault.authorization(CLIENT)),
      identity: (await vault.identity()) !== null,
    };
    const notice = (await vault.verify()) ?? vault.notices[0];
    if (notice !== undefined) return JSON.stringify(notice);
    await vault.rememberIdentity(identity);
    await vault.storeAuthorization(authorization(99));
    if (numberOf(await vault.authorization(CLIENT)) !== 99) return "can't be written";
    return JSON.stringify(fact);
  } finally {
    await vault.close();
  }
}

test("whatever a power cut leaves is the old state or the new one", { skip: noCompiler }, async (t) => {
  const recorder = new Recorder(t);
  const { ended } = await recorder.run([
    ...["open", "identity 0", "store 1", "record 0", "probe 0", "store 2", "store 3", "close 0"],
    ...["open", "store 4", "forget 0", "store 5", "close 0"],
  ]);
  assert.equal(ended, 0);
  await checkAll(t, recorder.base, everyCut(recorder.operations(), seededRandom(1)), null);
});

test("a power cut while a new key takes over loses nothing", { skip: noCompiler }, async (t) => {
  const recorder = new Recorder(t);
  await recorder.run(["open", "identity 0", "store 1", "close 0"]);
  const before = recorder.operations().length;
  const credentialsDirectory = join(recorder.base, "credentials");
  mkdirSync(credentialsDirectory);
  writeFileSync(join(credentialsDirectory, "vault_key"), "7".repeat(64));
  await recorder.run(["open", "close 0"], { credentialsDirectory });
  const cuts = everyCut(recorder.operations(), seededRandom(2), before);
  await checkAll(t, recorder.base, cuts, credentialsDirectory);

  // Whoever sees it open, and not closed yet, may take the older key away.
  const operations = recorder.operations();
  const disk = new PowerlessDisk();
  const open = operations.findLastIndex(
    (operation) => operation.kind === "mark" && operation.text.startsWith("begin close"),
  );
  for (const operation of operations.slice(0, open)) disk.perform(operation);
  for (const wreck of disk.wrecks(seededRandom(5))) {
    const said = await ask(
      join(recorder.base, "wreck"),
      new Map([...wreck].filter(([name]) => name !== "vault.key")),
      recorder.base,
      credentialsDirectory,
    );
    assert.deepEqual(JSON.parse(said), { number: 1, identity: true });
  }
});

test("what a killed daemon left in the page cache is made durable before it is relied on", {
  skip: noCompiler,
}, async (t) => {
  const recorder = new Recorder(t);
  const steps = ["open", "identity 0", "store 1", "store 2"];
  await recorder.run(steps);
  const complete = recorder.operations();
  const done = complete.findIndex(
    (operation) => operation.kind === "mark" && operation.text === "done store 2",
  );
  const commit = complete.slice(0, done).findLastIndex(({ kind }) => kind === "sync");
  const kill = complete.slice(0, commit + 1).filter(({ kind }) => kind !== "mark").length;

  const again = new Recorder(t);
  const { ended } = await again.run(steps, { kill });
  assert.equal(ended, "SIGKILL");
  const killed = again.operations().length;
  const { marks } = await again.run(["open", "store same", "store 3"]);
  assert.deepEqual(marks.slice(0, 2), ["begin store 2", "done store 2"]);
  await checkAll(t, again.base, everyCut(again.operations(), seededRandom(3), killed), null);
});

test("a daemon that is killed anywhere comes back with the old state or the new one", {
  skip: noCompiler,
}, async (t) => {
  const recorder = new Recorder(t);
  const random = seededRandom(4);
  const kills = 40;
  let promised = 0;
  for (let count = 1; count <= kills; count++) {
    const steps = ["open", ...Array.from({ length: 12 }, () => ["store next", "record 0", "probe 0"]).flat()];
    const { marks, ended } = await recorder.run(steps, { kill: 1 + Math.floor(random() * 120) });
    assert.equal(ended, "SIGKILL");
    for (const mark of marks) promised = Number(/^done store (\d+)$/.exec(mark)?.[1] ?? promised);
    const begun = marks.at(-1)?.startsWith("begin store") ? promised + 1 : promised;
    const clock = new ManualClock();
    const disk = new Disk({
      directory: recorder.directory,
      scratch: recorder.base,
      credentialsDirectory: null,
      clock,
    });
    const vault = await openStrictly(clock, disk);
    const number = numberOf(await vault.authorization(CLIENT)) ?? 0;
    assert.ok(number === promised || number === begun, `${number} after ${promised}`);
    assert.equal(await vault.verify(), null);
    assert.deepEqual(vault.notices, []);
    await vault.close();
    promised = number;
  }
  t.diagnostic(`${kills} kills, ${promised} authorizations stored`);
});
