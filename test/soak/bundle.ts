import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Ending } from "../daemon/vault/support.ts";

/** A program of this directory as one file of plain JavaScript, which starts quickly; gone after the test. */
export async function bundle(t: Ending, program: string): Promise<string> {
  const outfile = join(resolve("dist"), `${program}-${process.pid}.mjs`);
  t.after(() => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [`test/soak/${program}.ts`],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["sqlite3"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outfile;
}
