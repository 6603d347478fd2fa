/** What programs of the device still get while others hold connections and say nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type RequestOptions, request } from "node:http";
import { join } from "node:path";
import { Board } from "../e2e/board.ts";
import { DaemonProcess } from "../e2e/daemon-process.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { type Bench, figure, ms, quantile, type Row, sorted, timed } from "./bench.ts";

const ATTACKERS = join(import.meta.dirname, "attackers.mjs");
const TOKENS = 300;
const PAGES = 5;
/** Milliseconds from one token to the next. */
const PACE = 20;
/** Milliseconds after which an answer counts as none. */
const PATIENCE = 30_000;

const ATTACKS = [
  { subject: "nobody", kind: "idle", count: 0, on: "page" },
  { subject: "page: 3,000 idle connections", kind: "idle", count: 3_000, on: "page" },
  { subject: "page: 900 headers, byte by byte", kind: "headers", count: 900, on: "page" },
  { subject: "page: 500 bodies, byte by byte", kind: "bodies", count: 500, on: "page" },
  { subject: "page: 900 streams that nobody reads", kind: "streams", count: 900, on: "page" },
  { subject: "socket: 1,500 idle connections", kind: "idle", count: 1_500, on: "socket" },
] as const;

/** Milliseconds to the end of an answer on a connection of its own; infinite where none comes. */
function answered(where: RequestOptions): Promise<number> {
  const asked = () =>
    new Promise<void>((resolve, reject) => {
      const sent = request({ ...where, agent: false, timeout: PATIENCE }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
        response.resume().on("end", resolve).on("error", reject);
      });
      sent.on("timeout", () => sent.destroy(new Error("no answer")));
      sent.on("error", reject).end();
    });
  return timed(asked).catch(() => Number.POSITIVE_INFINITY);
}

async function repeatedly(count: number, where: RequestOptions): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let asked = 0; asked < count; asked++) {
    taken.push(await answered(where));
    await new Promise((resolve) => setTimeout(resolve, PACE));
  }
  return taken;
}

export const attack: Bench = {
  name: "attack",
  measures: `${TOKENS} tokens and ${PAGES} pages, each on a connection of its own, while others sit on theirs`,
  columns: ["token: median", "99th percentile", "refused", "page: median", "refused"],
  async run() {
    const simulator = await startSimulator({ interval: 1, autoApproveAfter: 0 });
    const board = new Board();
    const daemon = new DaemonProcess(board, simulator);
    try {
      await daemon.until("paired", ({ state }) => state === "paired");
      const socketPath = join(board.root, "run/c2cd/control.sock");
      const { port } = new URL(await daemon.page());
      const rows: Row[] = [];
      for (const { subject, kind, count, on } of ATTACKS) {
        const where = on === "page" ? port : socketPath;
        const attackers = spawn(process.execPath, [ATTACKERS, kind, `${count}`, where], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        if (count > 0) await once(attackers.stdout, "data");
        const [tokens, pages] = await Promise.all([
          repeatedly(TOKENS, { socketPath, path: "/v1/token" }),
          repeatedly(PAGES, { port: Number(port), host: "127.0.0.1", path: "/" }),
        ]);
        attackers.kill();
        const quickest = (taken: readonly number[], share: number) => {
          const good = sorted(taken.filter(Number.isFinite));
          return good.length === 0 ? null : ms(quantile(good, share));
        };
        const refused = (taken: readonly number[]) =>
          figure(taken.filter((took) => !Number.isFinite(took)).length, "");
        rows.push({
          subject,
          figures: [
            quickest(tokens, 0.5),
            quickest(tokens, 0.99),
            refused(tokens),
            quickest(pages, 0.5),
            refused(pages),
          ],
        });
      }
      return rows;
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  },
};
