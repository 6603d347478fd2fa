/**
 * The program `compile.js`: writes the code cache of every chunk, for the Node.js that runs it. Called where the package
 * is installed, and again when Node.js has changed.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { cacheDirectory, cacheFile, cacheOf, chunkDirectory, switchesFile } from "./chunk.ts";

/** Every launcher has it. */
const ANY_OTHER_PROGRAM = "/bin/sh";

rmSync(cacheDirectory(__dirname), { recursive: true, force: true });
mkdirSync(cacheDirectory(__dirname), { mode: 0o755 });
for (const chunk of readdirSync(chunkDirectory(__dirname))) {
  const filename = join(chunkDirectory(__dirname), chunk);
  const source = readFileSync(filename);
  write(cacheFile(__dirname, chunk), cacheOf(source, everyFunctionOf(source, filename)));
}
const { atime, mtime } = statSync(process.execPath);
// An image may give one time to all its files, the next image the same to another Node.js: that is not known by it.
if (mtime.getTime() !== statSync(ANY_OTHER_PROGRAM).mtime.getTime()) {
  write(switchesFile(__dirname), `${process.execArgv.join(" ")}\n`);
  utimesSync(switchesFile(__dirname), atime, mtime);
}

function write(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.new`, content, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

/** V8 refuses code that was made with other switches than it is loaded with, so they are put back before it is taken. */
function everyFunctionOf(source: Buffer, filename: string): Buffer {
  setFlagsFromString("--no-lazy");
  const script = new Script(source.toString("latin1"), { filename });
  setFlagsFromString("--lazy");
  return script.createCachedData();
}
