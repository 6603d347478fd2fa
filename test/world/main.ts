/**
 * Worlds in one process, each from one seed (CONTRIBUTING.md).
 *
 *   npm run world -- --seeds 10000 [--from N]    lives them, and prints figures; a seed that fails is made small
 *   npm run world -- --seed N [--steps 3,7]      lives one, or some steps of its plan, and prints all that happens
 *   npm run world -- --mutations                 puts known faults back, one at a time, and prints which seed finds each
 */
import { parseArgs } from "node:util";
import { buildWorld } from "./bundle.ts";
import type { Finding } from "./explore.ts";
import { describeFinding, Figures } from "./figures.ts";
import { MUTATIONS } from "./mutations.ts";

/** Seeds that a fault has to be found in. */
const PATIENCE = 1_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    steps: { type: "string" },
    mutations: { type: "boolean", default: false },
  },
});

if (values.mutations) await mutate();
else if (values.seed !== undefined) await replay(Number(values.seed), values.steps);
else await explore(Number(values.from), Number(values.seeds));

async function explore(first: number, seeds: number): Promise<void> {
  const world = await buildWorld();
  const figures = new Figures();
  const finding = await world.explore({ first, seeds, told: (_, story) => figures.add(story) });
  for (const line of figures.lines()) console.log(line);
  if (finding === null) return;
  process.exitCode = 1;
  for (const line of describeFinding(finding)) console.log(line);
}

async function replay(seed: number, steps: string | undefined): Promise<void> {
  const world = await buildWorld();
  const kept = steps?.split(",").filter(Boolean).map(Number);
  const { trace, violation } = await world.replay(seed, kept);
  for (const line of trace) console.log(line);
  if (violation === null) return;
  process.exitCode = 1;
  console.log(`${violation.rule}: ${violation.detail}`);
}

async function mutate(): Promise<void> {
  for (const { name, edits } of MUTATIONS) {
    const world = await buildWorld(edits);
    const finding = await world.explore({ first: 1, seeds: PATIENCE });
    if (finding === null) process.exitCode = 1;
    console.log(`${name}: ${finding === null ? `NOT FOUND in ${PATIENCE} seeds` : shortly(finding)}`);
  }
}

function shortly({ seed, kept, of, story }: Finding): string {
  const steps = `${kept.length} of ${of} steps${kept.length === 0 ? "" : ` (${kept.join(",")})`}`;
  return `seed ${seed}, ${steps}: ${story.violation?.rule}`;
}
