/** Writes the manual: `node --import tsx scripts/build-man.ts DIRECTORY`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { C2CCTL } from "../daemon/cli/c2cctl.ts";
import { C2CD } from "../daemon/cli/c2cd.ts";
import { configurationPage, programPage, provisionPage } from "./man-pages.ts";
import { builtAt, version } from "./release.ts";

const [directory = "dist/man"] = process.argv.slice(2);
const release = { version: version(), date: builtAt() };
mkdirSync(directory, { recursive: true });
for (const program of [C2CD, C2CCTL])
  writeFileSync(join(directory, `${program.name}.${program.section}`), programPage(program, release));
writeFileSync(join(directory, "c2cd.toml.5"), configurationPage(release));
writeFileSync(join(directory, "c2cd-provision.8"), provisionPage(release));
