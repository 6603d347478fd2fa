/** `scripts/bench`: prints a table for each benchmark. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Request, readArguments } from "./arguments.ts";
import { attack } from "./attack.ts";
import type { Bench } from "./bench.ts";
import { broker } from "./broker.ts";
import { grant } from "./grant.ts";
import { append, type Circumstances, keyOf, lastOf, type Result, readHistory, recordOf } from "./history.ts";
import { idle } from "./idle.ts";
import { machine, machineArm64 } from "./machine.ts";
import { memory } from "./memory.ts";
import { table } from "./report.ts";
import { screens } from "./screens.ts";
import { size } from "./size.ts";
import { start } from "./start.ts";
import { vault } from "./vault.ts";

const USUAL: readonly Bench[] = [start, memory, idle, screens, grant, vault, broker, attack, size];
const SLOW: readonly Bench[] = [machine, machineArm64];

function circumstances(): Circumstances {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  return {
    commit: git("describe", "--always", "--dirty", "--exclude=*"),
    date: git("log", "-1", "--format=%cI"),
    node: process.version,
    processor: cpus()[0]?.model ?? "unknown processor",
    cores: cpus().length,
  };
}

async function measure({ chosen, json, record }: Request): Promise<void> {
  const where = circumstances();
  const history = readHistory();
  console.log(`${where.commit}, Node.js ${where.node}, ${where.cores} cores, ${where.processor}`);
  console.log("In parentheses: the figure that was recorded last.");
  const results: Result[] = [];
  for (const { name, measures, columns, run } of chosen) {
    console.log(`\n${name}: ${measures}`);
    const rows = await run();
    console.log(table(columns, rows, (subject, column) => lastOf(history, keyOf(name, subject, column))));
    results.push({ name, columns, rows });
  }
  if (json !== null) writeFileSync(json, `${JSON.stringify({ ...where, results }, null, 2)}\n`);
  if (record) append(recordOf(where, results));
}

const asked = readArguments(process.argv.slice(2), USUAL, SLOW);
if (typeof asked === "string") {
  console.error(asked);
  process.exit(64);
}
await measure(asked);
