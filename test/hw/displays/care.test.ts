import assert from "node:assert/strict";
import { test } from "node:test";
import { ssd1306 } from "../../../hw/displays/drivers/ssd1306.ts";
import { openOled } from "../../../hw/displays/parts/oled.ts";
import { Board, displayOptions } from "./board.ts";
import { OledGlass } from "./glass.ts";
import { noise, qrPicture } from "./pictures.ts";

test("a picture that stands on an OLED is moved every minute and dimmed after five, until the next", async (t) => {
  const board = new Board(t);
  const glass = new OledGlass(128);
  const { display } = openOled(glass, ssd1306(128, 64), displayOptions({ brightness: 80 }), board.host());
  assert.ok("show" in display && display.capabilities.surface === "pixels");
  const oled = display as import("../../../hw/displays/contract/display.ts").PixelDisplay;
  await oled.show(qrPicture(128, 64));
  assert.equal(glass.contrast, 204);
  const first = glass.seen(128, 64, 0);
  await board.clock.advance(60_000);
  assert.notDeepEqual(glass.seen(128, 64, 0), first, "moved by itself");
  await board.clock.advance(180_000);
  assert.equal(glass.contrast, 204);
  await board.clock.advance(120_000);
  assert.equal(glass.contrast, 51, "a quarter");
  await oled.show(noise(128, 64));
  assert.equal(glass.contrast, 204);

  glass.broken = true;
  await board.clock.advance(120_000);
  await assert.rejects(oled.show(noise(128, 64, 2)), { name: "DisplayError" });
  glass.broken = false;
  await oled.show(noise(128, 64, 2));

  await oled.clear();
  glass.take();
  await board.clock.advance(600_000);
  assert.deepEqual(glass.take(), [], "what is dark stays dark");
  assert.equal(board.clock.pending, 0);
  await oled.close();
});
