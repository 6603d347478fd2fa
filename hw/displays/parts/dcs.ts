import { type Clock, wait } from "../../../daemon/core/clock.ts";
import type { Rect } from "../../picture/changes.ts";
import { encoder, piecesOf } from "../../picture/formats.ts";
import type { Picture } from "../../picture/picture.ts";
import type { PanelBus } from "../bus/bus.ts";
import type { PixelCapabilities } from "../contract/display.ts";
import { type PanelController, panelCapabilities } from "./panel.ts";
import type { Surface } from "./surface.ts";

/** What one controller of colour LCDs does its own way. Beyond it they follow MIPI's Display Command Set. */
export interface DcsController extends PanelController {
  /** Where the panel's glass begins in the controller's memory. */
  readonly column: number;
  readonly row: number;
  /** Sent after Sleep Out, with the display off. */
  readonly init: readonly (readonly number[])[];
}

/** MIPI DCS 1.3; the numbers are the same in both controllers' datasheets (ST7789VW 9.1, ILI9341 8.2). */
const SOFT_RESET = 0x01;
const ENTER_SLEEP = 0x10;
const EXIT_SLEEP = 0x11;
const DISPLAY_OFF = 0x28;
const DISPLAY_ON = 0x29;
const SET_COLUMN_ADDRESS = 0x2a;
const SET_PAGE_ADDRESS = 0x2b;
const WRITE_MEMORY = 0x2c;

/** Milliseconds after a reset or Sleep Out until all commands are taken (ST7789VW 9.1.2, 9.1.12; ILI9341 8.2.2, 8.2.12). */
const SETTLE_MS = 120;

/** Bytes that are converted at a time: what bounds the memory of a full repaint. */
const CHUNK = 32 * 1024;

/** A colour LCD on SPI, 16 bits a pixel, the more significant byte first (ST7789VW 8.8.42, ILI9341 7.6.1). */
export class DcsSurface implements Surface {
  readonly capabilities: PixelCapabilities;
  readonly #bus: PanelBus;
  readonly #controller: DcsController;
  readonly #clock: Clock;
  #ready = false;
  #lit = false;

  constructor(bus: PanelBus, controller: DcsController, device: string, clock: Clock) {
    this.#bus = bus;
    this.#controller = controller;
    this.#clock = clock;
    this.capabilities = panelCapabilities(controller, device, "RGB565");
  }

  async take(): Promise<boolean> {
    if (this.#ready) return true;
    this.#lit = false;
    await this.#bus.reset();
    await this.#bus.command(SOFT_RESET);
    await wait(this.#clock, SETTLE_MS);
    await this.#bus.command(EXIT_SLEEP);
    await wait(this.#clock, SETTLE_MS);
    for (const [code = 0, ...parameters] of this.#controller.init)
      await this.#bus.command(code, ...parameters);
    this.#ready = true;
    return false;
  }

  async paint(picture: Picture, parts: readonly Rect[]): Promise<void> {
    this.#ready = false;
    const encode = encoder("RGB565", picture.palette);
    for (const part of parts) {
      await this.#window(part);
      const rows = Math.max(1, Math.floor(CHUNK / (2 * part.width)));
      for (const { bytes } of piecesOf(encode, picture, part, 2 * part.width, rows))
        await this.#bus.data(Buffer.from(bytes).swap16());
    }
    if (!this.#lit) await this.#bus.command(DISPLAY_ON);
    this.#lit = true;
    this.#ready = true;
  }

  async release(): Promise<void> {
    this.#ready = false;
    await this.#bus.command(DISPLAY_OFF);
    await this.#bus.command(ENTER_SLEEP);
  }

  async close(): Promise<void> {
    await this.#bus.close();
  }

  async #window({ x, y, width, height }: Rect): Promise<void> {
    const first = this.#controller.column + x;
    const top = this.#controller.row + y;
    await this.#bus.command(SET_COLUMN_ADDRESS, ...word(first), ...word(first + width - 1));
    await this.#bus.command(SET_PAGE_ADDRESS, ...word(top), ...word(top + height - 1));
    await this.#bus.command(WRITE_MEMORY);
  }
}

function word(value: number): [number, number] {
  return [value >> 8, value & 0xff];
}
