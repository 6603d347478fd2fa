import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { ProblemCode } from "../../../daemon/contract/problems.ts";
import type { Snapshot } from "../../../daemon/contract/snapshot.ts";
import type { StateName } from "../../../daemon/contract/states.ts";
import { demosOf } from "../../../daemon/screens/demo.ts";
import { Presenter, type PresenterOptions } from "../../../daemon/screens/presenter.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadTexts } from "../../../daemon/texts/screen/load.ts";
import type {
  CellPicture,
  Display,
  LightDisplay,
  PixelCapabilities,
  Signal,
} from "../../../hw/displays/contract/display.ts";
import { DisplayChanged, DisplayError } from "../../../hw/linux/errors.ts";
import type { Picture } from "../../../hw/picture/picture.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";
import { READERS, rasterOf } from "./readers.ts";
import { OFFER, problem, snapshotOf } from "./snapshots.ts";

const PANEL: PixelCapabilities = {
  surface: "pixels",
  driver: "framebuffer",
  device: "/dev/fb0",
  name: "panel",
  width: 320,
  height: 240,
  format: "RGB565",
  stride: 640,
  monochrome: false,
  refresh: "fast",
  physical: null,
};

/** A display that writes down what it is told, and breaks or stalls when the test says so. */
class FakePanel {
  readonly capabilities: PixelCapabilities;
  readonly calls: string[] = [];
  readonly pictures: Picture[] = [];
  broken: string | null = null;
  gate: Promise<void> = Promise.resolve();
  #showing = false;

  constructor(capabilities: PixelCapabilities = PANEL) {
    this.capabilities = capabilities;
  }

  async show(picture: Picture): Promise<void> {
    assert.equal(this.#showing, false, "pictures overlap");
    this.#showing = true;
    await this.gate;
    this.#showing = false;
    if (this.broken !== null) throw new DisplayError(this.broken);
    this.calls.push("show");
    // As the glass keeps it: the picture's memory serves the one after the next.
    this.pictures.push({ ...picture, pixels: picture.pixels.slice() });
  }

  async clear(): Promise<void> {
    this.calls.push("clear");
  }

  async close(): Promise<void> {
    this.calls.push("close");
  }
}

/** What the presenter stands between: a clock, a daemon with a state, and whoever wants to know. */
class Bench {
  readonly clock = new ManualClock();
  readonly lost: string[] = [];
  changes = 0;
  #snapshot: Snapshot;
  #since = 0;
  readonly #listeners = new Set<() => void>();

  constructor(first: StateName = "waiting-for-network") {
    this.#snapshot = snapshotOf(first);
  }

