/** The device that is measured: a 1080p framebuffer, watched for the first picture that a phone could read. */
import { watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Board } from "../e2e/board.ts";
import { DaemonProcess, eventually } from "../e2e/daemon-process.ts";
import { readQr } from "../e2e/pixels.ts";
import type { Simulator } from "../simulator/simulator.ts";

export const FULL_HD = { width: 1920, height: 1080, bitsPerPixel: 32, stride: 7680 } as const;

/** After a start or a pairing: long enough for all that follows from it. */
const SETTLED_MS = 1_500;

/** A board whose framebuffer can be played back. */
export class WatchedBoard extends Board {
  firstWriteAt = Number.NaN;
  readonly #simulator: Simulator;
  readonly #frames: { readonly at: number; readonly memory: Buffer }[] = [];
  readonly #watcher = watch(`${this.root}/dev/fb0`, () => this.#written(performance.now()));
  #played: Buffer | null = null;

  constructor(simulator: Simulator) {
    super({ framebuffer: FULL_HD });
    this.#simulator = simulator;
  }

  override memory(): Buffer {
    return this.#played ?? super.memory();
  }

  /**
   * When the first picture was there whose code two decoders read. They look at copies, once it must be there:
   * beside a start that goes on they would cost it time.
   */
  async codeReadAt(): Promise<number> {
    await codeIsOut(this.#simulator);
    await sleep(SETTLED_MS);
    await eventually("a code on the framebuffer", () => readQr(this));
    this.#watcher.close();
    const found = this.#frames.find(({ memory }) => {
      this.#played = memory;
      return readQr(this) !== null;
    });
    this.#played = null;
    if (found === undefined) throw new Error("no code could be read off the framebuffer");
    return found.at;
  }

  override remove(): void {
    this.#watcher.close();
    super.remove();
  }

  /** A copy takes milliseconds, which is a part of what is measured: none is made before there can be a code on it. */
  #written(at: number): void {
    if (Number.isNaN(this.firstWriteAt)) this.firstWriteAt = at;
    if (this.#simulator.codes().length > 0) this.#frames.push({ at, memory: super.memory() });
  }
}

export function startDaemon(
  board: Board,
  simulator: Simulator,
  surroundings: ConstructorParameters<typeof DaemonProcess>[3] = {},
): DaemonProcess {
  return new DaemonProcess(
    board,
    simulator,
    { "display.driver": "framebuffer", "presence.mode": "auto" },
    surroundings,
  );
}

/** Waits until the device has been given a code. Nobody connects to the daemon, here and below. */
export async function codeIsOut(simulator: Simulator): Promise<void> {
  await eventually("a code", () => (simulator.codes().length > 0 ? true : null));
}

/** Pairs the device and waits until it has read what Frame.io says of it. */
export async function pair(simulator: Simulator): Promise<void> {
  const read = simulator.nextRequest(({ call, status }) => call === "me" && status === 200);
  simulator.approve();
  await read;
  await sleep(SETTLED_MS);
}
