import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openDisplay } from "../../../hw/displays/open.ts";
import { Board, displayOptions } from "./board.ts";

test("red, green and blue come out in the order that the kernel has for 32 bits a pixel", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer({ width: 8, height: 2, bitsPerPixel: 32, stride: 40 });
  const { display } = await openDisplay(displayOptions({}), board.host());
  assert.ok(display.capabilities.surface === "pixels" && "show" in display);
  const pixels = new Uint8Array(16);
  pixels.set([0, 1, 2], 0);
  await (display as import("../../../hw/displays/display.ts").PixelDisplay).show({
    width: 8,
    height: 2,
    pixels,
    palette: [0xff0000, 0x00ff00, 0x0000ff],
  });
  const bytes = readFileSync(memory);
  assert.deepEqual([...bytes.subarray(0, 12)], [0, 0, 255, 255, 0, 255, 0, 255, 255, 0, 0, 255]);
  assert.deepEqual([...bytes.subarray(40, 44)], [0, 0, 255, 255]);
  await display.close();
});
