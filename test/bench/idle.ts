import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Board } from "../e2e/board.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { bundle } from "../soak/bundle.ts";
import { insertCard } from "../soak/card.ts";
import type { LifeOptions, LifeReport } from "../soak/life.ts";
import { type Bench, type Figure, figure } from "./bench.ts";
import { codeIsOut, FULL_HD, pair, startDaemon } from "./full-hd.ts";
import { cpuSeconds, HTTP_SERVER, untilUp } from "./process.ts";

const SECONDS = 60;
/** Simulated: what is written once, in the first week, is a small part of it, as of a device's life. */
const DAYS = 70;
/** What a start leaves to be collected is not idling; nor is the paired screen, half a minute by default. */
const SETTLED_MS = 45_000;

/** Seconds an hour: the real time of a minute, extrapolated. */
async function cpuAnHour(pid: number | undefined): Promise<Figure> {
  await sleep(SETTLED_MS);
  const before = cpuSeconds(pid);
  await sleep(SECONDS * 1_000);
  return figure(((cpuSeconds(pid) - before) * 3_600) / SECONDS, "s/h");
}

async function daemonIdles(): Promise<Figure> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board({ framebuffer: FULL_HD });
  const daemon = startDaemon(board, simulator);
  try {
    await codeIsOut(simulator);
    await pair(simulator);
    return { ...(await cpuAnHour(daemon.child.pid)), most: 2 };
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

async function serverIdles(): Promise<Figure> {
  const { seen } = await untilUp(HTTP_SERVER, (pid) => cpuAnHour(pid));
  return seen;
}

/**
 * The runner, the vault and the client on a clock that is moved by hand, with Frame.io's lives of tokens, and a SQLite
 * file on ext4; null where this machine lets nobody mount one.
 */
async function written(): Promise<Figure | null> {
  const undo: (() => unknown)[] = [];
  const ending = { after: (...[fn]: readonly unknown[]) => undo.push(fn as () => unknown) };
  try {
    const options: LifeOptions = {
      days: DAYS,
      seed: 1,
      card: insertCard(ending),
      weather: "fair",
      presence: "auto",
      socket: "taken",
      watched: false,
    };
    const program = await bundle(ending, "lifetime");
    const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(options)], {
      env: { PATH: process.env.PATH },
    });
    const { bytesWritten } = JSON.parse(stdout) as LifeReport;
    return bytesWritten === null ? null : figure(bytesWritten / DAYS / 1_024, "KiB/day", 150);
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

export const idle: Bench = {
  name: "idle",
  measures: `paired; processor time of ${SECONDS} s, extrapolated; ${DAYS} simulated days written to ext4`,
  columns: ["processor", "to the card"],
  async run() {
    const [daemon, server] = await Promise.all([daemonIdles(), serverIdles()]);
    return [
      { subject: "c2cd: on the status socket, its display given back", figures: [daemon, null] },
      { subject: "c2cd: the file system's journal included", figures: [null, await written()] },
      { subject: "peer: node:http server", figures: [server, null] },
    ];
  },
};
