/** What the contract in hw/displays/contract/display.ts promises, of every driver. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CellPicture, Display, LightDisplay } from "../../../hw/displays/contract/display.ts";
import type { DisplayOptions } from "../../../hw/displays/contract/options.ts";
import { ili9341 } from "../../../hw/displays/drivers/ili9341.ts";
import { sh1106 } from "../../../hw/displays/drivers/sh1106.ts";
import { ssd1306 } from "../../../hw/displays/drivers/ssd1306.ts";
import { st7789 } from "../../../hw/displays/drivers/st7789.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { DcsSurface } from "../../../hw/displays/parts/dcs.ts";
import { openOled } from "../../../hw/displays/parts/oled.ts";
import { displayOn } from "../../../hw/displays/parts/surface.ts";
import type { Picture } from "../../../hw/picture/picture.ts";
import { Board, displayOptions, Transcript } from "./board.ts";
import { LcdGlass, OledGlass } from "./glass.ts";
import { noise } from "./pictures.ts";

type Make = (board: Board, changes: Partial<DisplayOptions>) => Promise<Display> | Display;

const configured =
  (changes: Partial<DisplayOptions>): Make =>
  async (board, more) => {
    board.framebuffer({ width: 96, height: 64, bitsPerPixel: 16 });
    const stdout = new Transcript({ columns: 80, rows: 24 });
    return (await openDisplay(displayOptions({ ...changes, ...more }), board.host(stdout))).display;
  };

const lcd =
  (controller: ReturnType<typeof st7789>): Make =>
  (board, changes) =>
    displayOn(
      new DcsSurface(new LcdGlass(), controller, "/dev/spidev0.0", board.clock),
      displayOptions(changes),
    );

const DRIVERS: Readonly<Record<string, Make>> = {
  framebuffer: configured({ driver: "framebuffer" }),
  png: configured({ driver: "png", device: "/dev/screen.png" }),
  terminal: configured({ driver: "terminal" }),
  led: (board, changes) => {
    const files = { trigger: "none [timer]", brightness: "1", delay_on: "70", delay_off: "930" };
    for (const [name, value] of Object.entries(files)) board.write(`/sys/class/leds/status/${name}`, value);
    return configured({ driver: "led", device: "status" })(board, changes);
  },
  none: configured({ driver: "none" }),
  ssd1306: (board, changes) =>
    openOled(new OledGlass(128), ssd1306(128, 64), displayOptions(changes), board.host()).display,
  sh1106: (board, changes) =>
    openOled(new OledGlass(132), sh1106(), displayOptions(changes), board.host()).display,
  st7789: lcd(st7789(240, 240, "auto")),
  ili9341: lcd(ili9341("auto")),
};

for (const [driver, make] of Object.entries(DRIVERS)) {
  const open = (t: TestContext, changes: Partial<DisplayOptions> = {}) => {
    const board = new Board(t);
    return Promise.resolve(make(board, changes)).then((display) => new Driven(display, board));
  };

  test(`${driver}: says what it is`, async (t) => {
    const { display } = await open(t);
    const { capabilities } = display;
    assert.equal(capabilities.driver, driver);
    assert.notEqual(capabilities.name, "");
    if (capabilities.surface === "pixels") {
      assert.ok(capabilities.width > 0 && capabilities.height > 0 && capabilities.stride > 0);
      assert.equal(capabilities.monochrome, capabilities.format.startsWith("MONO"));
    }
    if (capabilities.surface === "cells") assert.ok(capabilities.columns > 0 && capabilities.rows > 0);
  });

  test(`${driver}: turned by a quarter, width and height change places`, async (t) => {
    const upright = (await open(t)).display.capabilities;
    const turned = (await open(t, { rotate: 90 })).display.capabilities;
    if (upright.surface !== "pixels" || turned.surface !== "pixels") {
      assert.deepEqual(upright, turned, "text is not turned");
      return;
    }
    assert.deepEqual([turned.width, turned.height], [upright.height, upright.width]);
    assert.equal(turned.stride, upright.stride, "the memory is as it was");
  });

  test(`${driver}: shows, clears, shows again, and closes twice`, async (t) => {
    const driven = await open(t);
    await driven.show(1);
    await driven.show(2);
    await driven.run(driven.display.clear());
    await driven.run(driven.display.clear());
    await driven.show(3);
    await driven.run(driven.display.close());
    await driven.run(driven.display.close());
  });

  test(`${driver}: clears and closes without ever having shown anything`, async (t) => {
    const driven = await open(t);
    await driven.run(driven.display.clear());
    await driven.run(driven.display.close());
  });

  test(`${driver}: calls that overlap are carried out one after the other`, async (t) => {
    const driven = await open(t);
    await Promise.all([
      driven.show(1),
      driven.show(2),
      driven.run(driven.display.clear()),
      driven.show(3),
      driven.run(driven.display.close()),
    ]);
  });

  test(`${driver}: what was closed shows nothing more`, async (t) => {
    const driven = await open(t);
    await driven.run(driven.display.close());
    if ("show" in driven.display)
      await assert.rejects(driven.show(1), { name: "DisplayError", message: /closed: open it again/ });
  });

  test(`${driver}: a picture of another size is a mistake of the caller`, async (t) => {
    const { display } = await open(t);
    if (display.capabilities.surface !== "pixels" || !("show" in display)) return;
    await assert.rejects((display.show as (picture: Picture) => Promise<void>)(noise(7, 5)), RangeError);
  });
}

/** A display, and the clock that its panel waits by. */
class Driven {
  readonly display: Display;
  readonly #board: Board;

  constructor(display: Display, board: Board) {
    this.display = display;
    this.#board = board;
  }

  async show(seed: number): Promise<void> {
    const { capabilities } = this.display;
    if (capabilities.surface === "pixels")
      await this.run(
        (this.display as { show(picture: Picture): Promise<void> }).show(
          noise(capabilities.width, capabilities.height, seed),
        ),
      );
    if (capabilities.surface === "light")
      await this.run((this.display as LightDisplay).show(seed % 2 === 0 ? "amber" : "blue"));
    if (capabilities.surface === "cells")
      await this.run(
        (this.display as { show(picture: CellPicture): Promise<void> }).show({
          columns: 10,
          rows: 1,
          lines: [`picture ${seed}`],
        }),
      );
  }

  async run(call: Promise<void>): Promise<void> {
    let done = false;
    const ended = call.finally(() => {
      done = true;
    });
    ended.catch(() => {});
    while (!done) {
      await this.#board.clock.advance(50);
      await new Promise(setImmediate);
    }
    await ended;
  }
}
