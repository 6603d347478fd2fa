/** The page on a real network: what a guest sees there, and who has the PIN. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { assertNoSecret } from "../support/canary.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { canLay, Road } from "./road.ts";

test("a guest of the network sees no code and changes nothing, until they type the PIN", {
  skip: canLay() ? false : "needs root and network namespaces",
}, async () => {
  const board = new Board();
  const road = new Road(77, 4);
  await road.lay();
  const address = road.plug();
  const simulator = await startSimulator({
    interval: 1,
    host: road.server,
    publicUrl: "https://next.frame.io",
  });
  const daemon = new DaemonProcess(
    board,
    { url: "http://127.0.0.1:9", secret: simulator.secret },
    { "http.listen": "0.0.0.0:8620", "http.allow_actions": "true" },
    { wrapper: road.wrapper },
  );
  const page = `http://${address}:8620`;
  try {
    await eventually("the PIN in the journal", () => /PIN of the status page.*: (\d{6})/.exec(daemon.output));
    const { pin } = JSON.parse((await daemon.ask("GET", "/v1/pin")).body);
    assert.ok(daemon.output.includes(pin));
    const guest = await fetch(`${page}/v1/cancel`, { method: "POST" });
    assert.equal(guest.status, 403);
    assert.match(await guest.text(), /urn:c2cd:problem:pin-wanted/);
    assert.equal((await fetch(`${page}/v1/screen.png`)).status, 403);
    const front = await (await fetch(page)).text();
    assertNoSecret("the page", front);
    assert.ok(!front.includes(pin));
    const unlocked = await fetch(`${page}/v1/unlock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ pin }),
    });
    assert.equal(unlocked.status, 204);
    const cookie = unlocked.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    assert.equal((await fetch(`${page}/v1/cancel`, { method: "POST", headers: { cookie } })).status, 202);
    assert.equal((await fetch(`${page}/v1/screen.png`, { headers: { cookie } })).status, 200);
  } finally {
    await daemon.end("SIGKILL");
    await simulator.close();
    road.remove();
    board.remove();
  }
});
