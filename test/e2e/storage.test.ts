/** What becomes of a pairing when the storage is in trouble: the real daemon on real file systems. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { cannotMount, fill, fillInodes, mountTmpfs, remount } from "../daemon/vault/mounts.ts";
import { defer, sql } from "../daemon/vault/support.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

interface Stage {
  readonly simulator: Simulator;
  readonly board: Board;
  /** The state directory. */
  readonly directory: string;
  start(environment?: Readonly<Record<string, string>>, wrapper?: readonly string[]): DaemonProcess;
}

async function stage(t: TestContext, options: SimulatorOptions = {}): Promise<Stage> {
  const simulator = await startSimulator({ interval: 1, ...options });
  defer(t, () => simulator.close());
  const board = new Board();
  defer(t, () => board.remove());
  return {
    simulator,
    board,
    directory: `${board.root}/var/lib/c2cd`,
    start(environment = {}, wrapper = []) {
      const settings = { "display.paired_for": "0" };
      const daemon = new DaemonProcess(board, simulator, settings, { environment, wrapper });
      defer(t, () => daemon.end("SIGKILL"));
      return daemon;
    },
  };
}

async function pair({ simulator }: Stage, daemon: DaemonProcess): Promise<void> {
  await daemon.until("a code", ({ pairing }) => pairing !== null);
  simulator.approve();
  await daemon.until("paired", ({ state }) => state === "paired");
}

const noMount = cannotMount();

describe("a second daemon on the same state", () => {
  /** Ends a second daemon while the first one's picture stands still, and returns what it said. */
  async function second({ board, start }: Stage, wrapper?: readonly string[]): Promise<string> {
    const still = () => ({ at: statSync(`${board.root}/dev/fb0`).mtimeMs, bytes: board.memory() });
    const before = await eventually("a picture that stands still", async () => {
      const first = still();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return first.at === still().at ? first : null;
    });
    assert.ok(
      before.bytes.some((byte) => byte > 0),
      "there is a picture",
    );
    const daemon = start({}, wrapper);
    await eventually("its end", () => (daemon.child.exitCode === null ? null : true));
    assert.equal(daemon.child.exitCode, 75, daemon.output);
    const after = still();
    assert.ok(after.bytes.equals(before.bytes), "another picture");
    assert.equal(after.at, before.at, "the screen was written to");
    return daemon.output;
  }

  test("says so, ends with 75, and the first one's picture does not blink", async (t) => {
    const here = await stage(t);
    await pair(here, here.start());
    assert.match(await second(here), /Another c2cd is running: it holds .*\/var\/lib\/c2cd\./);
  });

  test("does so for another user", { skip: noMount }, async (t) => {
    const here = await stage(t);
    chmodSync(here.board.root, 0o755);
    // The first daemon opens a display anew whose permissions change.
    chmodSync(`${here.board.root}/dev/fb0`, 0o666);
    await pair(here, here.start());
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    assert.match(
      await second(here, nobody),
      /\/run\/c2cd belongs to another user, whose c2cd may be running\./,
    );
  });

  test("does so on a card that nobody can write as well", { skip: noMount }, async (t) => {
    const here = await stage(t);
    mountTmpfs(t, here.directory, "1m");
    const first = here.start();
    await pair(here, first);
    await first.end();
    remount(here.directory, "ro");
    await here.start().until("paired, from what was stored", ({ state }) => state === "paired");
    assert.match(await second(here), /Another c2cd is running: it holds .*\/run\/c2cd\./);
  });
});

/** A trouble of the table in docs/operate.md, and how it is made: what is returned is the daemon that has it. */
type Trouble = (here: Stage, t: TestContext) => Promise<DaemonProcess>;

/** A daemon that was paired, and has ended. */
async function wasPaired(here: Stage): Promise<void> {
  const daemon = here.start();
  await pair(here, daemon);
  await daemon.end();
}

/** Has something written: the project gets another name, and a program doubts what is known of the device. */
async function write({ simulator }: Stage, daemon: DaemonProcess): Promise<void> {
  simulator.renameProject("Feature Film", "Renamed");
  await daemon.ask("POST", "/v1/upload/refused");
  await daemon.until("the new name", ({ project }) => project?.name === "Renamed");
}

/** Has new tokens fetched, and waits for them. */
async function refresh(daemon: DaemonProcess): Promise<void> {
  const access_token = await daemon.accessToken();
  await daemon.ask("POST", "/v1/token/refused", { access_token });
  await eventually("a new token", async () =>
    (await daemon.ask("GET", "/v1/token")).status === 200 && (await daemon.accessToken()) !== access_token
      ? true
      : null,
  );
}

