import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { paint } from "../../../daemon/screens/paint.ts";
import type { Screen } from "../../../daemon/screens/screen.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { Board, displayOptions, openPixels } from "./board.ts";

/** A code on offer, with so many seconds left of two minutes. */
function offer(secondsLeft: number): Screen {
  return {
    symbol: "wait",
    light: "blue",
    headline: "Scan to pair",
    sentence: "Scan the code with your phone.",
    device: { name: "Camera A", fallback: "CAM-1" },
    network: null,
    project: null,
    notice: null,
    code: {
      userCode: "123456",
      link: "https://next.frame.io/pair/123456",
      address: "next.frame.io/pair",
      typed: "Open next.frame.io/pair and type",
      choose: "Choose the project",
      check: "Check the name",
      held: null,
      secondsLeft,
      shareLeft: secondsLeft / 120,
    },
  };
}

for (const [width, height, bitsPerPixel] of [
  [128, 64, 1],
  [240, 240, 16],
  [320, 240, 16],
  [800, 480, 32],
  [1920, 1080, 32],
] as const)
  test(`a second of the countdown writes under 1 % of a frame of ${width}x${height}`, async (t) => {
    const board = new Board(t);
    const memory = board.framebuffer({ width, height, bitsPerPixel });
    const display = await openPixels(displayOptions({}), board.host());
    const fonts = loadFonts("en");
    const at = (seconds: number) => paint(offer(seconds), display.capabilities, fonts).picture;
    await display.show(at(120));
    const frame = readFileSync(memory);
    let changed = 0;
    for (let seconds = 119; seconds >= 110; seconds--) {
      // Nothing that was not written can differ from this.
      const marked = Buffer.alloc(frame.length, 0x5a);
      writeFileSync(memory, marked);
      await display.show(at(seconds));
      const written = readFileSync(memory).reduce((sum, byte) => sum + (byte === 0x5a ? 0 : 1), 0);
      assert.ok(written < frame.length / 100, `${written} bytes of ${frame.length} at ${seconds} s`);
      changed += written;
    }
    assert.ok(changed > 0, "the bar does move");
  });
