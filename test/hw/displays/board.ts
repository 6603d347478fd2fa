import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { SCHEMA } from "../../../daemon/setup/config.ts";
import type { PixelDisplay } from "../../../hw/displays/contract/display.ts";
import type { DisplayOptions, Host, TextStream } from "../../../hw/displays/contract/options.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { ManualClock } from "../../support/manual-clock.ts";

export interface FakeFramebuffer {
  readonly id?: string;
  readonly name?: string;
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly stride?: number;
  readonly virtualWidth?: number;
  readonly virtualHeight?: number;
  readonly bus?: "spi" | "i2c" | "platform";
}

/** A directory that stands in for a board: sysfs as the kernel lays it out, and plain files as device nodes. */
export class Board {
  readonly root = mkdtempSync(join(tmpdir(), "c2cd-board-"));
  readonly clock = new ManualClock();

  constructor(t: Pick<TestContext, "after">) {
    t.after(() => this.dispose());
    mkdirSync(join(this.root, "dev"));
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  write(path: string, content: string | Uint8Array): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Returns the path of the file that holds the framebuffer's memory, filled with 0x5A. */
  framebuffer(fb: FakeFramebuffer): string {
    const { id = "fb0", width, height, bitsPerPixel } = fb;
    const virtualWidth = fb.virtualWidth ?? width;
    const virtualHeight = fb.virtualHeight ?? height;
    const stride = fb.stride ?? Math.ceil((virtualWidth * bitsPerPixel) / 8);
    const at = `/sys/class/graphics/${id}`;
    this.write(`${at}/name`, `${fb.name ?? "testfb"}\n`);
    this.write(`${at}/virtual_size`, `${virtualWidth},${virtualHeight}\n`);
    this.write(`${at}/stride`, `${stride}\n`);
    this.write(`${at}/bits_per_pixel`, `${bitsPerPixel}\n`);
    this.write(`${at}/modes`, `U:${width}x${height}p-0\n`);
    this.write(`${at}/mode`, "");
    this.write(`${at}/pan`, "0,0\n");
    this.write(`${at}/rotate`, "0\n");
    this.write(`${at}/blank`, "");
    if (fb.bus !== undefined) {
      this.write(`/sys/bus/${fb.bus}/uevent`, "");
      mkdirSync(join(this.root, at, "device"), { recursive: true });
      symlinkSync(`../../../../bus/${fb.bus}`, join(this.root, at, "device/subsystem"));
    }
    return this.write(`/dev/${id}`, new Uint8Array(stride * virtualHeight).fill(0x5a));
  }

  host(stdout: TextStream = new Transcript()): Host {
    return { root: this.root, clock: this.clock, stdout, utf8: true, urgent: () => null };
  }
}

/** The configured display, of which the test knows that it has pixels. */
export async function openPixels(options: DisplayOptions, host: Host): Promise<PixelDisplay> {
  const { display } = await openDisplay(options, host);
  assert.equal(display.capabilities.surface, "pixels");
  return display as PixelDisplay;
}

/** Standard output that is not a terminal, unless it is given a size. */
export class Transcript implements TextStream {
  text = "";
  readonly isTTY: boolean;
  columns?: number;
  rows?: number;

  constructor(size?: { columns: number; rows: number }) {
    this.isTTY = size !== undefined;
    if (size !== undefined) Object.assign(this, size);
  }

  write(text: string, done: (error?: Error | null) => void): boolean {
    this.text += text;
    done();
    return true;
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.text;
    this.text = "";
    return text;
  }
}

/** The `[display]` table with its defaults, and what a test changes in it. */
export function displayOptions(changes: Partial<DisplayOptions>): DisplayOptions {
  const defaults = Object.fromEntries(
    Object.entries(SCHEMA.display).map(([name, key]) => [name, key.default]),
  ) as unknown as DisplayOptions;
  return { ...defaults, ...changes };
}