  presenter(open: () => Promise<Display>, more: Partial<PresenterOptions> = {}): Presenter {
    return new Presenter({
      language: "en",
      pairedFor: 30,
      clock: this.clock,
      root: "/nonexistent",
      page: { acts: true, pin: null },
      open,
      source: {
        snapshot: () => this.#current(),
        subscribe: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      urgent: () => null,
      changed: () => this.changes++,
      lost: (message) => this.lost.push(message),
      ...more,
    });
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async become(snapshot: Snapshot): Promise<void> {
    this.#snapshot = snapshot;
    this.#since = this.clock.elapsed();
    this.tell();
    await settled();
  }

  /** As the daemon does at each change. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #current(): Snapshot {
    const { pairing } = this.#snapshot;
    if (pairing === null) return this.#snapshot;
    const gone = Math.floor((this.clock.elapsed() - this.#since) / 1000);
    return { ...this.#snapshot, pairing: { ...pairing, expires_in: Math.max(0, pairing.expires_in - gone) } };
  }
}

/** `settled`, where a presenter's first picture is among what is awaited: it loads its words, and we after it. */
async function spoken(): Promise<void> {
  await settled();
  await loadTexts("en");
  await settled();
}

test("start resolves with the first picture on the display", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  assert.deepEqual(panel.calls, ["show"]);
  assert.deepEqual(presenter.picture(), panel.pictures[0]);
  assert.deepEqual(presenter.view(), {
    driver: "framebuffer",
    device: "/dev/fb0",
    name: "panel",
    width: 320,
    height: 240,
    qr_module: null,
    qr_quiet: null,
  });
  await presenter.close();
});

test("a start that is over at once shows the code first, and one that is not shows itself", async () => {
  const quick = new Bench("starting");
  const panel = new FakePanel();
  const presenter = quick.presenter(async () => panel);
  await presenter.start();
  await quick.clock.advance(200);
  await quick.become(snapshotOf("requesting-code"));
  await quick.clock.advance(49);
  assert.deepEqual(panel.calls, []);
  await quick.become(snapshotOf("awaiting-user"));
  assert.deepEqual(panel.calls, ["show"]);
  assert.notEqual(presenter.view().qr_module, null);
  await quick.become(snapshotOf("requesting-code"));
  assert.equal(presenter.view().qr_module, null, "a code that counts no more does not stay");
  await presenter.close();

  const slow = new Bench("starting");
  const other = new FakePanel();
  const patient = slow.presenter(async () => other);
  await patient.start();
  await slow.clock.advance(249);
  assert.deepEqual(other.calls, []);
  await slow.clock.advance(1);
  assert.deepEqual(other.calls, ["show"]);
  await patient.close();
});

test("a picture waits for what is more urgent, the countdown's as well, and is one picture then", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  let urgent: Promise<void> | null = null;
  const presenter = bench.presenter(async () => panel, { urgent: () => urgent });
  await presenter.start();
  await bench.become(snapshotOf("awaiting-user"));
  const before = panel.pictures.length;
  let over = () => {};
  urgent = new Promise((resolve) => {
    over = resolve;
  });
  await bench.clock.advance(3_000);
  await bench.become(snapshotOf("confirming"));
  assert.equal(panel.pictures.length, before);
  urgent = null;
  over();
  await settled();
  assert.equal(panel.pictures.length, before + 1);
  await presenter.close();
});

test("the view tells how much white a code has around it, which on a small display is less than four modules", async () => {
  for (const [width, height, module, quiet] of [
    [320, 240, 6, 24],
    [128, 64, 2, 7],
    [128, 32, null, null],
  ] as const) {
    const bench = new Bench();
    const panel = new FakePanel({ ...PANEL, width, height, monochrome: width === 128 });
    const presenter = bench.presenter(async () => panel);
    await presenter.start();
    await bench.become(snapshotOf("awaiting-user"));
    const { qr_module, qr_quiet } = presenter.view();
    assert.deepEqual([qr_module, qr_quiet], [module, quiet]);
    await presenter.close();
  }
});

test("a countdown is drawn each second on a fast display, each five seconds on a slow one", async () => {
  for (const [refresh, expected] of [
    ["fast", 10],
    ["slow", 2],
  ] as const) {
    const bench = new Bench();
    const panel = new FakePanel({ ...PANEL, refresh });
    const presenter = bench.presenter(async () => panel);
    await presenter.start();
    await bench.become(snapshotOf("awaiting-user"));
    assert.equal(presenter.view().qr_module, 6);
    const before = panel.pictures.length;
    await bench.clock.advance(10_000);
    assert.equal(panel.pictures.length - before, expected, refresh);
    assert.notDeepEqual(panel.pictures.at(-1)?.pixels, panel.pictures[before - 1]?.pixels);
    await presenter.close();
  }
});

test("nothing is drawn while nothing changes", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  await bench.become(snapshotOf("waiting-for-network"));
  const before = panel.calls.length;
  await bench.clock.advance(3_600_000);
  assert.equal(panel.calls.length, before);
  assert.equal(bench.clock.pending, 0);
  await presenter.close();
});

test("what changes while a picture is being written is in the next one, and only the last of it", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  let release = () => {};
  panel.gate = new Promise((resolve) => {
    release = resolve;
  });
  const presenter = bench.presenter(async () => panel);
  const started = presenter.start();
  await settled();
  for (const user_code of ["111111", "222222", "333333"])
    await bench.become(snapshotOf("awaiting-user", { pairing: { ...OFFER, user_code } }));
  release();
  await started;
  assert.equal(panel.pictures.length, 2);
  await presenter.close();
});

test("the paired screen stays for its time, then the display is given back, and taken again for a new code", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  await bench.become(snapshotOf("paired"));
  await bench.clock.advance(29_999);
  assert.deepEqual(panel.calls, ["show", "show"]);
  await bench.clock.advance(1);
  assert.deepEqual(panel.calls, ["show", "show", "clear"]);
  assert.equal(presenter.picture(), null);
  await bench.become(snapshotOf("paired", { project: { id: "1", name: "Another name" } }));
  assert.deepEqual(panel.calls, ["show", "show", "clear"]);
  await bench.become(snapshotOf("awaiting-user"));
  assert.deepEqual(panel.calls, ["show", "show", "clear", "show"]);
  await presenter.close();
});

