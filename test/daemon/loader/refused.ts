/** Prints the chunks in a directory whose code cache is not used. Run as the programs are: with their switches. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { compiled } from "../../../daemon/loader/chunk.ts";

const home = process.argv[2] ?? "";
for (const chunk of readdirSync(join(home, "chunks")))
  if (compiled(home, chunk).cachedDataRejected !== false) console.log(chunk);