function slow({ board, directory }: Stage): Readonly<Record<string, string>> {
  const library = `${board.root}/slow-sync.so`;
  const source = fileURLToPath(new URL("slow-sync.c", import.meta.url));
  assert.equal(spawnSync("gcc", ["-shared", "-fPIC", "-o", library, source]).status, 0);
  return { LD_PRELOAD: library, SLOW_BELOW: directory, SLOW_SECONDS: "5" };
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  async "slow: each sync takes 5 s"(here) {
    await wasPaired(here);
    const daemon = here.start(slow(here));
    await daemon.until("paired", ({ state }) => state === "paired");
    await refresh(daemon);
    assert.doesNotMatch(daemon.output, /storage-failing/);
    return daemon;
  },
  async "full, since it is paired"(here, t) {
    mountTmpfs(t, here.directory, "256k");
    const daemon = here.start();
    await pair(here, daemon);
    fill(here.directory);
    // The log has room for some.
    await eventually("a refusal", async () => {
      await write(here, daemon);
      here.simulator.renameProject("Renamed", "Feature Film");
      return (await daemon.snapshot()).health.length > 0 ? true : null;
    });
    return daemon;
  },
  async "full, from the start"(here, t) {
    mountTmpfs(t, here.directory, "64k");
    fill(here.directory);
    const daemon = here.start();
    await pair(here, daemon);
    await refresh(daemon);
    return daemon;
  },
  async "read-only"(here, t) {
    mountTmpfs(t, here.directory, "1m");
    await wasPaired(here);
    remount(here.directory, "ro");
    const daemon = here.start();
    await daemon.until("paired", ({ state }) => state === "paired");
    assert.match(daemon.output, /<3>storage-failing: Storage problem. The storage is read-only/);
    return daemon;
  },
  async "read-only, and the tokens have been refreshed since"(here, t) {
    mountTmpfs(t, here.directory, "1m");
    await wasPaired(here);
    remount(here.directory, "ro");
    const daemon = here.start();
    await daemon.until("paired", ({ state }) => state === "paired");
    await refresh(daemon);
    return daemon;
  },
  async "a database of another schema"(here) {
    await wasPaired(here);
    await sql(join(here.directory, "c2cd.db"), "PRAGMA user_version = 2");
    return here.start();
  },
  async "a database that has lost its authorizations"(here) {
    await wasPaired(here);
    await sql(join(here.directory, "c2cd.db"), "DROP TABLE authorization");
    return here.start();
  },
  async "a database of a later version"(here) {
    await wasPaired(here);
    await sql(join(here.directory, "c2cd.db"), "PRAGMA user_version = 67");
    return here.start();
  },
  async "`vault.key` cut while c2cd is stopped"(here) {
    await wasPaired(here);
    truncateSync(join(here.directory, "vault.key"), 32);
    return here.start();
  },
  async "`vault.key` removed while c2cd is stopped"(here) {
    await wasPaired(here);
    rmSync(join(here.directory, "vault.key"));
    return here.start();
  },
  async "`vault.key` cut while c2cd runs"(here) {
    const daemon = here.start();
    await pair(here, daemon);
    truncateSync(join(here.directory, "vault.key"), 32);
    await refresh(daemon);
    return daemon;
  },
  async "`vault.key` removed while c2cd runs"(here) {
    const daemon = here.start();
    await pair(here, daemon);
    rmSync(join(here.directory, "vault.key"));
    await refresh(daemon);
    return daemon;
  },
  async "the state directory replaced by an empty one"(here) {
    const daemon = here.start();
    await pair(here, daemon);
    for (const name of readdirSync(here.directory)) rmSync(join(here.directory, name));
    await refresh(daemon);
    return daemon;
  },
  async "no inodes left, since it is paired"(here, t) {
    mountTmpfs(t, here.directory, "1m", 24);
    const daemon = here.start();
    await pair(here, daemon);
    fillInodes(here.directory);
    await refresh(daemon);
    return daemon;
  },
  async "no inodes left, from the start"(here, t) {
    mountTmpfs(t, here.directory, "1m", 24);
    fillInodes(here.directory);
    const daemon = here.start();
    await pair(here, daemon);
    await refresh(daemon);
    return daemon;
  },
};

/** The table's rows below their heading, as cells. */
const DOCUMENTED: ReadonlyMap<string, readonly string[]> = new Map(
  (readFileSync("docs/operate.md", "utf8").split(/^## When the storage is in trouble$/m)[1] ?? "")
    .split(/^## /m, 1)[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "))
    .map(([trouble = "", ...cells]) => [trouble, cells]),
);

/** What is documented of a trouble. `reads` are the headlines of its problems. */
function documented(trouble: string) {
  const [paired, tokens, after, reads = ""] =
    DOCUMENTED.get(trouble) ?? assert.fail("not in docs/operate.md");
  const yes = (cell = "") => {
    assert.match(cell, /^(yes|no)\b/);
    return cell.startsWith("yes");
  };
  return {
    paired: yes(paired),
    tokens: yes(tokens),
    after: yes(after),
    reads: reads.split("; ").filter((headline) => headline !== "nothing"),
  };
}

/** Waits until a daemon is paired or offers a code, as expected; and whether a program gets a token that Frame.io takes. */
async function arrives({ simulator }: Stage, daemon: DaemonProcess, paired: boolean): Promise<boolean> {
  await daemon.until(paired ? "paired" : "a code", ({ state, pairing }) =>
    paired ? state === "paired" : pairing !== null,
  );
  const { status, body } = await daemon.ask("GET", "/v1/token");
  if (status !== 200) return false;
  const { access_token } = JSON.parse(body) as { access_token: string };
  const authorization = `Bearer ${access_token}`;
  return (await fetch(`${simulator.url}/v2/devices/me`, { headers: { authorization } })).status === 200;
}

describe("a storage in trouble", {
  skip: noMount || (spawnSync("gcc", ["--version"]).error === undefined ? false : "gcc is not installed"),
}, () => {
  for (const [name, bringAbout] of Object.entries(TROUBLES))
    test(name, async (t) => {
      const { paired, tokens, after, reads } = documented(name);
      const here = await stage(t);
      const daemon = await bringAbout(here, t);
      assert.equal(await arrives(here, daemon, paired), tokens, "tokens");
      await daemon.until(`to read ${reads}`, ({ health }) => {
        const headlines = health.map(({ code }) => CATALOGUE.en.problems[code].headline);
        return isDeepStrictEqual(headlines.sort(), reads.toSorted());
      });
      await daemon.end("SIGKILL");
      assert.equal(await arrives(here, here.start(), after), after, "after a power cut");
    });

  test("every row of the table is tried", () => {
    assert.deepEqual([...DOCUMENTED.keys()].slice(1), Object.keys(TROUBLES));
  });
});