test("a wake shows the paired screen for its whole time again, and so does the button", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  await bench.become(snapshotOf("paired"));
  await bench.clock.advance(20_000);
  presenter.wake();
  await settled();
  await bench.clock.advance(29_999);
  assert.equal(panel.calls.at(-1), "show");
  await bench.clock.advance(1);
  assert.equal(panel.calls.at(-1), "clear");
  presenter.wake();
  await settled();
  assert.equal(panel.calls.at(-1), "show");
  await bench.clock.advance(30_000);
  assert.equal(panel.calls.at(-1), "clear");

  await bench.become(snapshotOf("paired", { button: { phase: "counting", seconds_left: 4 } }));
  const counting = panel.pictures.at(-1);
  assert.equal(panel.calls.at(-1), "show");
  await bench.clock.advance(30_000);
  assert.equal(panel.calls.at(-1), "show", "not while the button is held");
  await bench.become(snapshotOf("paired"));
  assert.notDeepEqual(panel.pictures.at(-1)?.pixels, counting?.pixels);
  await bench.clock.advance(30_000);
  assert.equal(panel.calls.at(-1), "clear");
  await presenter.close();
});

test("a new problem of the pairing lights a display that was given back, and what flickers or is minor does not", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  const become = (...codes: ProblemCode[]) =>
    bench.become(snapshotOf("paired", { health: codes.map(problem) }));
  const dark = async () => {
    await bench.clock.advance(30_000);
    return panel.calls.at(-1) === "clear";
  };
  await presenter.start();
  await become();
  assert.ok(await dark());
  await become("storage-recovered", "display-missing");
  assert.equal(panel.calls.at(-1), "clear");
  await become("server-unreachable");
  assert.equal(panel.calls.at(-1), "show");
  await bench.clock.advance(29_999);
  assert.equal(panel.calls.at(-1), "show");
  await bench.clock.advance(1);
  assert.equal(panel.calls.at(-1), "clear");
  await bench.clock.advance(3_600_000);
  await become("server-unreachable", "qr-too-small");
  assert.equal(panel.calls.at(-1), "clear", "an old problem is no news");
  await become("server-unreachable", "paused");
  assert.equal(panel.calls.at(-1), "show");
  assert.ok(await dark());
  await become();
  await become("paused");
  assert.equal(panel.calls.at(-1), "clear", "nor is one that was here a moment ago");
  await become();
  await bench.clock.advance(600_000);
  await become("paused");
  assert.equal(panel.calls.at(-1), "show");
  await presenter.close();
});

test("with paired_for = 0 the paired screen stays", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel, { pairedFor: 0 });
  await presenter.start();
  await bench.become(snapshotOf("paired"));
  await bench.clock.advance(86_400_000);
  assert.deepEqual(panel.calls, ["show", "show"]);
  await presenter.close();
});

test("a lost display is said once, opened again with back-off, and drawn anew", async () => {
  const bench = new Bench();
  const panels: FakePanel[] = [];
  const gone = "/dev/fb0 is gone; plug the display in.";
  let plugged = true;
  const tries: number[] = [];
  const presenter = bench.presenter(async () => {
    tries.push(bench.clock.elapsed());
    if (!plugged) throw new DisplayError(gone);
    const panel = new FakePanel();
    panels.push(panel);
    return panel;
  });
  await presenter.start();
  plugged = false;
  const [first] = panels;
  assert.ok(first);
  first.broken = gone;
  await bench.become(snapshotOf("awaiting-user"));
  assert.equal(presenter.missing(), gone);
  assert.equal(presenter.picture(), null);
  assert.equal(presenter.view().driver, "none");
  assert.equal(first.calls.at(-1), "close");
  await bench.clock.advance(7_000);
  assert.deepEqual(tries, [0, 1000, 3000, 7000]);
  assert.deepEqual(bench.lost, [gone]);
  plugged = true;
  await bench.clock.advance(8_000);
  assert.equal(presenter.missing(), null);
  assert.ok((panels[1]?.pictures.length ?? 0) > 0);
  assert.equal(presenter.view().qr_module, 6);
  await presenter.close();
});

