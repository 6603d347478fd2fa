import { PNG } from "pngjs";
import type { Seen } from "../hw/displays/decode.ts";
import { LcdGlass, OledGlass } from "../hw/displays/glass.ts";
import { type Level, LINES } from "./wires.ts";

/** A panel at the other end of some wires. */
export interface Panel {
  /** A line has another level now. */
  change(line: number, level: Level): void;
  /** What is to be seen on it; black while it is off. PNG. */
  picture(): Buffer;
}

/** Which panel a case looks at. */
export const PANELS: Readonly<Record<"spi" | "i2c", () => Panel>> = {
  spi: () => new SpiPanel(),
  i2c: () => new I2cPanel(),
};

/** Of MIPI DCS: what follows are pixels. */
const WRITE_MEMORY = 0x2c;

/** An ST7789 of 240x240: in mode 0 a bit is taken as the clock rises, and D/C tells what a byte is. */
class SpiPanel implements Panel {
  readonly #glass = new LcdGlass();
  readonly #levels: Level[] = [];
  #bits = 1;
  #command = 0;
  #parameters: number[] = [];

  change(line: number, level: Level): void {
    this.#levels[line] = level;
    if (line === LINES.CS) this.#bits = 1;
    if (line !== LINES.SCK || level === 0 || this.#levels[LINES.CS] === 1) return;
    this.#bits = (this.#bits << 1) | (this.#levels[LINES.MOSI] ?? 0);
    if (this.#bits < 0x100) return;
    this.#take(this.#bits & 0xff);
    this.#bits = 1;
  }

  picture(): Buffer {
    return png(this.#glass.seen(240, 240, 0, 0), this.#glass.on);
  }

  #take(byte: number): void {
    const isCommand = this.#levels[LINES.DC] !== 1;
    if (!isCommand && this.#command === WRITE_MEMORY) {
      void this.#glass.data(Uint8Array.of(byte));
    } else {
      if (isCommand) this.#command = byte;
      this.#parameters = isCommand ? [] : [...this.#parameters, byte];
      void this.#glass.command(this.#command, ...this.#parameters);
    }
    this.#glass.take();
  }
}

/** The first byte of a message to an SSD1306 tells what the others are (datasheet, 8.1.5.2). */
const COMMANDS = 0x00;
const DATA = 0x40;

/** An SSD1306 of 128x64 at the address 0x3C: a message lies between a start and a stop, at which SDA moves while SCL is high. */
class I2cPanel implements Panel {
  readonly #glass = new OledGlass(128);
  readonly #levels: Level[] = [];
  #bits: Level[] = [];

  change(line: number, level: Level): void {
    this.#levels[line] = level;
    if (line === LINES.SCL && level === 1) this.#bits.push(this.#levels[LINES.SDA] ?? 0);
    if (line !== LINES.SDA || this.#levels[LINES.SCL] !== 1) return;
    if (level === 1) this.#take(this.#bytes());
    this.#bits = [];
  }

  picture(): Buffer {
    return png(this.#glass.seen(128, 64, 0), this.#glass.on);
  }

  /** Nine bits each, of which the last is the answer. */
  #bytes(): number[] {
    const bytes: number[] = [];
    for (let at = 0; at + 9 <= this.#bits.length; at += 9)
      bytes.push(Number.parseInt(this.#bits.slice(at, at + 8).join(""), 2));
    return bytes;
  }

  #take([address, control, ...bytes]: readonly number[]): void {
    const [code = 0, ...parameters] = bytes;
    if (address !== 0x3c << 1) return;
    if (control === COMMANDS) void this.#glass.command(code, ...parameters);
    if (control === DATA) void this.#glass.data(Uint8Array.from(bytes));
  }
}

function png({ width, height, rgb }: Seen, on: boolean): Buffer {
  const image = new PNG({ width, height });
  for (const [at, colour] of rgb.entries())
    image.data.writeUInt32BE((((on ? colour : 0) << 8) | 0xff) >>> 0, 4 * at);
  return PNG.sync.write(image);
}
