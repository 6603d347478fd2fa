import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { buttonDevice, watchButton } from "../../../hw/input/buttons.ts";
import {
  EV_KEY,
  EV_SYN,
  EventDecoder,
  type EventLayout,
  eventLayout,
  SYN_DROPPED,
} from "../../../hw/input/evdev.ts";
import { evdevKey, keyCode, keyReader, UnknownKeyError } from "../../../hw/input/evdev-key.ts";
import { Gesture } from "../../../hw/input/gesture.ts";
import { encodeEvent } from "../../support/input-node.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const ENTER = 28;
const RELEASE = 0;
const PRESS = 1;
const REPEAT = 2;

const LAYOUTS: readonly EventLayout[] = [
  { size: 16, littleEndian: true },
  { size: 24, littleEndian: true },
  { size: 16, littleEndian: false },
  { size: 24, littleEndian: false },
];

describe("EventDecoder", () => {
  it("reads what a Raspberry Pi 4 sends for Enter, 64 and 32 bits", () => {
    const tail = "01001c0001000000";
    const time64 = "5f9e6d6500000000d2040c0000000000";
    const time32 = "5f9e6d65d2040c00";
    for (const [size, time] of [
      [24, time64],
      [16, time32],
    ] as const)
      assert.deepEqual(
        new EventDecoder({ size, littleEndian: true }).decode(Buffer.from(time + tail, "hex")),
        [{ type: EV_KEY, code: ENTER, value: PRESS }],
      );
  });

  it("takes the size from the process: long is 32 bits on arm, with or without a 64-bit time_t", () => {
    assert.deepEqual(
      ["x64", "arm64", "riscv64", "arm", "ia32"].map((arch) => eventLayout(arch).size),
      [24, 24, 24, 16, 16],
    );
  });

  it("gives every event whole, wherever the chunks end", () => {
    const event = fc.record(
      {
        type: fc.integer({ min: 0, max: 0xffff }),
        code: fc.integer({ min: 0, max: 0xffff }),
        value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...LAYOUTS),
        fc.array(event, { maxLength: 20 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (layout, events, cuts) => {
          const stream = Buffer.concat(events.map((e) => encodeEvent(layout, e.type, e.code, e.value)));
          const decoder = new EventDecoder(layout);
          const got = [];
          for (let at = 0; at < stream.length; ) {
            const length = cuts.next().value ?? 1;
            got.push(...decoder.decode(stream.subarray(at, at + length)));
            at += length;
          }
          assert.deepEqual(got, events);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("survives any bytes, and so does the gesture behind it", (t) => {
    t.diagnostic("2000 fuzz cases");
    fc.assert(
      fc.property(
        fc.constantFrom(...LAYOUTS),
        fc.array(fc.uint8Array({ maxLength: 200 })),
        (layout, chunks) => {
          const read = keyReader(ENTER, recorded().gesture, layout);
          for (const chunk of chunks) read(Buffer.from(chunk));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function recorder(calls: string[]) {
  return {
    onPress: () => calls.push("press"),
    onHoldProgress: (left: number) => calls.push(String(left)),
    onHold: () => calls.push("hold"),
    onReleasedEarly: () => calls.push("early"),
    onLost: (reason: string) => calls.push(`lost: ${reason}`),
  };
}

function recorded() {
  const calls: string[] = [];
  const clock = new ManualClock();
  const gesture = new Gesture(clock, recorder(calls));
  const layout = eventLayout(process.arch);
  const read = keyReader(ENTER, gesture, layout);
  const event = (type: number, code: number, value: number) => read(encodeEvent(layout, type, code, value));
  const key = (value: number, code = ENTER) => event(EV_KEY, code, value);
  return { calls, clock, gesture, event, key };
}

describe("Gesture", () => {
  it("a press let go within a second is a press", async () => {
    const { calls, clock, key } = recorded();
    key(PRESS);
    await clock.advance(900);
    key(RELEASE);
    await clock.advance(10_000);
    assert.deepEqual(calls, ["press"]);
  });

  it("five seconds are a hold, counted down, with auto-repeat ignored; letting go means nothing then", async () => {
    const { calls, clock, key } = recorded();
    key(PRESS);
    for (let tenth = 0; tenth < 80; tenth++) {
      await clock.advance(100);
      key(REPEAT);
    }
    key(RELEASE);
    assert.deepEqual(calls, ["4", "3", "2", "1", "hold"]);
  });

  it("letting go during the countdown cancels, and the next press counts anew", async () => {
    const { calls, clock, key } = recorded();
    key(PRESS);
    await clock.advance(4900);
    key(RELEASE);
    key(PRESS);
    await clock.advance(1000);
    key(RELEASE);
    await clock.advance(60_000);
    assert.deepEqual(calls, ["4", "3", "2", "1", "early", "4", "early"]);
  });

  it("knows its own key alone", async () => {
    const { calls, clock, event, key } = recorded();
    key(PRESS, 29);
    event(EV_SYN, ENTER, PRESS);
    await clock.advance(10_000);
    key(PRESS);
    key(RELEASE, 29);
    await clock.advance(5000);
    assert.deepEqual(calls, ["4", "3", "2", "1", "hold"]);
  });

  it("never unpairs on a release that was lost", async () => {
    const { calls, clock, gesture, event, key } = recorded();
    key(PRESS);
    event(EV_SYN, SYN_DROPPED, 0);
    await clock.advance(10_000);
    key(PRESS);
    await clock.advance(2000);
    gesture.lost();
    await clock.advance(10_000);
    key(RELEASE);
    assert.deepEqual(calls, ["4", "3", "early"]);
  });

  it("never unpairs because the program stalled while a release was waiting to be read", async () => {
    const { calls, clock, key } = recorded();
    key(PRESS);
    const moved = clock.advance(60_000);
    key(RELEASE);
    await moved;
    assert.deepEqual(calls, ["press"]);
  });

  it("a release or a repeat of a press from before the start means nothing", async () => {
    const { calls, clock, key } = recorded();
    key(REPEAT);
    await clock.advance(10_000);
    key(RELEASE);
    assert.deepEqual(calls, []);
  });

  it("holds only what is held: no sequence of events calls onHold within five seconds of a press or a release", async () => {
    const step = fc.oneof(
      fc.constantFrom(PRESS, RELEASE, REPEAT).map((value) => ({ value, wait: 0 })),
      fc.integer({ min: 0, max: 3000 }).map((wait) => ({ value: REPEAT, wait })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { calls, clock, key } = recorded();
        let downSince: number | null = null;
        for (const { value, wait } of steps) {
          key(value);
          if (value === PRESS) downSince = clock.elapsed();
          if (value === RELEASE) downSince = null;
          calls.length = 0;
          await clock.advance(wait);
          if (calls.includes("hold"))
            assert.ok(downSince !== null && clock.elapsed() - downSince >= 5000, JSON.stringify(steps));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("keyCode", () => {
  it("knows the names of input-event-codes.h, aliases too", () => {
    assert.deepEqual(
      ["KEY_ENTER", "KEY_POWER", "KEY_CAMERA", "KEY_SCREENLOCK", "BTN_0", "BTN_A"].map(keyCode),
      [28, 116, 212, 152, 0x100, 0x130],
    );
  });

  it("names the nearest where there is none", () => {
    assert.throws(
      () => keyCode("KEY_ENTRE"),
      (error) => error instanceof UnknownKeyError && /did you mean KEY_ENTER\?/.test(error.message),
    );
  });
});

describe("watchButton", { timeout: 30_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "c2cd-button-"));
  after(() => rmSync(scratch, { recursive: true }));
  const layout = eventLayout(process.arch);

  function nodeAt(name: string): string {
    const path = join(scratch, name);
    execFileSync("mkfifo", [path]);
    return path;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await turn();
  }

  it("reads the node, notices that it is gone, says so once, and finds it again", async () => {
    const path = nodeAt("event0");
    const calls: string[] = [];
    const clock = new ManualClock();
    const button = watchButton(path, evdevKey(ENTER), clock, recorder(calls));

    const first = createWriteStream(path);
    first.write(
      Buffer.concat([encodeEvent(layout, EV_KEY, ENTER, PRESS), encodeEvent(layout, EV_SYN, 0, 0)]),
    );
    first.write(encodeEvent(layout, EV_KEY, ENTER, RELEASE));
    await until(() => calls.length === 1);
    rmSync(path);
    first.end();
    await until(() => calls.length === 2);
    assert.deepEqual(calls, ["press", `lost: ${path} is gone`]);

    for (let tries = 0; tries < 3; tries++) {
      await until(() => clock.pending === 1);
      await clock.advance(2000);
    }
    await until(() => clock.pending === 1);
    assert.equal(calls.length, 2, "told once");

    nodeAt("event0");
    await clock.advance(2000);
    const second = createWriteStream(path);
    second.write(encodeEvent(layout, EV_KEY, ENTER, PRESS));
    second.write(encodeEvent(layout, EV_KEY, ENTER, RELEASE));
    await until(() => calls.length === 3);
    assert.equal(calls[2], "press");
    await button.close();
    await once(second.end(), "close");
    await clock.advance(60_000);
    assert.equal(clock.pending, 0);
  });

  it("closes at once while nobody presses anything, and lets the process end", async () => {
    const path = nodeAt("event1");
    const button = watchButton(path, evdevKey(ENTER), new ManualClock(), recorder([]));
    const keepOpen = createWriteStream(path);
    await once(keepOpen, "open");
    await button.close();
    await assert.rejects(
      new Promise((_, reject) => keepOpen.once("error", reject).write(Buffer.alloc(1 << 20))),
      /EPIPE/,
      "nobody reads the node any more",
    );
  });

  it("says what to do about a node that is missing", async () => {
    const calls: string[] = [];
    const path = join(scratch, "missing");
    const button = watchButton(path, evdevKey(ENTER), new ManualClock(), recorder(calls));
    await until(() => calls.length === 1);
    assert.deepEqual(calls, [`lost: ${path} is not there (ENOENT); check buttons.device`]);
    await button.close();
  });

  it("does not take a device of another kind for one that can be polled", async () => {
    const calls: string[] = [];
    const button = watchButton("/dev/null", evdevKey(ENTER), new ManualClock(), recorder(calls));
    await until(() => calls.length === 1);
    assert.deepEqual(calls, ["lost: /dev/null is no input device; check buttons.device"]);
    await button.close();
  });

  it("says what to do about a node that is no GPIO chip, and is none that is there", async () => {
    const told: string[] = [];
    for (const path of ["/dev/null", join(scratch, "gpiochip0")]) {
      const calls: string[] = [];
      const device = buttonDevice({ device: "/dev/gpiochip0", key: "17" });
      const button = watchButton(path, device, new ManualClock(), recorder(calls));
      await until(() => calls.length === 1);
      await button.close();
      told.push(...calls);
    }
    assert.deepEqual(told, [
      "lost: /dev/null is no GPIO chip; check buttons.device",
      `lost: ${join(scratch, "gpiochip0")} is not there (ENOENT); check buttons.device`,
    ]);
  });

  it("does not spin on a file that ends at once", async () => {
    const path = join(scratch, "file");
    writeFileSync(path, encodeEvent(layout, EV_KEY, ENTER, PRESS));
    const calls: string[] = [];
    const clock = new ManualClock();
    const button = watchButton(path, evdevKey(ENTER), clock, recorder(calls));
    await until(() => calls.length === 1);
    assert.deepEqual(
      [calls[0], clock.pending],
      [`lost: ${path} is no input device; check buttons.device`, 1],
    );
    await button.close();
    assert.equal(clock.pending, 0);
  });
});
