import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { C2CCTL } from "../../daemon/cli/c2cctl.ts";
import { C2CD } from "../../daemon/cli/c2cd.ts";
import { SCHEMA } from "../../daemon/setup/config.ts";
import { configurationPage, programPage, provisionPage } from "../../scripts/man-pages.ts";

const RELEASE = { version: "1.2.3", date: Date.UTC(2025, 0, 2) };
const PAGES = {
  "c2cd(8)": programPage(C2CD, RELEASE),
  "c2cctl(1)": programPage(C2CCTL, RELEASE),
  "c2cd.toml(5)": configurationPage(RELEASE),
  "c2cd-provision(8)": provisionPage(RELEASE),
};

/** The page as a reader sees it. */
function rendered(source: string): string {
  return execFileSync("mandoc", ["-Tascii", "-Owidth=200"], { input: source, encoding: "utf8" }).replace(
    /.\u0008/g,
    "",
  );
}

for (const [name, source] of Object.entries(PAGES))
  describe(name, () => {
    it("has no mistake that mandoc finds", () => {
      const { stdout, status } = spawnSync("mandoc", ["-Tlint", "-Wwarning"], {
        input: source,
        encoding: "utf8",
      });
      assert.deepEqual([stdout, status], ["", 0]);
    });

    it("says which release it belongs to", () => {
      assert.match(rendered(source), /c2cd 1\.2\.3 +(January 2, 2025|2025-01-02)/);
    });
  });

it("c2cctl(1) tells every command with its options", () => {
  const text = rendered(PAGES["c2cctl(1)"]);
  for (const { name, options } of C2CCTL.commands) {
    const own = text.slice(text.search(new RegExp(`^ {3}${name}$`, "m")));
    assert.ok(own.startsWith(`   ${name}`), name);
    for (const option of options)
      assert.match(own, new RegExp(`^ {7}--${option.name}( [A-Z]+)?\\b`, "m"), option.name);
  }
});

it("c2cd.toml(5) tells every key with its default, its choices and its variable", () => {
  const text = rendered(PAGES["c2cd.toml(5)"]);
  for (const [section, keys] of Object.entries(SCHEMA))
    for (const [name, { default: value }] of Object.entries(keys)) {
      assert.ok(text.includes(`\n       ${name} = ${JSON.stringify(value)}\n`), `${section}.${name}`);
      assert.ok(text.includes(`C2CD_${section.toUpperCase()}_${name.toUpperCase()}\n`), `${section}.${name}`);
    }
  assert.match(text, /One of auto, board-serial, machine-id, fixed\./);
});

it("c2cd-provision(8) tells every option and exit status of the script", () => {
  const script = readFileSync("scripts/provision", "utf8");
  const text = rendered(PAGES["c2cd-provision(8)"]);
  const options = [...script.matchAll(/^ {4}(--\w+)\)/gm)].map((match) => match[1]);
  const statuses = [...script.matchAll(/\bfail ".*" (\d+)/g)].map((match) => match[1]);
  assert.ok(options.includes("--plain") && options.includes("--root"));
  for (const term of [...options, ...statuses]) assert.match(text, new RegExp(`^ {7}${term}\\b`, "m"), term);
});

it("a text that looks like a request is text", () => {
  const page = programPage(
    { ...C2CD, description: [".SH INJECTED", "'quoted' and a back\\slash, `--literal`"] },
    RELEASE,
  );
  const text = rendered(page);
  assert.match(text, /^ {7}\.SH INJECTED$/m);
  assert.match(text, /'quoted' and a back\\slash, --literal/);
});
