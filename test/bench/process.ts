/** Programs that are measured from outside, and what the kernel says of them (proc(5)). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** Whoever reads NODE_OPTIONS, more certificates or a locale from the environment would take longer for it. */
const CLEAN = { PATH: process.env.PATH };

/** Node.js and nothing else. */
export const BARE = ["-e", "0"];
/** The least that a program on a socket takes. */
export const HTTP_SERVER = [
  "-e",
  `require("node:http").createServer((_, answer) => answer.end()).listen(0, "127.0.0.1", () => console.log("up"))`,
];
export const IDLE = ["-e", `console.log("up"); setInterval(() => {}, 60_000)`];

export function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { env: CLEAN, stdio: ["ignore", "pipe", "inherit"] });
}

/** Milliseconds from its start to its end. @throws {Error} where it fails */
export async function untilEnd(program: string, args: readonly string[]): Promise<number> {
  const begin = performance.now();
  const [status] = (await once(start(program, args), "exit")) as [number | null];
  const took = performance.now() - begin;
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return took;
}

/** Runs Node.js until it has said something; @returns milliseconds to that, and what `look` sees then */
export async function untilUp<T>(
  args: readonly string[],
  look: (pid: number) => Promise<T> | T,
): Promise<{ readonly took: number; readonly seen: T }> {
  const begin = performance.now();
  const child = start(process.execPath, args);
  await once(child.stdout ?? child, "data");
  const took = performance.now() - begin;
  try {
    return { took, seen: await look(child.pid ?? 0) };
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

/** Memory that is resident, in MiB. */
export function residentMib(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Seconds that all its threads have run. From schedstat, which counts nanoseconds: stat's ticks are 10 ms long. */
export function cpuSeconds(pid: number | undefined): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce(
    (sum, task) => sum + Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]) / 1e9,
    0,
  );
}
