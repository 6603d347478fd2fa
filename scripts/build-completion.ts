/**
 * Writes the shell completions below the root of a package or an image:
 * `node --import tsx scripts/build-completion.ts DIRECTORY`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { C2CCTL } from "../daemon/cli/c2cctl.ts";
import { C2CD } from "../daemon/cli/c2cd.ts";
import { bashCompletion, zshCompletion } from "./completions.ts";

const [root = "dist"] = process.argv.slice(2);
const bash = join(root, "usr/share/bash-completion/completions");
const zsh = join(root, "usr/share/zsh/vendor-completions");
for (const directory of [bash, zsh]) mkdirSync(directory, { recursive: true });
for (const program of [C2CD, C2CCTL]) {
  writeFileSync(join(bash, program.name), bashCompletion(program));
  writeFileSync(join(zsh, `_${program.name}`), zshCompletion(program));
}
