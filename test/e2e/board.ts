/** A directory that stands in for a board: what the kernel and the image would show under `/proc`, `/sys` and `/etc`. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface BoardOptions {
  readonly serial?: string;
  /** Pixels of the framebuffer; null for a board without one. */
  readonly framebuffer?: Framebuffer | null;
}

export interface Framebuffer {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: 16 | 32;
  /** Bytes a row, more than the pixels need where the hardware pads. */
  readonly stride: number;
}

export const FRAMEBUFFER: Framebuffer = { width: 800, height: 480, bitsPerPixel: 32, stride: 3264 };

export class Board {
  readonly root = mkdtempSync(join(tmpdir(), "c2cd-board-"));
  readonly framebuffer: Framebuffer | null;
  /** What runs on it. */
  readonly #programs: ChildProcess[] = [];

  constructor({ serial = "10000000e63b0d94", framebuffer = FRAMEBUFFER }: BoardOptions = {}) {
    this.framebuffer = framebuffer;
    this.write("/sys/firmware/devicetree/base/serial-number", `${serial}\0`);
    this.write("/sys/firmware/devicetree/base/model", "Raspberry Pi 4 Model B Rev 1.4\0");
    this.write("/etc/machine-id", "0f1e2d3c4b5a69788796a5b4c3d2e1f0\n");
    this.write("/run/systemd/timesync/synchronized", "");
    this.write("/dev/null", "");
    if (framebuffer !== null) this.#addFramebuffer(framebuffer);
  }

  write(path: string, content: string | Uint8Array, mode = 0o644): string {
    const full = this.root + path;
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content, { mode });
    return full;
  }

  /** A program that ends with the board at the latest: one that a failed test leaves behind would keep its file going. */
  runs(program: ChildProcess): void {
    this.#programs.push(program);
  }

  remove(): void {
    for (const program of this.#programs) program.kill("SIGKILL");
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The framebuffer's memory as the device holds it. */
  memory(): Buffer {
    return readFileSync(`${this.root}/dev/fb0`);
  }

  #addFramebuffer({ width, height, bitsPerPixel, stride }: Framebuffer): void {
    const graphics = "/sys/class/graphics/fb0";
    this.write(`${graphics}/name`, "vc4drmfb\n");
    this.write(`${graphics}/virtual_size`, `${width},${height}\n`);
    this.write(`${graphics}/stride`, `${stride}\n`);
    this.write(`${graphics}/bits_per_pixel`, `${bitsPerPixel}\n`);
    this.write(`${graphics}/modes`, `U:${width}x${height}p-0\n`);
    this.write(`${graphics}/rotate`, "0\n");
    this.write("/dev/fb0", Buffer.alloc(stride * height));
  }
}
