import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../support/browser.ts";
import { type Simulator, startSimulator } from "./simulator.ts";
import { TestDevice } from "./testdevice.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("the pairing page on a phone", () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  async function opened(
    t: TestContext,
    options: { javaScriptEnabled?: boolean; colorScheme?: "light" | "dark" } = {},
  ): Promise<[Simulator, TestDevice, Page]> {
    const simulator = await startSimulator();
    t.after(() => simulator.close());
    const phone = { viewport: { width: 360, height: 640 }, javaScriptEnabled: false, ...options };
    const context = await browser.newContext(phone);
    t.after(() => context.close());
    const page = await context.newPage();
    return [simulator, new TestDevice(simulator), page];
  }

  const words = async (page: Page, selector: string) => (await page.locator(selector).textContent()) ?? "";

  it("pairs by the scanned address: name, project, last day, Authorize", async (t) => {
    const [simulator, device, page] = await opened(t);
    const code = (await device.requestCode()).json;
    await page.goto(String(code.verification_uri_complete));
    assert.equal(await words(page, "#device-name"), code.name);
    assert.equal(await words(page, "#user-code"), code.user_code);
    assert.ok(await page.getByLabel("Feature Film").isChecked());
    await page.getByLabel("Documentary").check();
    await page.getByLabel("Last day of access").fill("2090-05-01");
    await page.getByRole("button", { name: "Authorize" }).click();
    assert.equal(await words(page, "h1"), "Paired");
    assert.equal(await words(page, "#project"), "Documentary");
    assert.equal((await device.poll(code.device_code)).status, 200);
    const [paired] = simulator.devices();
    assert.equal(paired?.project.name, "Documentary");
    assert.equal(paired?.expiresAt, Date.UTC(2090, 4, 2) - 1);
    await page.reload();
    assert.equal(await words(page, "h1"), "Paired");
  });

  it("pairs by typed digits, with a space or without", async (t) => {
    const [, device, page] = await opened(t);
    const { user_code, verification_uri } = (await device.requestCode()).json;
    await page.goto(String(verification_uri));
    await page
      .getByLabel("Six digits")
      .fill(`${String(user_code).slice(0, 3)} ${String(user_code).slice(3)}`);
    await page.getByRole("button", { name: "Continue" }).click();
    assert.equal(await words(page, "h1"), "Is this your device?");
    assert.ok(page.url().endsWith(`/pair/${user_code}`));
  });

  it("Cancel authorizes nothing and leaves the code alive", async (t) => {
    const [simulator, device, page] = await opened(t);
    const code = (await device.requestCode()).json;
    await page.goto(String(code.verification_uri_complete));
    await page.getByLabel("Last day of access").fill("2001-01-01");
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.match(await words(page, "#note"), /Nothing was authorized/);
    assert.equal(simulator.codes()[0]?.state, "waiting");
  });

  it("says plainly that a code is unknown, malformed, expired or refused", async (t) => {
    const [simulator, device, page] = await opened(t);
    const code = (await device.requestCode()).json;
    const unknown = code.user_code === "000000" ? "000001" : "000000";
    assert.equal((await page.goto(`${simulator.url}/pair/${unknown}`))?.status(), 404);
    assert.equal(await words(page, "h1"), "Unknown code");
    await page.getByRole("link", { name: "Enter another code" }).click();
    assert.equal(await words(page, "h1"), "Connect a device");
    assert.equal((await page.goto(`${simulator.url}/pair?code=12<b>`))?.status(), 400);
    assert.match(await words(page, "#note"), /six digits/);
    assert.equal(await page.getByLabel("Six digits").inputValue(), "12<b>");
    await page.goto(String(code.verification_uri_complete));
    simulator.advance(120_000);
    await page.getByRole("button", { name: "Authorize" }).click();
    assert.equal(await words(page, "h1"), "Code expired");
    const denied = (await device.requestCode()).json;
    simulator.deny();
    assert.equal((await page.goto(String(denied.verification_uri_complete)))?.status(), 410);
    assert.equal(await words(page, "h1"), "Refused");
    assert.equal((await page.goto(`${simulator.url}/pair/abc`))?.status(), 404);
  });

  it("keeps what was chosen when the last day has passed", async (t) => {
    const [simulator, device, page] = await opened(t);
    const code = (await device.requestCode()).json;
    const body = new URLSearchParams({ decision: "authorize", project: "", expires: "2001-01-01" });
    body.set("project", simulator.projects()[2]?.id ?? "");
    const text = await (await fetch(String(code.verification_uri_complete), { method: "POST", body })).text();
    await page.setContent(text);
    assert.match(await words(page, "#problem"), /has passed/);
    assert.ok(await page.getByLabel("Documentary").isChecked());
    assert.equal(await page.getByLabel("Last day of access").inputValue(), "2001-01-01");
    assert.equal(simulator.codes()[0]?.state, "waiting");
  });

  it("shows markup and endless names as text and fits the screen", async (t) => {
    const [simulator, , page] = await opened(t);
    const name = `<img src=x onerror=alert(1)>&"'${"x".repeat(200)}`;
    const device = new TestDevice(simulator, name);
    simulator.renameProject("Music Video", name);
    await page.goto(String((await device.requestCode()).json.verification_uri_complete));
    assert.equal(await words(page, "#device-name"), `Demo-Camera-${name}`);
    assert.equal(await page.locator("img").count(), 0);
    const box = await page.locator("body").evaluate((body) => [body.scrollWidth, body.clientWidth]);
    assert.equal(box[0], box[1]);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is accessible in ${colorScheme}, and has everything on one screen`, async (t) => {
      const [simulator, device, page] = await opened(t, { javaScriptEnabled: true, colorScheme });
      const code = (await device.requestCode()).json;
      const visit = async (address: string) => {
        await page.goto(address);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate("axe.run()").then((found) => found as AxeResults);
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
          address,
        );
      };
      await visit(`${simulator.url}/pair?cancelled`);
      await visit(String(code.verification_uri_complete));
      const bottom = await page.getByRole("button", { name: "Authorize" }).boundingBox();
      assert.ok(bottom !== null && bottom.y + bottom.height <= 640, JSON.stringify(bottom));
      await page.getByRole("button", { name: "Authorize" }).click();
      await visit(page.url());
    });
  }
});

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