test("a display that has changed is opened again at once, and nobody is told that it was lost", async () => {
  const bench = new Bench();
  const before = new FakePanel();
  const after = new FakePanel({ ...PANEL, width: 240, height: 320 });
  const panels = [before, after];
  const presenter = bench.presenter(async () => panels.shift() ?? after);
  await presenter.start();
  before.show = () => Promise.reject(new DisplayChanged("/dev/fb0 has another mode now: open it again."));
  await bench.become(snapshotOf("idle"));
  assert.deepEqual(before.calls, ["show", "close"]);
  assert.deepEqual(after.calls, ["show"]);
  assert.deepEqual(bench.lost, []);
  assert.equal(presenter.missing(), null);
  assert.equal(presenter.view().width, 240);
});

test("a display that changes without end is lost, and tried again later", async () => {
  const bench = new Bench();
  let opened = 0;
  const restless = new FakePanel();
  restless.show = () => Promise.reject(new DisplayChanged("/dev/fb0 has another mode now: open it again."));
  const presenter = bench.presenter(async () => {
    opened++;
    return restless;
  });
  await presenter.start();
  assert.equal(opened, 2);
  assert.equal(bench.lost.length, 1);
  await presenter.close();
});

test("a display that left is missed until another comes, though there is nothing to draw on meanwhile", async () => {
  const bench = new Bench();
  const nothing: Display = {
    capabilities: { surface: "nothing", driver: "none", device: null, name: "no display" },
    clear: async () => {},
    close: async () => {},
  };
  const displays: Display[] = [nothing, new FakePanel(), nothing, new FakePanel()];
  const presenter = bench.presenter(async () => displays.shift() ?? nothing);
  await presenter.start();
  assert.equal(presenter.missing(), null, "where there never was one, none is missed");
  const reopened = async () => {
    presenter.reopen();
    await spoken();
    return presenter.missing();
  };
  assert.equal(await reopened(), null);
  assert.equal(await reopened(), "/dev/fb0 has disappeared: check the cable of the display.");
  await bench.become(snapshotOf("requesting-code"));
  assert.equal(await reopened(), null, "it is back");
  assert.equal(presenter.view().device, "/dev/fb0");
  await presenter.close();
});

test("no display at start is no failure, and one that is reported is opened at once", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  let plugged = false;
  const presenter = bench.presenter(async () => {
    if (!plugged) throw new DisplayError("There is no display.");
    return panel;
  });
  await presenter.start();
  assert.equal(presenter.missing(), "There is no display.");
  plugged = true;
  presenter.reopen();
  await spoken();
  assert.equal(presenter.missing(), null);
  assert.deepEqual(panel.calls, ["show"]);
  await presenter.close();
});

test("reopen opens one display, where everyone who is told of a change asks for a picture", async () => {
  const bench = new Bench();
  let opened = 0;
  const presenter = bench.presenter(
    async () => {
      opened += 1;
      // A driver is loaded first.
      await turn();
      return new FakePanel();
    },
    { changed: () => bench.tell() },
  );
  await presenter.start();
  presenter.reopen();
  await turn();
  await settled();
  assert.equal(opened, 2);
  await presenter.close();
});

test("reopen closes the display before it opens the next", async () => {
  const bench = new Bench();
  const log: string[] = [];
  let count = 0;
  const presenter = bench.presenter(async () => {
    const name = `panel ${++count}`;
    log.push(`open ${name}`);
    const panel = new FakePanel();
    panel.close = async () => {
      log.push(`close ${name}`);
    };
    return panel;
  });
  await presenter.start();
  presenter.reopen();
  await settled();
  await presenter.close();
  assert.deepEqual(log, ["open panel 1", "close panel 1", "open panel 2", "close panel 2"]);
});

test("close wipes the display after the picture under way, and leaves no timer and no listener", async () => {
  const bench = new Bench();
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  await bench.become(snapshotOf("awaiting-user"));
  await presenter.close();
  await presenter.close();
  assert.deepEqual(panel.calls, ["show", "show", "close"]);
  assert.equal(bench.clock.pending, 0);
  assert.equal(bench.listeners, 0);
});

test("a code that fits no QR code on the display is told", async () => {
  const bench = new Bench();
  const panel = new FakePanel({ ...PANEL, width: 128, height: 32, monochrome: true });
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  assert.equal(presenter.qrTooSmall(), false);
  await bench.become(snapshotOf("awaiting-user"));
  assert.equal(presenter.qrTooSmall(), true);
  assert.ok(bench.changes > 0);
  await bench.become(snapshotOf("idle"));
  assert.equal(presenter.qrTooSmall(), false);
  await presenter.close();
});

