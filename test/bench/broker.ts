import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Board } from "../e2e/board.ts";
import { DaemonProcess } from "../e2e/daemon-process.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { type Bench, figure, ms, quantile, type Row, sorted, timed } from "./bench.ts";
import { untilUp } from "./process.ts";

const REQUESTS = 5_000;
const CLIENTS = 10;

function ask(socketPath: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: "/v1/token", agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
      response.resume().on("end", resolve);
    });
    asked.on("error", reject).end();
  });
}

async function measure(subject: string, socketPath: string): Promise<Row> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const client = async (requests: number) => {
    const taken: number[] = [];
    for (let sent = 0; sent < requests; sent++) taken.push(await timed(() => ask(socketPath, agent)));
    return taken;
  };
  const round = (requests: number) => Promise.all(Array.from({ length: CLIENTS }, () => client(requests)));
  try {
    await round(50);
    let taken: readonly number[] = [];
    const total = await timed(async () => {
      taken = sorted((await round(REQUESTS / CLIENTS)).flat());
    });
    return {
      subject,
      figures: [figure((1000 * REQUESTS) / total, "/s"), ms(quantile(taken, 0.5)), ms(quantile(taken, 0.99))],
    };
  } finally {
    agent.destroy();
  }
}

async function ours(): Promise<Row> {
  const simulator = await startSimulator({ interval: 1, autoApproveAfter: 0 });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator);
  try {
    await daemon.until("paired", ({ state }) => state === "paired");
    return await measure("c2cd: GET /v1/token", join(board.root, "run/c2cd/control.sock"));
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

const BODY = JSON.stringify({ access_token: "a".repeat(900), token_type: "bearer", expires_in: 28_800 });

const HTTP = `import { createServer } from "node:http";
createServer((_, response) => response.setHeader("content-type", "application/json").end(${JSON.stringify(BODY)}))
  .listen(process.argv[1], () => console.log("up"))`;

const FASTIFY = `import fastify from "fastify";
const app = fastify();
app.get("/v1/token", () => (${BODY}));
await app.listen({ path: process.argv[1] });
console.log("up")`;

async function peer(subject: string, program: string): Promise<Row> {
  const directory = mkdtempSync(join(tmpdir(), "c2cd-bench-"));
  const socketPath = join(directory, "peer.sock");
  try {
    const args = ["--input-type=module", "--eval", program, socketPath];
    return (await untilUp(args, () => measure(subject, socketPath))).seen;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export const broker: Bench = {
  name: "broker",
  measures: `${REQUESTS} requests by ${CLIENTS} clients on a unix socket`,
  columns: ["rate", "median", "99th percentile"],
  async run() {
    return [
      await ours(),
      await peer("peer: node:http with a constant answer", HTTP),
      await peer("peer: fastify with a constant answer", FASTIFY),
    ];
  },
};
