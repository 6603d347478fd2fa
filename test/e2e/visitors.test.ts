/** The page on a real network: what a guest sees there, and who has the PIN. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { assertNoSecret } from "../support/canary.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { canLay, Road } from "./road.ts";

const road = new Road(77, 4);

describe("a guest of the network", { skip: canLay() ? false : "needs root and network namespaces" }, () => {
  let page = "";
  let simulator: Simulator;

  before(async () => {
    await road.lay();
    page = `http://${road.plug()}:8620`;
    simulator = await startSimulator({
      interval: 1,
      host: road.server,
      publicUrl: "https://next.frame.io",
    });
  });

  after(async () => {
    await simulator.close();
    road.remove();
  });

  /** The daemon on that network, until `use` is done with it. */
  async function withDaemon(
    settings: Readonly<Record<string, string | null>>,
    use: (daemon: DaemonProcess) => Promise<void>,
  ): Promise<void> {
    const board = new Board();
    const daemon = new DaemonProcess(
      board,
      { url: "http://127.0.0.1:9", secret: simulator.secret },
      { "http.listen": "0.0.0.0:8620", ...settings },
      { wrapper: road.wrapper },
    );
    try {
      await eventually("the page", () => /status page at/.exec(daemon.output));
      await use(daemon);
    } finally {
      await daemon.end("SIGKILL");
      board.remove();
    }
  }

  async function pinOf(daemon: DaemonProcess): Promise<string> {
    const answer = await daemon.ask("GET", "/v1/pin");
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body).pin;
  }

  function unlock(pin: string): Promise<Response> {
    return fetch(`${page}/v1/unlock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ pin }),
    });
  }

  for (const acts of [true, false])
    test(`sees no code and changes nothing until they type the PIN, actions ${acts ? "on" : "off"}`, () =>
      withDaemon({ "http.allow_actions": String(acts) }, async (daemon) => {
        const pin = await pinOf(daemon);
        await eventually("the PIN in the journal", () => /PIN of the status page.*/.exec(daemon.output));
        assert.ok(daemon.output.includes(pin));
        const guest = await fetch(`${page}/v1/cancel`, { method: "POST" });
        assert.equal(guest.status, 403);
        assert.match(
          await guest.text(),
          acts ? /urn:c2cd:problem:pin-wanted/ : /urn:c2cd:problem:actions-off/,
        );
        for (const picture of ["screen.png", "qr.svg", "qr.png"])
          assert.equal((await fetch(`${page}/v1/${picture}`)).status, 403);
        const front = await (await fetch(page)).text();
        assertNoSecret("the page", front);
        assert.ok(!front.includes(pin));
        assert.match(front, /action="\/v1\/unlock"/);
        const unlocked = await unlock(pin);
        assert.equal(unlocked.status, 204);
        const headers = { cookie: unlocked.headers.get("set-cookie")?.split(";", 1)[0] ?? "" };
        const cancelled = await fetch(`${page}/v1/cancel`, { method: "POST", headers });
        assert.equal(cancelled.status, acts ? 202 : 403);
        assert.equal((await fetch(`${page}/v1/screen.png`, { headers })).status, 200);
        assert.doesNotMatch(await (await fetch(page, { headers })).text(), /action="\/v1\/unlock"/);
      }));

  test("gets no new tries at the PIN by a configuration that is read again", () =>
    withDaemon({}, async (daemon) => {
      for (let tries = 0; tries < 4; tries++) assert.equal((await unlock("no PIN")).status, 403);
      daemon.board.write("/etc/c2cd/c2cd.toml", "[display]\npaired_for = 31\n");
      daemon.child.kill("SIGHUP");
      await eventually("the page anew", () => /starting anew[\s\S]*status page at/.exec(daemon.output));
      assert.equal((await unlock("no PIN")).status, 403);
      assert.equal((await unlock(await pinOf(daemon))).status, 429, "this was the fifth");
    }));
});
