/** Prints /etc/c2cd/c2cd.toml as the package installs it: every key, its meaning and its default, commented out. */
import { type Key, SCHEMA } from "../daemon/setup/config.ts";

const WIDTH = 100;

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

const lines = ["# c2cd.toml(5). Remove the # from a key to change its default; check with: c2cd --check"];
for (const [section, keys] of Object.entries(SCHEMA)) {
  lines.push("", `[${section}]`);
  for (const [name, key] of Object.entries(keys) as [string, Key<unknown>][]) {
    const values = key.values === undefined ? "" : ` One of: ${key.values.join(", ")}.`;
    lines.push(...wrap(`${key.doc}${values}`), `#${name} = ${JSON.stringify(key.default)}`);
  }
}
console.log(lines.join("\n"));
