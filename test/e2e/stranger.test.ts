import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { assertNoSecret } from "../support/canary.ts";
import { Board } from "./board.ts";
import { DaemonProcess } from "./daemon-process.ts";

const STRANGER = 65_534;
const GROUP = 4_242;

/** Tries each of its arguments as a path to read or to ask for a token, and says how that ended. */
const TRIES = `
const { readFileSync } = require("node:fs");
const { request } = require("node:http");
const [socketPath, ...files] = process.argv.slice(1);
for (const file of files) {
  try { console.log(file, readFileSync(file).toString("latin1")); } catch (error) { console.log(file, error.code); }
}
request({ socketPath, path: "/v1/token" }, (answer) => answer.on("data", (data) => console.log("token", String(data))))
  .on("error", (error) => console.log("token", error.code)).end();
`;

test("another user of the machine gets no token and no secret from any file of the daemon; one of the group gets the token", {
  skip: process.getuid?.() !== 0 && "needs root to become another user",
}, async () => {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  board.write("/etc/group", `root:x:0:\nc2cd:x:${GROUP}:uploader\n`);
  const daemon = new DaemonProcess(board, simulator);
  const run = (gid: number, files: readonly string[]) =>
    spawnSync(process.execPath, ["-e", TRIES, socket, ...files], {
      uid: STRANGER,
      gid,
      encoding: "utf8",
      env: { PATH: process.env.PATH },
    });
  const socket = `${board.root}/run/c2cd/control.sock`;
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    // The stranger may walk up to the very files: what keeps them out is each file's own mode.
    for (const directory of [board.root, `${board.root}/run`, dirname(socket)]) chmodSync(directory, 0o755);
    const { mode, gid } = lstatSync(socket);
    assert.deepEqual([mode & 0o777, gid], [0o660, GROUP]);

    const state = `${board.root}/var/lib/c2cd`;
    assert.equal(lstatSync(state).mode & 0o777, 0o700);
    const pid = daemon.child.pid;
    const files = [
      `${board.root}/etc/c2cd/client_secret`,
      `${state}/c2cd.db`,
      `/proc/${pid}/environ`,
      `/proc/${pid}/mem`,
      `/proc/${pid}/cmdline`,
      `/proc/${pid}/status`,
    ];
    const stranger = run(STRANGER, files);
    assertNoSecret("what a stranger can read", stranger.stdout + stranger.stderr);
    for (const file of files.slice(0, 4))
      assert.match(stranger.stdout, new RegExp(`^${file} (EACCES|EPERM)$`, "m"));
    assert.match(stranger.stdout, /^token EACCES$/m);

    const member = run(GROUP, []);
    assert.match(member.stdout, /^token \{"access_token":/m);
    assert.equal(member.status, 0);
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
});
