/**
 * The parts that the built programs are made of: `chunks/*.js`, each a script whose value is a function, and for each
 * one V8's code cache in `code-cache/`, which spares a start the compiling. A cache that is missing, damaged, of another
 * source or of another Node.js is passed over: the chunk is compiled as it is loaded.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

/** What a chunk's function is given: what CommonJS gives a module, and the address of the programs' directory. */
export type Chunk = (
  exports: object,
  require: (id: string) => unknown,
  module: { exports: object },
  filename: string,
  directory: string,
  home: string,
) => void;

/** CRC-32 of the chunk's source, then of the code, each a little-endian uint32. The code begins aligned, as V8 wants it. */
const HEADER = 8;

/** @param home the directory of the programs */
export function chunkDirectory(home: string): string {
  return join(home, "chunks");
}

export function cacheDirectory(home: string): string {
  return join(home, "code-cache");
}

/** Which switches of Node.js the code is for; of the time of that Node.js, by which the launchers know it again. */
export function switchesFile(home: string): string {
  return join(cacheDirectory(home), "switches");
}

/** @param chunk a file name in `chunkDirectory` */
export function compiled(home: string, chunk: string): Script {
  const filename = join(chunkDirectory(home), chunk);
  const source = readFileSync(filename);
  const cachedData = cachedCode(home, chunk, source);
  // The build writes ASCII, which is held at a byte a character.
  return new Script(source.toString("latin1"), cachedData === null ? { filename } : { filename, cachedData });
}

function cachedCode(home: string, chunk: string, source: Buffer): Buffer | null {
  const cache = readIfThere(cacheFile(home, chunk));
  if (cache === null || cache.length < HEADER) return null;
  const code = cache.subarray(HEADER);
  // V8 compares no more than the lengths of sources, and takes the code for what it wrote: a worn card must not.
  const sound = cache.readUInt32LE(0) === crc32(source) && cache.readUInt32LE(4) === crc32(code);
  return sound ? code : null;
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

/** The file that `compiled` reads beside a chunk. */
export function cacheFile(home: string, chunk: string): string {
  return join(cacheDirectory(home), `${basename(chunk, ".js")}.bin`);
}

/** Its content, from what V8 made of the source. */
export function cacheOf(source: Buffer, code: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(crc32(source), 0);
  header.writeUInt32LE(crc32(code), 4);
  return Buffer.concat([header, code]);
}
