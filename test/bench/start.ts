import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../simulator/simulator.ts";
import { type Bench, type Figure, median, ms, type Row, ratio, repeated } from "./bench.ts";
import { pair, startDaemon, WatchedBoard } from "./full-hd.ts";
import { BARE, HTTP_SERVER, start as startPeer, untilEnd, untilUp } from "./process.ts";

const RUNS = 9;

/** Debian's, of whose packages the peer is made: another one may come first in PATH. */
const PYTHON = "/usr/bin/python3";
const PEER = fileURLToPath(new URL("peer.py", import.meta.url));

/** Milliseconds from the start of the process. */
interface Start {
  readonly firstWrite: number;
  readonly codeRead: number;
}

async function python(): Promise<Start> {
  const simulator = await startSimulator();
  const board = new WatchedBoard(simulator);
  const begin = performance.now();
  const ended = startPeer(PYTHON, [PEER, simulator.url, "PEER-1", simulator.secret, `${board.root}/dev/fb0`]);
  try {
    const codeRead = await board.codeReadAt();
    return { firstWrite: board.firstWriteAt - begin, codeRead: codeRead - begin };
  } finally {
    if (ended.exitCode === null) await once(ended, "exit");
    await simulator.close();
    board.remove();
  }
}

async function daemon(): Promise<Start & { readonly asked: number; readonly tokenServed: number }> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new WatchedBoard(simulator);
  const asked = simulator.nextRequest(({ call }) => call === "code").then(() => performance.now());
  const begin = performance.now();
  const first = startDaemon(board, simulator);
  try {
    const codeRead = await board.codeReadAt();
    await pair(simulator);
    await first.end();
    return {
      firstWrite: board.firstWriteAt - begin,
      asked: (await asked) - begin,
      codeRead: codeRead - begin,
      tokenServed: await tokenServed(board, simulator),
    };
  } finally {
    await first.end();
    await simulator.close();
    board.remove();
  }
}

/** Milliseconds from the start of a paired daemon to the first token that a program got, which asks again and again. */
async function tokenServed(...where: Parameters<typeof startDaemon>): Promise<number> {
  const begin = performance.now();
  const again = startDaemon(...where);
  try {
    for (;;) {
      const answer = await again.ask("GET", "/v1/token").catch(() => null);
      if (answer?.status === 200) return performance.now() - begin;
      if (again.child.exitCode !== null) throw new Error(`the daemon ended early:\n${again.output}`);
      await sleep(2);
    }
  } finally {
    await again.end();
  }
}

export const start: Bench = {
  name: "start",
  measures: `from the start of the process, 1920x1080x32, all in turn; medians of ${RUNS}, ratios of each turn`,
  columns: ["time", "to node -e 0", "to the Python script"],
  async run() {
    execFileSync("scripts/apt-install", [
      ...["python3-requests", "python3-qrcode", "python3-pil", "fonts-dejavu-core", "zbar-tools"],
    ]);
    const all = await repeated(RUNS, async () => ({
      bare: await untilEnd(process.execPath, BARE),
      server: (await untilUp(HTTP_SERVER, () => {})).took,
      python: (await python()).codeRead,
      daemon: await daemon(),
    }));
    const bare = all.map(({ bare }) => bare);
    const script = all.map(({ python }) => python);
    const row = (
      subject: string,
      of: (run: (typeof all)[number]) => number,
      goals: { readonly bare?: number; readonly script?: number } | null = {},
    ): Row => {
      const taken = all.map(of);
      const toScript: Figure | null = goals?.script === undefined ? null : ratio(taken, script, goals.script);
      return { subject, figures: [ms(median(taken)), ratio(taken, bare, goals?.bare), toScript] };
    };
    return [
      row("c2cd: first picture on the framebuffer", ({ daemon }) => daemon.firstWrite),
      row("c2cd: code asked for", ({ daemon }) => daemon.asked),
      row("c2cd: code readable on the framebuffer", ({ daemon }) => daemon.codeRead, {
        bare: 3.5,
        script: 0.5,
      }),
      row("c2cd: paired, started again: token served", ({ daemon }) => daemon.tokenServed, { bare: 3 }),
      row("peer: node -e 0, to its end", ({ bare }) => bare),
      row("peer: node:http server listens", ({ server }) => server),
      row("peer: Python script, code readable", ({ python }) => python),
    ];
  },
};
