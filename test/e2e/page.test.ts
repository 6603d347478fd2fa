/** The whole way by the status page alone: the built daemon, Chromium, and the pairing page of the simulator. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { openBrowser, scanned } from "../support/browser.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually, PATIENCE_MS } from "./daemon-process.ts";

const SIZES = [
  { width: 360, height: 640 },
  { width: 800, height: 480 },
  { width: 1920, height: 1080 },
];

describe("by the status page", () => {
  let browser: Browser;
  let simulator: Simulator;
  let daemon: DaemonProcess;
  let address: string;
  const board = new Board();

  const startDaemon = (listen: string) =>
    new DaemonProcess(board, simulator, {
      "pairing.start": "manual",
      "http.allow_actions": "true",
      "http.listen": listen,
    });

  before(async () => {
    browser = await openBrowser();
    simulator = await startSimulator({ interval: 1, projects: ["Feature Film", "Night Shoot"] });
    daemon = startDaemon("127.0.0.1:0");
    address = await daemon.page();
  });
  after(async () => {
    await browser?.close();
    await daemon?.end("SIGKILL");
    await simulator?.close();
    board.remove();
  });

  for (const [viewport, colorScheme, javaScriptEnabled] of SIZES.flatMap((size, at) => [
    [size, "light", false] as const,
    [size, "dark", false] as const,
    [size, at % 2 === 0 ? "light" : "dark", true] as const,
  ]))
    test(`a device is paired and unpaired at ${viewport.width}x${viewport.height}, ${colorScheme}, script ${javaScriptEnabled ? "on" : "off"}`, async (t) => {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        javaScriptEnabled,
        locale: "en",
      });
      t.after(() => context.close());
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      const heading = (name: string) => page.getByRole("heading", { level: 1, name, exact: true });
      await page.goto(address);

      await heading("Not paired").waitFor();
      await page.getByRole("button", { name: "New code" }).click();
      await heading("Pair with Frame.io").waitFor();
      const { pairing, device } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);
      assert.equal((await page.locator(".digits").textContent())?.replace(/\D/g, ""), pairing?.user_code);
      assert.equal(await scanned(page), pairing?.verification_uri_complete);
      assert.equal(await page.locator(".live").isVisible(), javaScriptEnabled);

      await page.getByRole("button", { name: "New code" }).click();
      const second = await daemon.until(
        "another",
        (now) => now.pairing !== null && now.pairing.user_code !== pairing?.user_code,
      );
      await page.locator(`.button[href="${second.pairing?.verification_uri_complete}"]`).waitFor();

      // A phone can't scan itself: it follows the link, and comes back.
      await page.getByRole("link", { name: "Open Frame.io" }).click();
      await page.getByText(device.name).first().waitFor();
      await page.getByLabel("Night Shoot").check();
      await page.getByRole("button", { name: "Authorize" }).click();
      await page.getByRole("heading", { name: /paired/i }).waitFor();
      await page.goto(address);
      await heading("Paired").waitFor();
      assert.equal(await page.locator(".hero .project bdi").textContent(), "Night Shoot");
      assert.equal(await page.locator(".qr, .digits").count(), 0);

      await page.getByRole("link", { name: "Unpair" }).click();
      await heading("Unpair this device?").waitFor();
      await page.getByRole("button", { name: "Yes, unpair" }).click();
      await heading("Not paired").waitFor();
      await eventually("the revocation at Frame.io", () => (simulator.devices().length === 0 ? true : null));
      assert.deepEqual(complaints, []);
    });

  test("the page follows the daemon through its death", async (t) => {
    const page = await browser.newPage({ locale: "en" });
    t.after(() => page.close());
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(address);
    await page.locator("#page.here").waitFor();
    await daemon.end("SIGKILL");
    await page.getByRole("alert").filter({ hasText: "No contact with the device" }).waitFor();
    daemon = startDaemon(new URL(address).host);
    await page.locator("#page.here").waitFor();
    await page.getByRole("button", { name: "New code" }).click();
    await page.getByRole("heading", { name: "Pair with Frame.io" }).waitFor();
    simulator.approve();
    await page.getByRole("heading", { name: "Paired", exact: true }).waitFor();
    await eventually("the project", async () => ((await page.locator(".project").count()) > 0 ? true : null));
  });
});
