/** `scripts/bench`: prints a table for each benchmark. */
import { cpus } from "node:os";
import type { Bench, Row } from "./bench.ts";
import { broker } from "./broker.ts";
import { grant } from "./grant.ts";
import { screens } from "./screens.ts";
import { start } from "./start.ts";
import { vault } from "./vault.ts";

const BENCHES: readonly Bench[] = [start, screens, grant, vault, broker];

function print(columns: readonly string[], rows: readonly Row[]): void {
  const table = [["", ...columns], ...rows.map(({ subject, figures }) => [subject, ...figures])];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table) {
    const cells = row.map((cell, column) => cell[column === 0 ? "padEnd" : "padStart"](widths[column] ?? 0));
    console.log(`  ${cells.join("  ").trimEnd()}`);
  }
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => BENCHES.every((bench) => bench.name !== name));
if (unknown.length > 0) {
  console.error(
    `there is no benchmark ${unknown.join(", ")}; there are: ${BENCHES.map(({ name }) => name).join(", ")}`,
  );
  process.exit(64);
}
console.log(`Node.js ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}`);
for (const { name, measures, columns, run } of BENCHES) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${name}: ${measures}`);
  print(columns, await run());
}
