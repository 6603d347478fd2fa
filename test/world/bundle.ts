/** Builds a world: the daemon's rooms from their sources, on modules that stand in for the machine's. */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

/** A passage of a source that is replaced by another. */
export interface Edit {
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

const ROOT = resolve(import.meta.dirname, "../..");
const NATURE = join(import.meta.dirname, "nature");

/** What reaches out of the process, and what stands in for it. */
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/^node:fs\/promises$/, "files.ts"],
  [/^node:timers\/promises$/, "timers.ts"],
  [/^sqlite3$/, "sqlite.ts"],
  [/^\.\/transport\.ts$/, "transport.ts"],
];

const standIns: Plugin = {
  name: "stand-ins",
  setup({ onResolve }) {
    for (const [filter, file] of STAND_INS) onResolve({ filter }, () => ({ path: join(NATURE, file) }));
  },
};

function edited(edits: readonly Edit[]): Plugin {
  return {
    name: "edits",
    setup({ onLoad }) {
      onLoad({ filter: /\/daemon\/.*\.ts$/ }, ({ path }) => {
        const name = relative(ROOT, path);
        const own = edits.filter(({ file }) => file === name);
        if (own.length === 0) return null;
        const contents = own.reduce((text, edit) => replaced(text, edit), readFileSync(path, "utf8"));
        return { contents, loader: "ts" };
      });
    },
  };
}

function replaced(text: string, { file, search, replace }: Edit): string {
  const parts = text.split(search);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} times what is to be replaced: ${search}`);
  return parts.join(replace);
}

/** The world, with what it exports; with some faults put into the daemon. */
export async function buildWorld(edits: readonly Edit[] = []): Promise<typeof import("./explore.ts")> {
  const directory = join(ROOT, ".cache/world");
  mkdirSync(directory, { recursive: true });
  bundles += 1;
  const outfile = join(directory, `${process.pid}-${bundles}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, "explore.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    plugins: [standIns, edited(edits)],
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
}

let bundles = 0;
