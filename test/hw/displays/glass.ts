import type { PanelBus } from "../../../hw/displays/bus/bus.ts";
import { from565, type Seen } from "./decode.ts";

/** A bus that records what goes over it: "> 2a 00 00" for a command, "data N" and the bytes for a picture. */
export class RecordingBus implements PanelBus {
  readonly log: string[] = [];
  closed = false;
  /** The next transfer fails as a panel that is unplugged does. */
  broken = false;
  #pixels: number[] = [];

  async command(code: number, ...parameters: number[]): Promise<void> {
    this.#check();
    this.log.push(`> ${hex([code, ...parameters])}`);
    this.onCommand(code, parameters);
  }

  async data(bytes: Uint8Array): Promise<void> {
    this.#check();
    this.log.push(bytes.length <= 16 ? `data ${hex([...bytes])}` : `data ${bytes.length} bytes`);
    this.#pixels.push(...bytes);
    this.onData(bytes);
  }

  async reset(): Promise<void> {
    this.log.push("reset");
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** What was recorded since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }

  protected onCommand(_code: number, _parameters: readonly number[]): void {}
  protected onData(_bytes: Uint8Array): void {}

  #check(): void {
    if (this.broken) throw Object.assign(new Error("EREMOTEIO"), { code: "EREMOTEIO" });
  }
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** An OLED controller's memory, addressed as the SSD1306 (horizontal mode) or the SH1106 (page mode) is. */
export class OledGlass extends RecordingBus {
  on = false;
  contrast = 0x7f;
  readonly #memory: Uint8Array;
  readonly #columns: number;
  #window = { left: 0, right: 127, top: 0, bottom: 7 };
  #column = 0;
  #page = 0;

  /** @param columns 128 for the SSD1306, 132 for the SH1106, which stays in its page */
  constructor(columns: 128 | 132) {
    super();
    this.#columns = columns;
    this.#memory = new Uint8Array(columns * 8).fill(0xa5);
  }

  protected override onCommand(code: number, parameters: readonly number[]): void {
    const [first = 0, second = 0] = parameters;
    if (code === 0xae) this.on = false;
    if (code === 0xaf) this.on = true;
    if (code === 0x81) this.contrast = first;
    if (code === 0x21) {
      this.#window = { ...this.#window, left: first, right: second };
      this.#column = first;
    }
    if (code === 0x22) {
      this.#window = { ...this.#window, top: first, bottom: second };
      this.#page = first;
    }
    // The SH1106 takes three one-byte commands in a row.
    if (code >= 0xb0 && code <= 0xb7) {
      this.#page = code & 0x0f;
      this.#column = (first & 0x0f) | ((second & 0x0f) << 4);
    }
  }

  protected override onData(bytes: Uint8Array): void {
    const { left, right, top, bottom } = this.#window;
    for (const byte of bytes) {
      this.#memory[this.#page * this.#columns + this.#column++] = byte;
      if (this.#columns === 128 && this.#column > right) {
        this.#column = left;
        this.#page = this.#page === bottom ? top : this.#page + 1;
      }
    }
  }

  seen(width: number, height: number, column: number): Seen {
    const rgb = new Uint32Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const byte = this.#memory[(y >> 3) * this.#columns + column + x] as number;
        rgb[y * width + x] = (byte >> (y & 7)) & 1 ? 0xffffff : 0;
      }
    return { width, height, rgb };
  }
}

/** The memory of a colour LCD's controller, 240x320 pixels of 16 bits. */
export class LcdGlass extends RecordingBus {
  on = false;
  asleep = true;
  readonly #memory = new Uint16Array(240 * 320).fill(0x5a5a);
  #window = { left: 0, right: 239, top: 0, bottom: 319 };
  #x = 0;
  #y = 0;
  #half: number | null = null;

  protected override onCommand(code: number, parameters: readonly number[]): void {
    const [a = 0, b = 0, c = 0, d = 0] = parameters;
    if (code === 0x10) this.asleep = true;
    if (code === 0x11) this.asleep = false;
    if (code === 0x28) this.on = false;
    if (code === 0x29) this.on = true;
    if (code === 0x2a) this.#window = { ...this.#window, left: (a << 8) | b, right: (c << 8) | d };
    if (code === 0x2b) this.#window = { ...this.#window, top: (a << 8) | b, bottom: (c << 8) | d };
    if (code === 0x2c) {
      this.#x = this.#window.left;
      this.#y = this.#window.top;
      this.#half = null;
    }
  }

  protected override onData(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#half === null) {
        this.#half = byte;
        continue;
      }
      this.#memory[this.#y * 240 + this.#x] = (this.#half << 8) | byte;
      this.#half = null;
      if (++this.#x > this.#window.right) {
        this.#x = this.#window.left;
        this.#y++;
      }
    }
  }

  seen(width: number, height: number, column: number, row: number): Seen {
    const rgb = new Uint32Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        rgb[y * width + x] = from565(this.#memory[(row + y) * 240 + column + x] as number);
    return { width, height, rgb };
  }
}
