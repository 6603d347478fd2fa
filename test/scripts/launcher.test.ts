import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { launcher } from "../../scripts/launcher.ts";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-launcher-"));
after(() => rmSync(scratch, { recursive: true }));

const OLDER = ["--max-semi-space-size=1", "--jitless", "--no-expose-wasm"];
const NEWER = ["--max-semi-space-size=1", "--jitless"];

interface Device {
  /** What its Node.js says to `--version`. */
  readonly version: string;
  /** c2cd's own, or the system's. */
  readonly place?: "node" | "system-node";
  /** What was noted when c2cd was installed, and how long after that Node.js was replaced, in seconds. */
  readonly noted?: { readonly text: string; readonly age: number };
}

/** What the launcher hands to Node.js, and how often it has asked it for its version. */
function given({ version, place = "system-node", noted }: Device) {
  const directory = mkdtempSync(join(scratch, "at-"));
  const node = join(directory, place);
  writeFileSync(
    node,
    `#!/bin/sh\n[ "$1" = --version ] && { echo asked >>${directory}/asked; exec echo ${version}; }\nprintf '%s\n' "$@"\n`,
    { mode: 0o755 },
  );
  const file = join(directory, "noted");
  if (noted !== undefined) {
    const { atime, mtimeMs } = statSync(node);
    writeFileSync(file, noted.text);
    utimesSync(file, atime, new Date(mtimeMs - noted.age * 1000));
    utimesSync(node, atime, new Date(mtimeMs));
  }
  const script = launcher({
    program: "program.js",
    directory,
    node: join(directory, "system-node"),
    noted: file,
  });
  const run = spawnSync("sh", ["-c", script, "sh", "--option", "two words"], { encoding: "utf8" });
  assert.equal(run.stderr, "");
  const asked = existsSync(join(directory, "asked")) ? readFileSync(join(directory, "asked"), "utf8") : "";
  return {
    switches: run.stdout.trimEnd().replace(`${directory}/`, "").split("\n"),
    asked: asked.split("\n").length - 1,
  };
}

const started = (switches: readonly string[], asked: number) => ({
  switches: [...switches, "program.js", "--option", "two words"],
  asked,
});

describe("the launcher", () => {
  for (const version of ["v20.19.2", "v22.12.0", "v23.1.0"])
    it(`tells Node.js ${version} that there is no WebAssembly`, () =>
      assert.deepEqual(given({ version }), started(OLDER, 1)));

  for (const version of ["v24.0.0", "v26.2.1"])
    it(`gives ${version} no option that it refuses`, () =>
      assert.deepEqual(given({ version, place: "node" }), started(NEWER, 1)));

  it("asks a Node.js nothing whose switches were noted", () => {
    const older = { text: `${OLDER.join(" ")}\n`, age: 0 };
    assert.deepEqual(given({ version: "v20.19.2", noted: older }), started(OLDER, 0));
    const newer = { text: `${NEWER.join(" ")}\n`, age: 0 };
    assert.deepEqual(given({ version: "v24.0.0", noted: newer }), started(NEWER, 0));
  });

  for (const age of [86_400, -86_400])
    it(`asks another Node.js than the noted one, ${age > 0 ? "newer" : "older"} by a day`, () =>
      assert.deepEqual(
        given({ version: "v24.0.0", noted: { text: `${OLDER.join(" ")}\n`, age } }),
        started(NEWER, 1),
      ));

  for (const text of ["", "\n", "--max-semi-space-size=1 --jit", "--eval 1 2\n", "\0\0\0\0"])
    it(`does not go by a note that says ${JSON.stringify(text)}`, () =>
      assert.deepEqual(given({ version: "v20.19.2", noted: { text, age: 0 } }), started(OLDER, 1)));

  it("this Node.js takes its switches without a word", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...NODE_FLAGS, "-p", "typeof WebAssembly"],
      {
        env: {},
        encoding: "utf8",
      },
    );
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "undefined\n", stderr: "" });
  });
});
