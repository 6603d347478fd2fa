import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import type { Call } from "../simulator/calls.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../simulator/simulator.ts";
import { InputNode } from "../support/input-node.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { FakeUptime, withUptime } from "./fake-uptime.ts";

const SCREEN = { "display.driver": "png", "display.device": "/run/c2cd/screen.png" };

const CLOSE_PACE_S = 120;
const WIDE_PACE_S = 900;

/** A paired device whose time can be moved on. */
class Stage {
  readonly board = new Board({ framebuffer: null });
  readonly uptime = new FakeUptime(this.board);
  readonly simulator: Simulator;
  readonly #settings: Readonly<Record<string, string>>;
  daemon: DaemonProcess;

  constructor(simulator: Simulator, settings: Readonly<Record<string, string>>) {
    this.simulator = simulator;
    this.#settings = settings;
    this.daemon = this.start();
  }

  start(): DaemonProcess {
    const settings = { "display.driver": "none", "http.listen": "", ...this.#settings };
    this.daemon = new DaemonProcess(this.board, this.simulator, settings, {
      wrapper: withUptime(this.uptime.file),
    });
    return this.daemon;
  }

  asked(call: Call): number {
    return this.simulator.requests().filter((request) => request.call === call).length;
  }

  /** Lets so much of the device's time pass, and waits for one more of these calls. */
  async pass(seconds: number, call: Call): Promise<void> {
    const before = this.asked(call);
    this.uptime.suspend(seconds);
    await eventually(`another ${call}`, () => this.asked(call) > before || null);
  }

  async close(): Promise<void> {
    await this.daemon.end("SIGKILL");
    this.uptime.stop();
    await this.simulator.close();
    this.board.remove();
  }
}

/** @param settings as in c2cd.toml(5), beside those of a device that nobody looks at */
async function onStage(
  settings: Readonly<Record<string, string>>,
  run: (stage: Stage) => Promise<void>,
  options: SimulatorOptions = {},
): Promise<void> {
  const simulator = await startSimulator({ interval: 1, autoApproveAfter: 0, ...options });
  const stage = new Stage(simulator, settings);
  try {
    await stage.daemon.until("paired", ({ state }) => state === "paired");
    simulator.autoApprove(null);
    await run(stage);
  } finally {
    await stage.close();
  }
}

/** A paired device that Frame.io has answered. */
const green = ({ state, light }: Snapshot) => state === "paired" && light === "green";
const paused = ({ health }: Snapshot) => health.some(({ code }) => code === "paused");
const END = "2126-01-01T00:00:00.000Z";

/** What people do in Frame.io, and how it is seen on the device. */
const CHANGES: readonly (readonly [string, (simulator: Simulator) => void, (seen: Snapshot) => boolean])[] = [
  ["paused", (simulator) => simulator.pause(), paused],
  ["resumed", (simulator) => simulator.resume(), (seen) => !paused(seen)],
  [
    "a project with another name",
    (simulator) => simulator.renameProject("Feature Film", "Night Shoot"),
    ({ project }) => project?.name === "Night Shoot",
  ],
  [
    "another end of the authorization",
    (simulator) => simulator.expire(Date.parse(END)),
    ({ authorization }) => authorization?.expires_at === END,
  ],
];

const forgotten = ({ state }: Snapshot) => state === "awaiting-user";

describe("what people do in Frame.io is known on the device", { concurrency: 2 }, () => {
  test("by the status socket, without a moment of its own time passing", () =>
    onStage({ "presence.mode": "auto" }, async (stage) => {
      const { daemon, simulator } = stage;
      await eventually(
        "the channel joined",
        () => simulator.requests().some(({ method }) => method === "phx_join") || null,
      );
      for (const [what, change, seen] of CHANGES) {
        change(simulator);
        await daemon.until(what, seen);
      }
      assert.equal(stage.asked("heartbeat"), 0, "no heartbeat beside the socket");
      simulator.forget();
      await daemon.until("a code, since the device was forgotten", forgotten);
    }));

  test("by a look every two minutes where there is no socket, which writes nothing where nothing changed", () =>
    onStage({ "presence.mode": "heartbeat" }, async (stage) => {
      const { daemon, simulator, uptime, board } = stage;
      for (const [what, change, seen] of CHANGES) {
        const before = stage.asked("me");
        change(simulator);
        uptime.suspend(CLOSE_PACE_S);
        await daemon.until(what, seen);
        assert.equal(stage.asked("me"), before + 1, what);
      }
      const database = () =>
        ["c2cd.db", "c2cd.db-wal"].map((name) =>
          createHash("sha256")
            .update(readFileSync(join(board.root, "var/lib/c2cd", name)))
            .digest("hex"),
        );
      const states: string[][] = [];
      for (let count = 0; count < 4; count++) {
        await stage.pass(CLOSE_PACE_S, "me");
        await daemon.snapshot();
        states.push(database());
      }
      // What the last change wrote is on the disk by the first look after it.
      for (const state of states.slice(1)) assert.deepEqual(state, states[0]);
      simulator.forget();
      uptime.suspend(CLOSE_PACE_S);
      await daemon.until("a code, since the device was forgotten", forgotten);
    }));

  test("within a quarter of an hour where nobody looks", () =>
    onStage({ "presence.mode": "heartbeat" }, async (stage) => {
      for (const change of [() => {}, () => stage.simulator.pause()]) {
        change();
        await stage.pass(WIDE_PACE_S, "me");
      }
      await stage.daemon.until("paused", paused);
    }));

  test("as soon as an uploader says that it was refused, and no sooner again than after some seconds", () =>
    onStage({ "presence.mode": "off" }, async (stage) => {
      const { daemon, simulator } = stage;
      simulator.pause();
      for (let count = 0; count < 50; count++)
        assert.equal((await daemon.ask("POST", "/v1/upload/refused")).status, 204);
      await daemon.until("paused", paused);
      assert.ok(stage.asked("me") <= 4, `${stage.asked("me")} looks`);
    }));

  test("by a look every two minutes while the display shows it, though no program asks", () =>
    onStage({ "presence.mode": "off", ...SCREEN, "display.paired_for": "0" }, async (stage) => {
      for (let count = 0; count < 4; count++) await stage.pass(CLOSE_PACE_S, "me");
    }));

  test("as soon as somebody presses the button", async () => {
    const button = { "buttons.device": "/dev/input/event0" };
    await onStage({ "presence.mode": "off", ...button }, async (stage) => {
      const layout = { size: 24, littleEndian: true } as const;
      const node = new InputNode(`${stage.board.root}/dev/input/event0`, layout);
      node.plug();
      await eventually("the button taken", () => {
        node.key(28, 1);
        node.key(28, 0);
        return stage.daemon.output.includes("button pressed") || null;
      });
      // Whoever asked while it was being paired looks no more.
      await stage.pass(WIDE_PACE_S, "me");
      stage.uptime.suspend(CLOSE_PACE_S);
      const before = stage.asked("me");
      node.key(28, 1);
      node.key(28, 0);
      await eventually("a look at the record", () => stage.asked("me") > before || null);
      node.unplug();
    });
  });

  test("as soon as somebody opens a stream of news", () =>
    onStage({ "presence.mode": "off" }, async (stage) => {
      await stage.pass(WIDE_PACE_S, "me");
      stage.uptime.suspend(CLOSE_PACE_S);
      stage.simulator.pause();
      const told = new Promise<void>((resolve, reject) => {
        const socketPath = join(stage.board.root, "run/c2cd/control.sock");
        const stream = request({ socketPath, path: "/v1/events", agent: false }, async (response) => {
          let text = "";
          for await (const chunk of response.setEncoding("utf8")) {
            text += chunk;
            if (text.includes('"code":"paused"')) return resolve();
          }
        });
        stream.on("error", reject);
        stream.end();
      });
      await told;
    }));
});

describe("the light is never green by memory", { concurrency: 2 }, () => {
  for (const mode of ["auto", "heartbeat"] as const)
    test(`presence ${mode}: amber while Frame.io is out of reach, green as soon as it answers again`, () =>
      onStage({ "presence.mode": mode, "http.listen": "127.0.0.1:0" }, async (stage) => {
        const { daemon, simulator, uptime } = stage;
        await daemon.until("green", green);
        const page = await daemon.page();
        const headline = async () => /<h1[^>]*>([^<]*)/.exec(await (await fetch(page)).text())?.[1];
        assert.equal(await headline(), "Paired");
        await simulator.goOffline();
        // The socket's end is seen at once, a silent server with the next heartbeat.
        if (mode === "heartbeat") uptime.suspend(CLOSE_PACE_S);
        const away = await daemon.until("amber", ({ light }) => light === "amber");
        assert.equal(away.state, "paired");
        assert.deepEqual(
          away.health.map(({ code }) => code),
          ["server-unreachable"],
        );
        assert.equal(await headline(), "Paired, offline");
        await simulator.goOnline();
        uptime.suspend(CLOSE_PACE_S);
        await daemon.until("green", green);
        assert.equal(await headline(), "Paired");
      }));

  test("a heartbeat that fails has Frame.io asked at once, though nobody looks", () =>
    onStage({ "presence.mode": "heartbeat" }, async (stage) => {
      await stage.pass(WIDE_PACE_S, "me");
      stage.simulator.faults.add({ call: "heartbeat", fault: { type: "status", status: 500 } });
      const before = stage.asked("me");
      await stage.pass(CLOSE_PACE_S, "heartbeat");
      await eventually("a look at the record", () => stage.asked("me") > before || null);
    }));

  test("not at a start without Frame.io, which has not answered this daemon yet", () =>
    onStage({ "presence.mode": "off" }, async (stage) => {
      await stage.daemon.end();
      await stage.simulator.goOffline();
      const lights = new Set<string>();
      await stage.start().until("amber", ({ state, light }) => {
        if (state === "paired") lights.add(light);
        return light === "amber";
      });
      assert.ok(!lights.has("green"), [...lights].join());
    }));
});

describe("a server that does not take the status socket", () => {
  test("is sent heartbeats, tells of a pause by the look at the record, and is asked for the socket again", () =>
    onStage({ "presence.mode": "auto" }, async (stage) => {
      const { daemon, simulator, uptime } = stage;
      simulator.faults.add({ call: "socket", fault: { type: "status", status: 404 } });
      await simulator.goOffline();
      await simulator.goOnline();
      await eventually("a heartbeat", () => stage.asked("heartbeat") > 0 || null);
      simulator.pause();
      uptime.suspend(CLOSE_PACE_S);
      await daemon.until("paused", paused);
      await eventually("a word in the journal", () => daemon.output.includes("<4>heartbeats show") || null);

      simulator.faults.clear();
      const joins = () => simulator.requests().filter(({ method }) => method === "phx_join").length;
      const before = joins();
      uptime.suspend(1_300);
      await eventually("the channel joined", () => joins() > before || null);
      const beats = stage.asked("heartbeat");
      simulator.resume();
      await daemon.until("resumed", (seen) => !paused(seen));
      for (let count = 0; count < 3; count++) await stage.pass(CLOSE_PACE_S, "frame");
      assert.equal(stage.asked("heartbeat"), beats, "no heartbeat beside the socket");
    }));
});

describe("a Frame.io that reads urlencoded forms alone", () => {
  test("pairs the device, and renews its tokens after a restart", () =>
    onStage(
      { "presence.mode": "off" },
      async (stage) => {
        await stage.daemon.end();
        const daemon = stage.start();
        await daemon.until("paired", ({ state }) => state === "paired");
        const access_token = await daemon.accessToken();
        assert.equal((await daemon.ask("POST", "/v1/token/refused", { access_token })).status, 204);
        await eventually("a refresh", () => stage.asked("refresh") > 0 || null);
        const answers = stage.simulator.requests().filter(({ call }) => call === "refresh");
        assert.deepEqual(
          answers.map(({ status }) => status),
          [200],
        );
        await daemon.until("still paired", ({ state }) => state === "paired");
      },
      { bodyEncoding: "urlencoded" },
    ));
});