test("a project's name that no font can draw is told, until there is another", async () => {
  const bench = new Bench("paired");
  const presenter = bench.presenter(async () => new FakePanel());
  await bench.become(snapshotOf("paired", { project: { id: "1", name: "東京ドラマ" } }));
  await presenter.start();
  assert.equal(presenter.undrawable(), "東京ドラマ");
  const { changes } = bench;
  await bench.become(snapshotOf("paired"));
  assert.equal(presenter.undrawable(), null);
  assert.ok(bench.changes > changes);
  await presenter.close();
});

test("a display of cells gets characters, and none gets nothing", async () => {
  const bench = new Bench();
  const shown: CellPicture[] = [];
  const presenter = bench.presenter(async () => ({
    capabilities: {
      surface: "cells",
      driver: "terminal",
      device: null,
      name: "terminal",
      utf8: true,
      columns: 80,
      rows: 24,
    },
    show: async (picture: CellPicture) => {
      shown.push(picture);
    },
    clear: async () => {},
    close: async () => {},
  }));
  await presenter.start();
  await bench.become(snapshotOf("awaiting-user"));
  assert.match(shown.at(-1)?.lines.join("\n") ?? "", /482 913/);
  assert.equal(presenter.picture(), null);
  await presenter.close();

  const none = bench.presenter(async () => ({
    capabilities: { surface: "nothing", driver: "none", device: null, name: "none" },
    clear: async () => {},
    close: async () => {},
  }));
  await none.start();
  assert.equal(none.missing(), null);
  assert.equal(none.view().width, null);
  await none.close();
});

test("a display that nobody sees is missed and drawn on all the same, until it is another one", async () => {
  const bench = new Bench();
  const unseen = "No monitor is connected to HDMI-A-1: plug one in.";
  const [dark, plugged] = [Object.assign(new FakePanel(), { unseen }), new FakePanel()];
  const displays = [dark, plugged];
  const presenter = bench.presenter(async () => displays.shift() ?? plugged);
  await presenter.start();
  assert.equal(presenter.missing(), unseen);
  await bench.become(snapshotOf("awaiting-user"));
  assert.equal(dark.pictures.length, 2);
  presenter.reopen();
  await settled();
  assert.equal(presenter.missing(), null);
  assert.equal(plugged.pictures.length, 1);
  await presenter.close();
});

/** What a phone reads on the display; "" for nothing. */
async function scanned(presenter: Presenter): Promise<string> {
  const picture = presenter.picture();
  return (picture && (await READERS.jsqr?.(rasterOf(picture)))) ?? "";
}

test("a demonstration stays for ten seconds on the display, and then what is true is there again", async () => {
  const bench = new Bench("idle");
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  assert.ok((await presenter.demos()).includes("awaiting-user"));
  const told = bench.changes;
  assert.equal(await presenter.demonstrate("no such screen"), "unknown");
  assert.equal(await presenter.demonstrate("awaiting-user"), "shown");
  assert.equal(panel.pictures.length, 2);
  assert.deepEqual([presenter.qrTooSmall(), presenter.view().qr_module], [false, null]);
  await bench.clock.advance(9_900);
  assert.deepEqual(panel.pictures.at(-1), panel.pictures[1]);
  await bench.clock.advance(200);
  assert.deepEqual(panel.pictures.at(-1), panel.pictures[0]);
  assert.equal(bench.changes, told, "what the display is said to show has changed");
  await presenter.close();
});

test("a demonstration does not wait for a start that leaves the display for later, and finds one that opens slowly", async () => {
  const bench = new Bench("paired");
  const panel = new FakePanel();
  let arrive = (_: Display) => {};
  const arrival = new Promise<Display>((resolve) => {
    arrive = resolve;
  });
  const presenter = bench.presenter(() => arrival);
  const demonstrations = [presenter.demonstrate("idle"), presenter.demonstrate("idle")];
  await spoken();
  arrive(panel);
  assert.deepEqual(await Promise.all(demonstrations), ["shown", "shown"]);
  assert.equal(bench.listeners, 1);
  await presenter.close();
  assert.equal(await presenter.demonstrate("idle"), "no-display");
});

test("no demonstration pairs anything: its code says so, and leads nowhere", async () => {
  const bench = new Bench("idle");
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  for (const name of (await presenter.demos()).filter((each) => /^(code-|awaiting)/.test(each))) {
    await presenter.demonstrate(name);
    assert.doesNotMatch(await scanned(presenter), /frame\.io/i);
  }
  await presenter.demonstrate("awaiting-user");
  assert.equal(await scanned(presenter), "HTTPS://EXAMPLE.COM/demo");
  for (const [name, screen] of demosOf(snapshotOf("idle"), CATALOGUE.en))
    if (screen.code !== null) {
      assert.deepEqual([name, screen.code.userCode, screen.headline], [name, "123456", "Demonstration"]);
      assert.doesNotMatch(screen.sentence, /frame\.io\/|next\.frame/i);
    }
  await presenter.close();
});

