/** What surrounds a daemon, as it comes: signals, masks, ports that others have. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname } from "node:path";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { Program } from "../support/c2cctl.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

/** @param wrapper a program that runs the daemon */
async function withDaemon(
  settings: Readonly<Record<string, string>>,
  wrapper: readonly string[],
  look: (daemon: DaemonProcess) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator, settings, { wrapper });
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    await look(daemon);
  } finally {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  }
}

test("SIGUSR1 opens no debugger", async () => {
  await withDaemon({}, [], async (daemon) => {
    daemon.child.kill("SIGUSR1");
    for (let asked = 0; asked < 20; asked++) await daemon.snapshot();
    assert.doesNotMatch(daemon.output, /debugger/i);
    assert.equal(daemon.child.exitCode, null);
  });
});

for (const mask of ["000", "077"])
  test(`whoever may use the socket gets to it, and nobody else changes what is beside it, under umask ${mask}`, async () => {
    await withDaemon({}, ["sh", "-c", `umask ${mask}; exec "$@"`, "sh"], async ({ board }) => {
      assert.equal(statSync(`${board.root}/run/c2cd`).mode & 0o777, 0o755);
      assert.equal(statSync(`${board.root}/run/c2cd/control.sock`).mode & 0o777, 0o660);
    });
  });

test("a terminal whose locale has no UTF-8 is given plain characters", async () => {
  const settings = { "display.driver": "terminal", "display.language": "fr" };
  await withDaemon(settings, ["env", "LC_ALL=C"], async (daemon) => {
    await eventually("the code", () => /V.rifiez le nom/.exec(daemon.output));
    assert.match(daemon.output, /^[\n -~]+$/);
  });
});

test("a secret that can't be opened is a state on the screen, and told with what to do", async () => {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  // As systemd leaves it where c2cd-unseal@.service has opened nothing.
  const credentials = dirname(board.write("/run/credentials/c2cd.service/client_secret", "", 0o400));
  const environment = { CREDENTIALS_DIRECTORY: credentials };
  const daemon = new DaemonProcess(board, simulator, {}, { environment });
  try {
    const { health } = await daemon.until("the state", ({ state }) => state === "unconfigured");
    assert.deepEqual(
      health.map(({ code }) => code),
      ["secret-unusable"],
    );
    assert.match(health[0]?.detail ?? "", /can't be opened here.*c2cd-provision/);
    assert.ok(
      board.memory().some((byte) => byte !== 0),
      "the screen is lit",
    );
  } finally {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  }
});

test("a page that can't be served is in the health list until it can, with what to do", async (context) => {
  const squatter = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => squatter.once("listening", resolve));
  const { port } = squatter.address() as AddressInfo;
  context.after(() => squatter.close());
  await withDaemon({ "http.listen": `127.0.0.1:${port}` }, [], async (daemon) => {
    const { health } = await daemon.until("the problem", (snapshot) => snapshot.health.length > 0);
    const [problem] = health;
    assert.equal(problem?.code, "page-failing");
    assert.match(
      problem?.detail ?? "",
      new RegExp(`127\\.0\\.0\\.1:${port}: another program.*http\\.listen`),
    );
    const c2cctl = new Program();
    context.after(() => c2cctl.remove());
    const { root } = daemon.board;
    const env = { C2CD_SOCKET: `${root}/run/c2cd/control.sock` };
    const { stdout } = await c2cctl.run(["doctor", "--root", root], { env });
    assert.match(stdout, /^warn page: .*another program uses this port/m);
    squatter.close();
    await daemon.until("the page", (snapshot) => snapshot.health.length === 0);
  });
});
