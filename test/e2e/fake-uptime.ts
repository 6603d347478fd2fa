import { closeSync, openSync, writeSync } from "node:fs";
import { uptime } from "node:os";
import type { Board } from "./board.ts";

/** Runs the daemon with that file in the place of /proc/uptime, which is what it takes for the time since boot. */
export const withUptime = (file: string) => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `mount --bind ${file} /proc/uptime && exec "$@"`,
  "sh",
];

/** A time since boot that runs on as the machine's, and jumps as in a suspend, of which Node's timers know nothing. */
export class FakeUptime {
  readonly file: string;
  readonly #descriptor: number;
  readonly #ticking: NodeJS.Timeout;
  #slept = 0;

  constructor(board: Board) {
    this.file = board.write("/uptime", "");
    this.#descriptor = openSync(this.file, "w");
    this.#tick();
    this.#ticking = setInterval(() => this.#tick(), 20);
  }

  suspend(seconds: number): void {
    this.#slept += seconds;
    this.#tick();
  }

  stop(): void {
    clearInterval(this.#ticking);
    closeSync(this.#descriptor);
  }

  /** Always as long, so that no reader sees half of it. */
  #tick(): void {
    writeSync(this.#descriptor, `${(uptime() + this.#slept).toFixed(2).padStart(14, "0")} 0.00\n`, 0);
  }
}
