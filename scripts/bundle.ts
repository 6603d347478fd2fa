import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build, type OutputFile, type TransformOptions, transform } from "esbuild";
import { NODE_FLAGS } from "./node-flags.ts";

const SOURCES = join(import.meta.dirname, "../daemon");

/** How everything is written that is run. */
const WRITTEN = {
  platform: "node",
  target: "node20",
  minifySyntax: true,
  // A third less to read from a slow card. Names stay, and lines, so that a stack trace can be read.
  minifyWhitespace: true,
  lineLimit: 160,
  // The licences of everything in here are the package's documentation: scripts/build-licences.ts.
  legalComments: "none",
} satisfies TransformOptions;

const BUNDLED = { ...WRITTEN, bundle: true, logLevel: "warning" } satisfies BuildOptions;

/** By the names of the programs, their sources. */
const PROGRAMS = { c2cd: "main.ts", c2cctl: "ctl/main.ts" } as const;

/**
 * Bundles programs into a directory: a board loads few files fast, and hundreds slowly. What no program needs at its
 * start is in chunks of its own. No package is needed beside them but the native ones.
 *
 * @param define what the sources are given by name
 * @returns the files, from the repository's root, of which there is code in them
 */
export async function buildPrograms(
  directory: string,
  programs: readonly (keyof typeof PROGRAMS)[],
  define: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { outputFiles, metafile } = await build({
    ...BUNDLED,
    entryPoints: Object.fromEntries(programs.map((name) => [name, join(SOURCES, PROGRAMS[name])])),
    outdir: join(directory, "chunks"),
    write: false,
    metafile: true,
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    alias: {
      // fontkit's own decompressor is a megabyte of JavaScript; Node has one.
      "brotli/decompress.js": "./scripts/brotli.ts",
      // Schemas are not compiled: daemon/local/schema-readers.ts.
      "@fastify/ajv-compiler": "./scripts/absent.cts",
      "@fastify/fast-json-stringify-compiler": "./scripts/absent.cts",
      // fastify's stand-in client, its trust in proxies, YAML for swagger's document, exemplars of prom-client: not used.
      "light-my-request": "./scripts/absent.cts",
      "@fastify/proxy-addr": "./scripts/absent.cts",
      yaml: "./scripts/absent.cts",
      "@opentelemetry/api": "./scripts/absent.cts",
      // The log's lines go through daemon/core/log.ts to standard output, and not through a file or a thread of pino's.
      "sonic-boom": "./scripts/absent.cts",
      "thread-stream": "./scripts/absent.cts",
      // Asked for this alone, at every start.
      worker_threads: "./scripts/main-thread.cts",
    },
    // Native modules, found beside the programs at run time.
    external: ["sqlite3", "koffi"],
    // What lies beside a source file lies beside the programs, whichever chunk the file has become a part of.
    define: { "import.meta.url": "programUrl", ...define },
  });
  mkdirSync(join(directory, "chunks"), { recursive: true });
  await Promise.all(outputFiles.map(writeChunk));
  for (const name of programs)
    await buildLoader(`${name}.js`, directory, "load", { PROGRAM: JSON.stringify(`${name}.js`) });
  await buildLoader("compile.js", directory, "compile", {});
  writeFileSync(join(directory, "package.json"), '{ "type": "commonjs" }\n');
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
}

/** As `daemon/loader/chunk.ts` takes it: a function, since V8's code cache is for scripts and not for modules. */
async function writeChunk({ path, text }: OutputFile): Promise<void> {
  const { code } = await transform(text, {
    ...WRITTEN,
    format: "cjs",
    supported: { "dynamic-import": false },
  });
  writeFileSync(path, `(function(exports,require,module,__filename,__dirname,programUrl){${code}})\n`);
}

async function buildLoader(
  file: string,
  directory: string,
  source: string,
  define: Readonly<Record<string, string>>,
): Promise<void> {
  const outfile = join(directory, file);
  await build({
    ...BUNDLED,
    entryPoints: [join(SOURCES, "loader", `${source}.ts`)],
    outfile,
    format: "cjs",
    banner: { js: `#!/usr/bin/env -S node ${NODE_FLAGS.join(" ")}` },
    define,
  });
  chmodSync(outfile, 0o755);
}
