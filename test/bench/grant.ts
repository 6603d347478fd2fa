import { Board, type Framebuffer } from "../e2e/board.ts";
import { DaemonProcess } from "../e2e/daemon-process.ts";
import { grantWindow, operations, traced } from "../e2e/trace.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { type Bench, ms, quantile, type Row, sorted } from "./bench.ts";

const RUNS = 15;

async function grantOnce(framebuffer: Framebuffer | null): Promise<number> {
  const simulator = await startSimulator({ interval: 2 });
  const board = new Board({ framebuffer });
  const driver = framebuffer === null ? "none" : "framebuffer";
  const daemon = new DaemonProcess(
    board,
    simulator,
    { "display.driver": driver },
    { environment: traced(board) },
  );
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    await simulator.nextRequest(({ call }) => call === "poll");
    const code = operations(board).length;
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    const all = grantWindow(operations(board), code) ?? [];
    return (all.at(-1)?.at ?? Number.NaN) - (all[0]?.at ?? Number.NaN);
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

async function row(subject: string, size: readonly [number, number] | null): Promise<Row> {
  const framebuffer = size && { width: size[0], height: size[1], bitsPerPixel: 32, stride: 4 * size[0] };
  const taken: number[] = [];
  for (let run = 0; run < RUNS; run++) taken.push(await grantOnce(framebuffer as Framebuffer | null));
  const sample = sorted(taken);
  return { subject, figures: [ms(quantile(sample, 0.5)), ms(quantile(sample, 0.9))] };
}

export const grant: Bench = {
  name: "grant",
  measures: `from the answer in the socket to the end of its tokens' fsync, ${RUNS} pairings each`,
  columns: ["median", "90 %"],
  async run() {
    return [
      await row("c2cd: no display", null),
      await row("c2cd: 1280x720", [1280, 720]),
      await row("c2cd: 1920x1080", [1920, 1080]),
      await row("c2cd: 3840x2160", [3840, 2160]),
    ];
  },
};
