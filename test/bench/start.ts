import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, watch } from "node:fs";
import { Board } from "../e2e/board.ts";
import { DaemonProcess } from "../e2e/daemon-process.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { type Bench, median, ms, type Row } from "./bench.ts";

const RUNS = 7;

interface Start {
  readonly frame: number;
  readonly request: number;
  readonly socket: number;
  readonly megabytes: number;
}

async function startOnce(): Promise<Start> {
  const simulator = await startSimulator();
  const board = new Board();
  const frame = firstWrite(`${board.root}/dev/fb0`);
  const request = simulator.nextRequest(({ call }) => call === "code").then(() => performance.now());
  const begin = performance.now();
  const daemon = new DaemonProcess(board, simulator);
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    const socket = performance.now();
    return {
      frame: (await frame) - begin,
      request: (await request) - begin,
      socket: socket - begin,
      megabytes: residentMegabytes(daemon.child.pid),
    };
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

function firstWrite(path: string): Promise<number> {
  return new Promise((resolve) => {
    const watcher = watch(path, () => {
      watcher.close();
      resolve(performance.now());
    });
  });
}

/** proc_pid_status(5) */
function residentMegabytes(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Node.js with nothing to do, or with one package loaded: until it prints, and what it holds then. */
async function bareNode(program: string): Promise<{ readonly printed: number; readonly megabytes: number }> {
  const begin = performance.now();
  const child = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `${program}; console.log("up"); setInterval(() => {}, 60_000)`,
  ]);
  await once(child.stdout, "data");
  const printed = performance.now() - begin;
  const megabytes = residentMegabytes(child.pid);
  child.kill();
  await once(child, "exit");
  return { printed, megabytes };
}

async function repeated<T>(work: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let run = 0; run < RUNS; run++) all.push(await work());
  return all;
}

async function peer(subject: string, program: string): Promise<Row> {
  const all = await repeated(() => bareNode(program));
  return {
    subject,
    figures: [
      ms(median(all.map(({ printed }) => printed))),
      `${median(all.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
    ],
  };
}

export const start: Bench = {
  name: "start",
  measures: `from the start of the process, median of ${RUNS}`,
  columns: ["time", "resident"],
  async run() {
    const all = await repeated(startOnce);
    const figure = (subject: string, of: (run: Start) => number, memory = ""): Row => ({
      subject,
      figures: [ms(median(all.map(of))), memory],
    });
    return [
      figure("c2cd: first picture on the framebuffer", ({ frame }) => frame),
      figure("c2cd: code asked for", ({ request }) => request),
      figure(
        "c2cd: code shown, socket answers",
        ({ socket }) => socket,
        `${median(all.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
      ),
      await peer("peer: node that prints a line", ""),
      await peer("peer: node that loads fastify and prints", 'await import("fastify")'),
    ];
  },
};