test("a code to scan and a button in use come before any demonstration", async () => {
  const bench = new Bench("awaiting-user");
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  assert.equal(await presenter.demonstrate("paired"), "in-use");
  await bench.become(snapshotOf("paired", { button: { phase: "counting", seconds_left: 3 } }));
  assert.equal(await presenter.demonstrate("idle"), "in-use");
  await bench.become(snapshotOf("idle"));
  assert.equal(await presenter.demonstrate("paired"), "shown");
  const demonstrated = panel.pictures.at(-1);
  await bench.become(snapshotOf("awaiting-user"));
  assert.notDeepEqual(panel.pictures.at(-1), demonstrated);
  assert.match(await scanned(presenter), /482913/);
  await bench.become(snapshotOf("idle"));
  assert.notDeepEqual(panel.pictures.at(-1), demonstrated, "a demonstration has come back");
  await presenter.close();
});

test("a display that was given back is dark again after a demonstration", async () => {
  const bench = new Bench("paired");
  const panel = new FakePanel();
  const presenter = bench.presenter(async () => panel);
  await presenter.start();
  await bench.clock.advance(30_000);
  assert.deepEqual(panel.calls, ["show", "clear"]);
  await presenter.demonstrate("idle");
  assert.equal(presenter.lit(), false, "nobody is told that somebody looks");
  await bench.clock.advance(10_000);
  assert.deepEqual(panel.calls, ["show", "clear", "show", "clear"]);
  await presenter.close();
});

for (const state of ["idle", "awaiting-user"] as const)
  test(`without a display nothing can be demonstrated, now or later: ${state}`, async () => {
    const bench = new Bench(state);
    const presenter = bench.presenter(async () => {
      throw new DisplayError("No display.");
    });
    await presenter.start();
    assert.equal(await presenter.demonstrate("paired"), "no-display");
    await presenter.close();
  });

test("a page that only looks is not where a new code comes from", async () => {
  const bench = new Bench();
  const resting = snapshotOf("idle", {
    network: [{ interface: "wlan0", address: "192.0.2.17", wifi: null }],
    page: ["http://192.0.2.17:8620"],
  });
  await bench.become(resting);
  const pictures: Picture[] = [];
  for (const acts of [true, false]) {
    const panel = new FakePanel();
    const presenter = bench.presenter(async () => panel, { page: { acts, pin: null } });
    await presenter.start();
    assert.equal(await scanned(presenter), "HTTP://192.0.2.17:8620");
    pictures.push(...panel.pictures);
    await presenter.close();
  }
  assert.notDeepEqual(pictures[0], pictures[1]);
  const { sentence } = screenOf(resting, CATALOGUE.en, { pageActs: false });
  assert.equal(sentence, CATALOGUE.en.states.idle.sentence);
});

test("a lamp tells the light, of a paired device for good, and wakes nothing up", async () => {
  const bench = new Bench("awaiting-user");
  const told: (Signal | "dark")[] = [];
  const lamp: LightDisplay = {
    capabilities: { surface: "light", driver: "led", device: "/sys/class/leds/status", name: "status" },
    show: async (signal) => void told.push(signal),
    clear: async () => void told.push("dark"),
    close: async () => void told.push("dark"),
  };
  const presenter = bench.presenter(async () => lamp);
  await presenter.start();
  assert.deepEqual([told, bench.clock.pending], [["blue"], 0], "no countdown");
  assert.deepEqual([presenter.lit(), presenter.qrTooSmall(), presenter.missing()], [false, false, null]);
  assert.equal(presenter.view().width, null);
  await bench.become(snapshotOf("paired"));
  await bench.clock.advance(3_600_000);
  await bench.become(snapshotOf("paired", { light: "amber" }));
  assert.deepEqual(told, ["blue", "green", "amber"]);
  assert.equal(await presenter.demonstrate("idle"), "shown");
  assert.equal(told.at(-1), "red");
  await bench.clock.advance(10_000);
  assert.equal(told.at(-1), "amber");
  await presenter.close();
  assert.equal(told.at(-1), "dark");
});
