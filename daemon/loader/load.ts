/** The programs `c2cd.js` and `c2cctl.js` as they are installed: load the chunk that the program is in. */
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Chunk, chunkDirectory, compiled } from "./chunk.ts";

/** The chunk's file name, put in by the build. */
declare const PROGRAM: string;

/** Of the native packages, which lie beside the programs. */
const external = createRequire(__filename);
const home = pathToFileURL(__filename).href;
const directory = chunkDirectory(__dirname);
const loaded = new Map<string, { exports: object }>();

function load(chunk: string): object {
  const known = loaded.get(chunk);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(chunk, module);
  const run = compiled(__dirname, chunk).runInThisContext() as Chunk;
  run(module.exports, required, module, join(directory, chunk), directory, home);
  return module.exports;
}

function required(id: string): unknown {
  return id.startsWith(".") ? load(basename(id)) : external(id);
}

load(PROGRAM);
