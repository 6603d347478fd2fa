/** The examples in docs/ against the daemon's real local API. */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Secret } from "../../daemon/core/secret.ts";
import { PAIRED } from "../daemon/local/fake-backend.ts";
import { type Running, start } from "../daemon/local/harness.ts";

const TOKEN = "canary-access-token-7d5c90b164";
const directory = fileURLToPath(new URL("../../docs/examples", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "c2cd-examples-"));
after(() => rmSync(scratch, { recursive: true }));

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, socket: string): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(
      "sh",
      ["-c", command],
      { cwd: directory, env: { PATH: process.env.PATH, C2CD_SOCKET: socket } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const commands: Readonly<Record<string, string>> = {
  "token.sh": "sh ./token.sh",
  "token.py": "python3 ./token.py",
  "token.mjs": "node ./token.mjs",
  "token.c": join(scratch, "token"),
};

it("every example is run", () => {
  const files = readdirSync(directory).filter((name) => name.startsWith("token."));
  assert.deepEqual(files.sort(), Object.keys(commands).sort());
});

for (const [name, command] of Object.entries(commands))
  describe(name, { timeout: 60_000 }, () => {
    if (name === "token.c")
      it("compiles without a warning", () => {
        const flags = ["-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2"];
        execFileSync("cc", [...flags, "-o", join(scratch, "token"), join(directory, name)]);
        execFileSync("cc", ["-Wall", "-Werror", "-o", join(scratch, "token"), join(directory, name)]);
      });

    it("prints the token alone", async (t) => {
      const { socketPath, backend } = await start(t);
      backend.tokenAnswer = { type: "token", accessToken: new Secret(TOKEN), expiresIn: 4711 };
      assert.deepEqual(await run(command, socketPath), { code: 0, stdout: `${TOKEN}\n`, stderr: "" });
    });

    it("fails where the device is not paired, or no token can be had", async (t) => {
      const running: Running = await start(t);
      const unpaired = await run(command, running.socketPath);
      running.backend.tokenAnswer = { type: "unavailable", retryAfter: 9, reason: "offline" };
      const offline = await run(command, running.socketPath);
      for (const [{ code, stdout, stderr }, reason] of [
        [unpaired, "This device is not paired."],
        [offline, "offline"],
      ] as const) {
        assert.notEqual(code, 0);
        assert.equal(stdout, "");
        assert.match(stderr, /^no token: .*\n$/);
        assert.ok(stderr.includes(reason), stderr);
      }
    });

    it("fails where there is no daemon", async () => {
      const { code, stdout, stderr } = await run(command, join(scratch, "nothing.sock"));
      assert.notEqual(code, 0);
      assert.equal(stdout, "");
      assert.match(stderr, /^no token: .*\n$/);
    });
  });

describe("README.md", { timeout: 60_000 }, () => {
  const blocks = [...readFileSync(join(directory, "README.md"), "utf8").matchAll(/```sh\n(.*?)```/gs)].map(
    ([, block = ""]) => block.replaceAll("/run/c2cd/control.sock", '"$C2CD_SOCKET"'),
  );
  const [refused = "", refusedUpload = "", follow = ""] = blocks;

  it("reports a refused token", async (t) => {
    const { socketPath, backend } = await start(t);
    const { code, stderr } = await run(`token=${TOKEN}\n${refused}`, socketPath);
    assert.deepEqual([code, stderr, backend.calls], [0, "", [`refused ${TOKEN}`]]);
  });

  it("reports a refused upload", async (t) => {
    const { socketPath, backend } = await start(t);
    const { code, stderr } = await run(refusedUpload, socketPath);
    assert.deepEqual([code, stderr, backend.calls], [0, "", ["upload refused"]]);
  });

  it("follows the state", async (t) => {
    const { socketPath, backend } = await start(t);
    // In a process group of its own, since it never ends by itself.
    const following = spawn("sh", ["-c", follow], {
      env: { PATH: process.env.PATH, C2CD_SOCKET: socketPath },
      detached: true,
    });
    t.after(() => process.kill(-Number(following.pid), "SIGKILL"));
    const lines: string[] = [];
    for await (const line of createInterface(following.stdout)) {
      lines.push(line);
      if (lines.length === 2) backend.become(PAIRED);
      if (lines.length === 4) break;
    }
    assert.deepEqual(lines, ["idle", "null", "paired", PAIRED.project?.name]);
  });
});
