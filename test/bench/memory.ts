import { setTimeout as sleep } from "node:timers/promises";
import { cannotMount } from "../daemon/vault/mounts.ts";
import { Board } from "../e2e/board.ts";
import { FakeUptime, withUptime } from "../e2e/fake-uptime.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { type Bench, figure, median, type Row } from "./bench.ts";
import { codeIsOut, FULL_HD, pair, startDaemon } from "./full-hd.ts";
import { HTTP_SERVER, IDLE, residentMib, untilUp } from "./process.ts";

const RUNS = 7;
/** So long after a start or a change Node.js has collected what was left over, which it does when nothing happens. */
const REST_MS = 15_000;
const REFRESHES = 1_000;
const VISITS = 500;

/** Longer than an access token lives: the next program that asks for one has it refreshed. */
const LATER_S = 28_800;

/** Node.js at rest. */
async function peer(args: readonly string[]): Promise<number> {
  const { seen } = await untilUp(args, async (pid) => {
    await sleep(REST_MS);
    return residentMib(pid);
  });
  return seen;
}

/** One life, to which nobody connects until its end. */
async function life() {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board({ framebuffer: FULL_HD });
  let daemon = startDaemon(board, simulator);
  const atRest = async () => {
    await sleep(REST_MS);
    return residentMib(daemon.child.pid);
  };
  try {
    await codeIsOut(simulator);
    const awaiting = await atRest();
    await pair(simulator);
    const paired = await atRest();
    await daemon.end();
    daemon = startDaemon(board, simulator);
    const restarted = await atRest();
    await daemon.accessToken();
    return { awaiting, paired, restarted, served: await atRest() };
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

/** At the same time, which costs no memory; one start after the other. */
async function lives() {
  const all = Array.from({ length: RUNS }, async (_, run) => {
    await sleep(run * 1_500);
    const [bare, server, daemon] = await Promise.all([peer(IDLE), peer(HTTP_SERVER), life()]);
    return { bare, server, ...daemon };
  });
  return Promise.all(all);
}

/** Months of a paired device: at each turn the time since boot leaps, a program wants a token, and somebody looks. */
async function months(): Promise<number> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board({ framebuffer: FULL_HD });
  const uptime = new FakeUptime(board);
  const daemon = startDaemon(board, simulator, { wrapper: withUptime(uptime.file) });
  try {
    await codeIsOut(simulator);
    await pair(simulator);
    const page = await daemon.page();
    for (let turn = 1; turn <= REFRESHES; turn++) {
      const proven = simulator.nextRequest(({ call }) => call === "me");
      uptime.suspend(LATER_S);
      await daemon.accessToken();
      await proven;
      if (turn % (REFRESHES / VISITS) === 0) await visit(page);
    }
    const refreshes = simulator
      .requests()
      .filter(({ call, status }) => call === "refresh" && status === 200).length;
    if (refreshes < REFRESHES) throw new Error(`${refreshes} refreshes`);
    await sleep(REST_MS);
    return residentMib(daemon.child.pid);
  } finally {
    await daemon.end();
    uptime.stop();
    await simulator.close();
    board.remove();
  }
}

/** What a browser asks for, the stream of events included, which it leaves after the first one. */
async function visit(page: string): Promise<void> {
  for (const path of ["/", "/page.css", "/page.js", "/icon.svg"]) {
    const answer = await fetch(page + path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    await answer.arrayBuffer();
  }
  const leave = new AbortController();
  const events = await fetch(`${page}/v1/events`, { signal: leave.signal });
  await events.body?.getReader().read();
  leave.abort();
}

export const memory: Bench = {
  name: "memory",
  measures: `resident after ${REST_MS / 1_000} s at rest, 1920x1080x32; medians of ${RUNS}`,
  columns: ["resident", "to bare node"],
  async run() {
    const all = await lives();
    const bare = median(all.map(({ bare }) => bare));
    const row = (subject: string, resident: number | null, most?: number): Row => ({
      subject,
      figures: resident === null ? [] : [figure(resident, "MiB", most), figure(resident / bare, "x")],
    });
    const medianRow = (subject: string, of: (run: (typeof all)[number]) => number, most?: number) =>
      row(subject, median(all.map(of)), most);
    // Another /proc/uptime has to be mounted for it.
    const aged = cannotMount() === false ? await months() : null;
    return [
      medianRow("c2cd: awaiting the user", ({ awaiting }) => awaiting, 65),
      medianRow("c2cd: just paired", ({ paired }) => paired),
      medianRow("c2cd: paired, started again, nobody connects", ({ restarted }) => restarted, 58),
      medianRow("c2cd: the same, a token served", ({ served }) => served),
      row(`c2cd: after ${REFRESHES} refreshes and ${VISITS} visits of the page, one run`, aged, 90),
      medianRow("peer: bare node", ({ bare }) => bare),
      medianRow("peer: node:http server", ({ server }) => server),
    ];
  },
};
