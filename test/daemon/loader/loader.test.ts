import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import fc from "fast-check";
import { cacheFile, compiled } from "../../../daemon/loader/chunk.ts";

const home = mkdtempSync(join(tmpdir(), "c2cd-loader-"));

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, program), ...args], {
    encoding: "utf8",
    env: {},
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Of a function that nothing calls as the chunk is loaded, too. */
const SOURCE = `(function(exports){exports.greet=()=>"hello";function later(){return 1}})\n`;

describe("the built programs", () => {
  beforeEach(() => cpSync("dist", home, { recursive: true }));
  after(() => rmSync(home, { recursive: true }));

  it("start with the code cache, without one, and with one that cannot be read", () => {
    const version = run("c2cctl.js", "--version");
    assert.match(version, /^c2cctl \d/);
    rmSync(join(home, "code-cache"), { recursive: true });
    assert.equal(run("c2cctl.js", "--version"), version);
    writeFileSync(join(home, "code-cache"), "not a directory");
    assert.equal(run("c2cctl.js", "--version"), version);
    rmSync(join(home, "code-cache"));
  });

  it("are all compiled ahead, for this Node.js", () => {
    rmSync(join(home, "code-cache"), { recursive: true });
    run("compile.js");
    for (const chunk of readdirSync(join(home, "chunks")))
      assert.equal(compiled(home, chunk).cachedDataRejected, false, chunk);
  });

  it("never run code of a damaged cache", () => {
    const file = cacheFile(home, "c2cctl.js");
    const sound = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, flipped) => {
        const worn = Buffer.from(sound);
        worn[at] = (worn[at] ?? 0) ^ flipped;
        writeFileSync(file, worn);
        assert.notEqual(compiled(home, "c2cctl.js").cachedDataRejected, false);
      }),
      { seed: 15, numRuns: 60 },
    );
    for (const length of [0, 7, 8, sound.length - 1]) {
      writeFileSync(file, sound);
      truncateSync(file, length);
      assert.notEqual(compiled(home, "c2cctl.js").cachedDataRejected, false);
    }
  });

  it("never run what was compiled of another source, however long that was", () => {
    writeFileSync(join(home, "chunks/one.js"), SOURCE);
    run("compile.js");
    assert.equal(compiled(home, "one.js").cachedDataRejected, false);
    writeFileSync(join(home, "chunks/one.js"), SOURCE.replace("hello", "world"));
    const exports: { greet?: () => string } = {};
    compiled(home, "one.js").runInThisContext()(exports);
    assert.equal(exports.greet?.(), "world");
  });
});
