/** `scripts/fresh-test debian-13|debian-12 [--in DIRECTORY]`: the README's two commands in a Debian of their own. */
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../boot/shell.ts";
import { runInside } from "./inside.ts";
import { freshRoot, type Release } from "./root.ts";

const { values, positionals } = parseArgs({
  options: { in: { type: "string", default: "/srv/c2cd" } },
  allowPositionals: true,
});
const release = positionals[0] as Release;
const clone = values.in;

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());

async function says(root: string, command: string): Promise<string> {
  console.log(`${release}: ${command}`);
  const started = performance.now();
  const last = await runInside(root, `cd ${clone} && ${command}`, interrupt.signal);
  console.log(`${release}: ${command}: done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return last;
}

async function prove(root: string): Promise<void> {
  mkdirSync(dirname(join(root, clone)), { recursive: true });
  run("git", "clone", "--quiet", "--no-local", ".", join(root, clone));
  await says(root, "scripts/run --headless");
  const counts = await says(root, "scripts/test");
  if (!/^[1-9]\d* passed, 0 failed, 0 skipped$/.test(counts))
    throw new Error(`not everything was run: ${counts}`);
  const changes = await says(root, "git status --porcelain");
  if (changes !== "") throw new Error(`the clone is not as it was: ${changes}`);
}

console.log(`${release}: making a root with Node.js, npm, git and certificates`);
const root = freshRoot(release);
try {
  await prove(root);
  console.log(`${release}: both commands run from a clone at ${clone}, and no test is skipped`);
} catch (error) {
  console.error(`${release}: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
