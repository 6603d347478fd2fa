import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type ClientRequest, request } from "node:http";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { PNG } from "pngjs";
import type { ButtonView, Snapshot } from "../../daemon/contract/snapshot.ts";
import { paint } from "../../daemon/screens/paint.ts";
import { screenOf } from "../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../daemon/type/fonts.ts";
import { EV_SYN, type EventLayout, SYN_DROPPED } from "../../hw/input/evdev.ts";
import { READERS, rasterOf } from "../daemon/screens/readers.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { InputNode } from "../support/input-node.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const ENTER = 28;
const [RELEASE, PRESS, REPEAT] = [0, 1, 2];
const PANEL = { width: 800, height: 480, monochrome: false };
const SCREEN = "/run/c2cd/screen.png";

/**
 * What a program sees that was built for 32 bits: the layout of events follows the process and not the kernel. koffi is
 * loaded before, since there is none for 32 bits here.
 */
const KOFFI = pathToFileURL(createRequire(import.meta.url).resolve("koffi")).href;
const ARCH = `import ${JSON.stringify(KOFFI)};Object.defineProperty(process,"arch",{value:"arm"})`;
const AS_32_BITS = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(ARCH)}` };

const BITS: readonly (readonly [number, EventLayout, Readonly<Record<string, string>>])[] = [
  [64, { size: 24, littleEndian: true }, {}],
  [32, { size: 16, littleEndian: true }, AS_32_BITS],
];

/** A daemon with a button, a screen of its own in a PNG, and someone who follows its events. */
class Bench {
  readonly board = new Board({ framebuffer: null });
  readonly node: InputNode;
  readonly simulator: Simulator;
  readonly daemon: DaemonProcess;
  /** How the button was used, as told by events; each once. */
  readonly phases: string[] = [];
  #events: ClientRequest | null = null;

  constructor(
    simulator: Simulator,
    layout: EventLayout,
    environment: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, string>> = {},
  ) {
    this.simulator = simulator;
    this.node = new InputNode(`${this.board.root}/dev/input/event0`, layout);
    this.node.plug();
    this.daemon = new DaemonProcess(
      this.board,
      simulator,
      {
        "pairing.start": "manual",
        "display.driver": "png",
        "display.device": SCREEN,
        "display.paired_for": "2",
        "buttons.device": "/dev/input/event0",
        ...settings,
      },
      { environment },
    );
  }

  async follow(): Promise<void> {
    await this.daemon.until("an answer", () => true);
    const socketPath = `${this.board.root}/run/c2cd/control.sock`;
    const events = request({ socketPath, path: "/v1/events" }, (response) => {
      let rest = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data: ")) this.#note(JSON.parse(line.slice(6)));
      });
    });
    events.on("error", () => {}).end();
    this.#events = events;
  }

  #note({ button }: Snapshot): void {
    const phase = button === null ? "nothing" : (button.seconds_left?.toString() ?? button.phase);
    if (phase !== (this.phases.at(-1) ?? "nothing")) this.phases.push(phase);
  }

  press(): void {
    this.node.key(ENTER, PRESS);
    this.node.key(ENTER, RELEASE);
  }

  async untilPhase(wanted: string): Promise<void> {
    await eventually(`${wanted} among ${this.phases.join(", ")}`, () =>
      this.phases.includes(wanted) ? true : null,
    );
  }

  /** Waits until the screen holds, pixel by pixel, what such a hold of the button has to look like. */
  async untilScreenSays(button: ButtonView): Promise<void> {
    const expected = await pictureOf({ ...(await this.daemon.snapshot()), button });
    await eventually(`${button.phase} on the screen`, () =>
      this.screen()?.equals(expected) === true ? true : null,
    );
  }

  /** The red, green, blue and alpha of the screen's pixels; null while it is dark. */
  screen(): Buffer | null {
    const path = this.board.root + SCREEN;
    try {
      return PNG.sync.read(readFileSync(path)).data;
    } catch (error) {
      // The display is given back between two looks.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** What three readers agree to see in the screen's QR code. */
  async scan(): Promise<string | null> {
    const pixels = this.screen();
    if (pixels === null) return null;
    const raster = { data: new Uint8ClampedArray(pixels), width: PANEL.width, height: PANEL.height };
    const texts = await Promise.all(Object.values(READERS).map((read) => read(raster)));
    const [first, ...others] = texts.map((text) => text?.toLowerCase() ?? null);
    return others.every((text) => text === first) ? (first ?? null) : null;
  }

  calls(call: string): number {
    return this.simulator.requests().filter((seen) => seen.call === call).length;
  }

  async pair(): Promise<void> {
    await this.daemon.until("a code", ({ pairing }) => pairing !== null);
    this.simulator.approve();
    await this.daemon.until("paired", ({ state }) => state === "paired");
    await eventually("a dark screen", () => (this.screen() === null ? true : null));
  }

  async close(): Promise<void> {
    this.#events?.destroy();
    await this.daemon.end("SIGKILL");
    await this.simulator.close();
    this.board.remove();
  }
}

async function pictureOf(snapshot: Snapshot): Promise<Buffer> {
  const { picture } = paint(screenOf(snapshot, CATALOGUE.en), PANEL, loadFonts("en"));
  return Buffer.from(rasterOf(picture).data);
}

async function withBench(
  run: (bench: Bench) => Promise<void>,
  [, layout, environment] = BITS[0] as (typeof BITS)[number],
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const bench = new Bench(await startSimulator({ interval: 1 }), layout, environment, settings);
  try {
    await bench.follow();
    await run(bench);
  } finally {
    await bench.close();
  }
}

for (const bits of BITS)
  describe(`a camera with one button, ${bits[0]} bits`, () => {
    test("pairs by it, shows what it is paired with, and unpairs when it is held", () =>
      withBench(async (bench) => {
        const { daemon, simulator, node } = bench;
        await daemon.until("rest", ({ state }) => state === "idle");
        // Held since before the start: the kernel repeats it, then it is let go.
        for (const value of [REPEAT, REPEAT, RELEASE]) node.key(ENTER, value);
        bench.press();
        const first = await daemon.until("a code", ({ pairing }) => pairing !== null);
        assert.equal(bench.calls("code"), 1, "one press is one code, and repeats are none");
        const link = first.pairing?.verification_uri_complete ?? "";
        await eventually("its QR code", async () =>
          (await bench.scan()) === link.toLowerCase() ? true : null,
        );
        bench.press();
        await daemon.until(
          "another code",
          ({ pairing }) => pairing !== null && pairing.user_code !== first.pairing?.user_code,
        );
        assert.equal(bench.calls("code"), 2);
        await bench.pair();

        bench.press();
        await eventually("the paired screen", () => bench.screen());
        await eventually("a dark screen again", () => (bench.screen() === null ? true : null));
        assert.equal(bench.calls("code"), 2, "no code for a device that is paired");

        node.key(ENTER, PRESS);
        node.key(ENTER, REPEAT);
        await bench.untilPhase("unpaired");
        node.key(ENTER, RELEASE);
        await bench.untilScreenSays({ phase: "unpaired", seconds_left: null });
        await daemon.until("rest", ({ state, button }) => state === "idle" && button === null);
        assert.deepEqual(bench.phases, ["4", "3", "2", "1", "unpairing", "unpaired", "nothing"]);
        assert.equal(bench.calls("revoke"), 1);
        assert.equal(simulator.devices().length, 0);
      }, bits));
  });

test("letting go in the countdown keeps the pairing, on the screen as well, and so does a kernel that lost events", () =>
  withBench(
    async (bench) => {
      const { node, phases } = bench;
      await bench.pair();
      for (const letGo of [
        () => node.key(ENTER, RELEASE),
        () => node.send(EV_SYN, SYN_DROPPED, 0),
        () => node.unplug(),
      ]) {
        phases.length = 0;
        node.key(ENTER, PRESS);
        await bench.untilPhase("4");
        letGo();
        await bench.untilPhase("kept");
        await bench.untilScreenSays({ phase: "kept", seconds_left: null });
        await bench.untilPhase("nothing");
        assert.deepEqual(phases.slice(-2), ["kept", "nothing"], phases.join(", "));
      }
      assert.equal((await bench.daemon.snapshot()).state, "paired");
      assert.equal(bench.calls("revoke"), 0);

      await eventually("a word about the button", () =>
        /event0 is gone/.test(bench.daemon.output) ? true : null,
      );
      node.plug();
      bench.press();
      await eventually("the paired screen", () => bench.screen());
    },
    BITS[0],
    { "pairing.start": "auto" },
  ));

test("each second of the countdown is on the screen", (t) =>
  withBench(
    async (bench) => {
      await bench.pair();
      const snapshot = await bench.daemon.snapshot();
      const expected = await Promise.all(
        [4, 3, 2, 1].map((seconds_left) =>
          pictureOf({ ...snapshot, button: { phase: "counting", seconds_left } }),
        ),
      );
      bench.node.key(ENTER, PRESS);
      const seen: number[] = [];
      await eventually("an unpaired device", async () => {
        const screen = bench.screen();
        const left = 4 - expected.findIndex((picture) => screen?.equals(picture));
        if (left <= 4 && left !== seen.at(-1)) seen.push(left);
        return bench.phases.includes("unpaired") ? true : null;
      });
      assert.deepEqual(bench.phases.slice(0, 4), ["4", "3", "2", "1"]);
      // A test that is kept waiting may miss a second of the screen.
      assert.ok(seen.length > 0 && seen.every((left, index) => index === 0 || left < (seen[index - 1] ?? 0)));
      t.diagnostic(`seconds seen on the screen: ${seen.join(", ")}`);
      await bench.daemon.until("a new code by itself", ({ pairing }) => pairing !== null);
    },
    BITS[0],
    { "pairing.start": "auto" },
  ));

test("offline, the button unpairs all the same, and says that Frame.io does not know", () =>
  withBench(
    async (bench) => {
      await bench.pair();
      await bench.simulator.goOffline();
      bench.node.key(ENTER, PRESS);
      await bench.untilPhase("not-revoked");
      await bench.untilScreenSays({ phase: "not-revoked", seconds_left: null });
      assert.equal((await bench.daemon.snapshot()).authorization, null);
    },
    BITS[0],
    { "pairing.start": "auto" },
  ));

test("where nothing is paired, holding the button says so and the code stays", () =>
  withBench(
    async (bench) => {
      const before = await bench.daemon.until("a code", ({ pairing }) => pairing !== null);
      bench.node.key(ENTER, PRESS);
      await bench.untilPhase("nothing-to-unpair");
      await bench.untilScreenSays({ phase: "nothing-to-unpair", seconds_left: null });
      bench.node.key(ENTER, RELEASE);
      await bench.untilPhase("nothing");
      const after = await bench.daemon.snapshot();
      assert.equal(after.pairing?.user_code, before.pairing?.user_code);
      assert.equal(bench.calls("code"), 1);
    },
    BITS[0],
    { "pairing.start": "auto" },
  ));
