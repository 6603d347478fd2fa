import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { launcher } from "../../scripts/launcher.ts";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-launcher-"));
after(() => rmSync(scratch, { recursive: true }));

/** What the launcher hands to a Node.js of that version. */
function given(version: string, place: "node" | "system-node"): string[] {
  const directory = mkdtempSync(join(scratch, "at-"));
  writeFileSync(
    join(directory, place),
    `#!/bin/sh\n[ "$1" = --version ] && exec echo ${version}\nprintf '%s\\n' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  const script = launcher("program.js", directory, join(directory, "system-node"));
  const out = execFileSync("sh", ["-c", script, "sh", "--option", "two words"], { encoding: "utf8" });
  return out.trimEnd().replace(`${directory}/`, "").split("\n");
}

describe("the launcher", () => {
  for (const version of ["v20.19.2", "v22.12.0", "v23.1.0"])
    it(`tells Node.js ${version} that there is no WebAssembly`, () =>
      assert.deepEqual(given(version, "system-node"), [
        "--max-semi-space-size=1",
        "--jitless",
        "--no-expose-wasm",
        "program.js",
        "--option",
        "two words",
      ]));

  for (const version of ["v24.0.0", "v26.2.1"])
    it(`gives ${version} no option that it refuses`, () =>
      assert.deepEqual(given(version, "node"), [
        "--max-semi-space-size=1",
        "--jitless",
        "program.js",
        "--option",
        "two words",
      ]));

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
