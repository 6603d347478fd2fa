import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { cacheFile, switchesFile } from "../../../daemon/loader/chunk.ts";
import { NODE_FLAGS } from "../../../scripts/node-flags.ts";
import { seededRandom } from "../../support/random.ts";

const home = mkdtempSync(join(tmpdir(), "c2cd-loader-"));

function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE_FLAGS, ...args], {
    encoding: "utf8",
    env: {},
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  return stdout;
}

function version(): string {
  return run(join(home, "c2cctl.js"), "--version");
}

/** The chunks whose code cache is not used. */
function refused(): string[] {
  const program = fileURLToPath(new URL("refused.ts", import.meta.url));
  return run("--import", "tsx", program, home).split("\n").slice(0, -1);
}

/** Of a function that nothing calls as the chunk is loaded, too. */
const SOURCE = `(function(exports){exports.greet=()=>"hello";function later(){return 1}})\n`;

describe("the built programs", () => {
  beforeEach(() => cpSync("dist", home, { recursive: true }));
  after(() => rmSync(home, { recursive: true }));

  it("start with the code cache, without one, and with one that cannot be read", () => {
    const whole = version();
    assert.match(whole, /^c2cctl \d/);
    rmSync(join(home, "code-cache"), { recursive: true });
    assert.equal(version(), whole);
    writeFileSync(join(home, "code-cache"), "not a directory");
    assert.equal(version(), whole);
    rmSync(join(home, "code-cache"));
  });

  it("are all compiled ahead, for this Node.js", () => {
    rmSync(join(home, "code-cache"), { recursive: true });
    run(join(home, "compile.js"));
    assert.deepEqual(refused(), []);
    assert.equal(readFileSync(switchesFile(home), "utf8"), `${NODE_FLAGS.join(" ")}\n`);
    const [noted, node] = [statSync(switchesFile(home)), statSync(process.execPath)];
    assert.equal(Math.trunc(noted.mtimeMs), Math.trunc(node.mtimeMs), "a launcher knows it by that");
  });

  it("are started without a note where Node.js has the time of everything else, as in an image of Yocto's", () => {
    const { atime, mtime } = statSync("/bin/sh");
    const node = join(home, "node");
    copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
    utimesSync(node, atime, mtime);
    const { status, stderr } = spawnSync(node, [...NODE_FLAGS, join(home, "compile.js")], {
      encoding: "utf8",
      env: {},
    });
    assert.deepEqual([status, stderr], [0, ""]);
    assert.deepEqual(refused(), []);
    assert.equal(existsSync(switchesFile(home)), false);
  });

  it("never run code of a damaged cache", () => {
    // Of as many chunks as there are, each at another place; and a few that are cut.
    const random = seededRandom(15);
    for (const chunk of readdirSync(join(home, "chunks"))) {
      const cache = readFileSync(cacheFile(home, chunk));
      const at = Math.floor(random() * cache.length);
      cache[at] = (cache[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      writeFileSync(cacheFile(home, chunk), random() < 0.9 ? cache : cache.subarray(0, at));
    }
    assert.deepEqual(refused(), readdirSync(join(home, "chunks")));
    assert.match(version(), /^c2cctl \d/);
  });

  it("never run what was compiled of another source, however long that was", () => {
    writeFileSync(join(home, "chunks/one.js"), SOURCE);
    run(join(home, "compile.js"));
    assert.ok(!refused().includes("one.js"));
    writeFileSync(join(home, "chunks/one.js"), SOURCE.replace("hello", "world"));
    assert.deepEqual(refused(), ["one.js"]);
  });
});
