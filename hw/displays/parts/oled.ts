import type { Rect } from "../../picture/changes.ts";
import { isLight } from "../../picture/formats.ts";
import type { Picture } from "../../picture/picture.ts";
import type { PanelBus } from "../bus/bus.ts";
import type { PixelCapabilities } from "../contract/display.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { withCare } from "./care.ts";
import { type PanelController, panelCapabilities } from "./panel.ts";
import { displayOn, type Surface } from "./surface.ts";

/** What one controller of monochrome OLEDs does its own way. */
export interface OledController extends PanelController {
  /** Sent before the first picture, with the display off. */
  readonly init: readonly (readonly number[])[];
  /** Puts bytes into the columns from `x` on of consecutive pages from `page` on, `width` bytes each. */
  write(bus: PanelBus, x: number, page: number, width: number, bytes: Uint8Array): Promise<void>;
}

/** Commands that these controllers share (SSD1306 datasheet 10.1.7, 10.1.12; SH1106 commands 5 and 11). */
const SET_CONTRAST = 0x81;
const DISPLAY_OFF = 0xae;
const DISPLAY_ON = 0xaf;

/** Height of a page: the pixels that one byte holds, the topmost in its least significant bit. */
const PAGE = 8;

/** A monochrome OLED: memory in pages of eight rows, contrast as brightness. */
export class OledSurface implements Surface {
  readonly capabilities: PixelCapabilities;
  readonly #bus: PanelBus;
  readonly #controller: OledController;
  #brightness: number;
  #ready = false;
  #lit = false;

  constructor(bus: PanelBus, controller: OledController, device: string, brightness: number) {
    this.#bus = bus;
    this.#controller = controller;
    this.#brightness = brightness;
    this.capabilities = panelCapabilities(controller, device, "MONO10");
  }

  async take(): Promise<boolean> {
    if (this.#ready) return true;
    await this.#bus.reset();
    for (const [code = 0, ...parameters] of this.#controller.init)
      await this.#bus.command(code, ...parameters);
    this.#ready = true;
    this.#lit = false;
    await this.setBrightness(this.#brightness);
    return false;
  }

  async paint(picture: Picture, parts: readonly Rect[]): Promise<void> {
    this.#ready = false;
    const light = picture.palette.map(isLight);
    const { width, height } = this.capabilities;
    for (const { x: left, y: top, width: columns, height: rows } of parts) {
      const firstPage = Math.floor(top / PAGE);
      const pages = Math.ceil((top + rows) / PAGE) - firstPage;
      const bytes = new Uint8Array(pages * columns);
      let at = 0;
      for (let page = firstPage; page < firstPage + pages; page++)
        for (let x = left; x < left + columns; x++) {
          for (let bit = 0; bit < PAGE && page * PAGE + bit < height; bit++)
            if (light[picture.pixels[(page * PAGE + bit) * width + x] as number])
              bytes[at] = (bytes[at] as number) | (1 << bit);
          at++;
        }
      await this.#controller.write(this.#bus, left, firstPage, columns, bytes);
    }
    if (!this.#lit) await this.#bus.command(DISPLAY_ON);
    this.#lit = true;
    this.#ready = true;
  }

  async release(): Promise<void> {
    this.#ready = false;
    await this.#bus.command(DISPLAY_OFF);
  }

  async close(): Promise<void> {
    await this.#bus.close();
  }

  async setBrightness(percent: number): Promise<void> {
    this.#brightness = percent;
    // 255 is full; an OLED at contrast 0 is dim and not dark.
    if (this.#ready) await this.#bus.command(SET_CONTRAST, Math.round((percent * 255) / 100));
  }
}

/** A monochrome OLED of any controller on an open bus. */
export function openOled(
  bus: PanelBus,
  controller: OledController,
  options: DisplayOptions,
  host: Host,
): Opened {
  const surface = new OledSurface(bus, controller, options.device || "/dev/i2c-1", options.brightness);
  return { display: withCare(displayOn(surface, options), options.brightness, host.clock), warnings: [] };
}
