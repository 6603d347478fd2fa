import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { createNotifier, type Notifier, STATUS_INTERVAL_MS } from "../../../daemon/service/notifier.ts";
import { startWatchdog, watchdogUsec } from "../../../daemon/service/watchdog.ts";

/** A clock whose time passes only when told to. */
class ManualClock {
  #now = 0;
  #timers: { due: number; run: () => void }[] = [];

  elapsed(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { due: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = next.due;
      next.run();
    }
    this.#now = end;
  }
}

const directory = mkdtempSync(join(tmpdir(), "notifier-"));
const socket = join(directory, "notify");
const manager = spawn("python3", [fileURLToPath(new URL("manager.py", import.meta.url)), socket], {
  stdio: ["ignore", "pipe", "inherit"],
});
const received: string[] = [];
const STOPPING = "STOPPING=1\nSTATUS=Stopped";

describe("under a service manager", () => {
  let clock: ManualClock;
  let notifier: Notifier;
  const warnings: string[] = [];

  before(async () => {
    const lines = createInterface(manager.stdout);
    await once(lines, "line");
    lines.on("line", (line) => received.push(JSON.parse(line)));
    process.env.NOTIFY_SOCKET = socket;
  });

  after(() => {
    manager.kill();
    rmSync(directory, { recursive: true });
  });

  beforeEach(() => {
    received.length = 0;
    warnings.length = 0;
    clock = new ManualClock();
    notifier = createNotifier({
      environment: process.env,
      clock,
      monotonicUsec: () => 123_456n,
      warn: (message) => warnings.push(message),
    });
  });

  /** What has arrived once everything that was asked for is sent. */
  async function sent(): Promise<string[]> {
    await notifier.stopping();
    while (!received.includes(STOPPING) && warnings.length === 0) await new Promise(setImmediate);
    return received.slice(0, received.indexOf(STOPPING));
  }

  it("says READY=1 with the status in one datagram", async () => {
    notifier.status("Starting");
    await notifier.ready();
    const messages = await sent();
    assert.equal(messages.length, 1);
    assert.deepEqual(
      // MAINPID= and, from systemd 257 on, MAINPIDFDID= say who is meant.
      messages[0]?.split("\n").filter((line) => !line.startsWith("MAINPID")),
      ["READY=1", "STATUS=Starting"],
    );
    assert.equal(notifier.spawned, 2);
    assert.deepEqual(warnings, []);
  });

  it("stamps RELOADING=1 as Type=notify-reload needs it, before the READY=1 that ends it", async () => {
    void notifier.reloading();
    void notifier.ready();
    const messages = await sent();
    assert.equal(messages[0], "RELOADING=1\nMONOTONIC_USEC=123456");
    assert.match(messages[1] ?? "", /^READY=1/m);
  });

  it("sends only the newest of many statuses, and each but once", async () => {
    notifier.status("one");
    clock.pass(0);
    await notifier.reloading();
    for (const text of ["two", "three", "four", "four"]) notifier.status(text);
    clock.pass(STATUS_INTERVAL_MS - 1);
    notifier.status("five");
    clock.pass(1);
    notifier.status("five");
    clock.pass(10 * STATUS_INTERVAL_MS);
    const statuses = (await sent()).flatMap((message) => /^STATUS=(.*)$/m.exec(message)?.[1] ?? []);
    assert.deepEqual(statuses, ["one", "five"]);
  });

  it("does not repeat a status that READY=1 took along", async () => {
    notifier.status("Waiting");
    clock.pass(0);
    await notifier.ready();
    clock.pass(10 * STATUS_INTERVAL_MS);
    const statuses = (await sent()).filter((message) => message.includes("STATUS=Waiting"));
    assert.equal(statuses.length, 1);
  });

  it("keeps a status from smuggling in another assignment", async () => {
    notifier.status("Connected to project\nWATCHDOG=trigger");
    clock.pass(0);
    assert.match((await sent())[0] ?? "", /^STATUS=Connected to project WATCHDOG=trigger$/m);
  });

  it("queues one ping at a time, however slow the manager is", async () => {
    notifier.watchdog();
    notifier.watchdog();
    notifier.watchdog();
    assert.deepEqual(await sent(), ["WATCHDOG=1"]);
  });

  it("leaves no status behind when it stops, and is silent then", async () => {
    notifier.status("about to change");
    await notifier.stopping();
    notifier.status("too late");
    clock.pass(10 * STATUS_INTERVAL_MS);
    await notifier.stopping();
    assert.deepEqual(received, [STOPPING, STOPPING]);
  });

  it("warns once and carries on when the manager is gone", async () => {
    process.env.NOTIFY_SOCKET = join(directory, "nobody");
    await notifier.ready();
    await notifier.reloading();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^systemd can't be told about this service: .+/);
    process.env.NOTIFY_SOCKET = socket;
    await notifier.ready();
    assert.equal((await sent()).length, 1);
  });

  /** Only these programs are to be found. */
  async function withPrograms(names: readonly string[], run: () => Promise<void>): Promise<void> {
    const path = process.env.PATH;
    const programs = mkdtempSync(join(directory, "bin-"));
    for (const name of names)
      symlinkSync(execFileSync("which", [name], { encoding: "utf8" }).trim(), join(programs, name));
    process.env.PATH = programs;
    try {
      await run();
    } finally {
      process.env.PATH = path;
    }
  }

  it("tells the manager by Perl where an image has no systemd-notify", async () => {
    await withPrograms(["perl"], async () => {
      notifier.status("Paired with “Film – 2”");
      await notifier.ready();
      notifier.watchdog();
      await notifier.reloading();
      assert.deepEqual(await sent(), [
        "READY=1\nSTATUS=Paired with “Film – 2”",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=123456",
      ]);
    });
    assert.deepEqual(warnings, []);
  });

  it("reaches a manager in the abstract namespace by Perl", async () => {
    const name = `\0c2cd-notifier-${process.pid}`;
    const abstract = spawn("python3", [
      "-c",
      "import socket,sys; s=socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('\\0'+sys.argv[1]); print('up',flush=True); print(s.recv(999).decode(),flush=True)",
      name.slice(1),
    ]);
    const lines = createInterface(abstract.stdout);
    await once(lines, "line");
    process.env.NOTIFY_SOCKET = `@${name.slice(1)}`;
    const heard = once(lines, "line");
    await withPrograms(["perl"], () => notifier.ready());
    assert.deepEqual(await heard, ["READY=1"]);
    process.env.NOTIFY_SOCKET = socket;
    assert.deepEqual(warnings, []);
  });

  it("warns once and carries on where neither program is installed", async () => {
    await withPrograms([], async () => {
      await notifier.ready();
      await notifier.stopping();
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /systemd can't be told about this service: .*perl/);
  });
});

it("starts no program where no service manager listens", async () => {
  const silent = createNotifier({
    environment: {},
    clock: new ManualClock(),
    monotonicUsec: () => 0n,
    warn: assert.fail,
  });
  silent.status("x");
  silent.watchdog();
  await Promise.all([silent.reloading(), silent.ready(), silent.stopping()]);
  assert.equal(silent.spawned, 0);
});

describe("watchdog", () => {
  it("reads the period that sd_watchdog_enabled(3) would", () => {
    assert.equal(watchdogUsec({ WATCHDOG_USEC: "180000000", WATCHDOG_PID: "42" }, 42), 180_000_000);
    assert.equal(watchdogUsec({ WATCHDOG_USEC: "180000000" }, 42), 180_000_000);
    assert.equal(watchdogUsec({ WATCHDOG_USEC: "180000000", WATCHDOG_PID: "41" }, 42), null);
    assert.equal(watchdogUsec({}, 42), null);
    assert.equal(watchdogUsec({ WATCHDOG_USEC: "soon" }, 42), null);
  });

  it("pings three times a period while the loops move, and not once while they stand still", () => {
    const clock = new ManualClock();
    let pings = 0;
    let moving = true;
    const stop = startWatchdog(clock, { watchdog: () => (pings += 1) }, 90_000_000, () => moving);
    clock.pass(90_000);
    assert.equal(pings, 3);
    moving = false;
    clock.pass(90_000);
    assert.equal(pings, 3);
    moving = true;
    clock.pass(30_000);
    assert.equal(pings, 4);
    stop();
    clock.pass(900_000);
    assert.equal(pings, 4);
  });
});
