import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import { startLocal } from "../../daemon/local/server.ts";
import { Visitors } from "../../daemon/local/visitors.ts";
import { LANGUAGES } from "../../daemon/texts/languages.ts";
import { PAGE_TEXTS } from "../../daemon/texts/page/catalogue.ts";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { buildWebUi } from "../../scripts/build-web-ui.ts";
import { AWAITING, type FakeBackend, IDLE, OFFER, OFFLINE, PAIRED } from "../daemon/local/fake-backend.ts";
import { optionsFor, overTcp, type Running, start } from "../daemon/local/harness.ts";
import { openBrowser, scanned } from "../support/browser.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { LOOKS } from "./looks.ts";

/** Nothing here takes this long unless it is broken. */
const PATIENCE_MS = 120_000;

const PHONE = { width: 360, height: 640 };
const CAMERA = { width: 800, height: 480 };
const MONITOR = { width: 1920, height: 1080 };

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let webRoot: string;

before(async () => {
  webRoot = mkdtempSync(join(tmpdir(), "c2cd-web-ui-"));
  await buildWebUi(webRoot);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(webRoot, { recursive: true, force: true });
});

interface Visit {
  readonly page: Page;
  readonly backend: FakeBackend;
  readonly url: string;
  /** Everything that the browser complained of. */
  readonly complaints: string[];
  /** Addresses of everything that the browser asked for. */
  readonly asked: string[];
}

async function serve(context: TestContext, snapshot: Snapshot, actions = true): Promise<Running> {
  const running = await start(context, {
    webRoot,
    http: { listen: "127.0.0.1:0", hosts: [], allow_actions: actions },
  });
  running.backend.become(snapshot);
  return running;
}

async function visit(
  context: TestContext,
  { port, backend }: Running,
  options: BrowserContextOptions & { path?: string; asleep?: boolean } = {},
): Promise<Visit> {
  const { path = "/", asleep = false, ...rest } = options;
  const tab = await browser.newContext({
    viewport: PHONE,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    ...rest,
  });
  context.after(() => tab.close());
  tab.setDefaultTimeout(PATIENCE_MS);
  const page = await tab.newPage();
  // The wall clock goes on while a phone sleeps; on many, the others don't.
  if (asleep)
    await page.addInitScript(
      "window.slept = 0; const now = Date.now; Date.now = () => now() + window.slept;",
    );
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  const url = `http://127.0.0.1:${port}`;
  await page.goto(url + path);
  if (rest.javaScriptEnabled !== false) await page.locator("#page.here").waitFor();
  return { page, backend, url, complaints, asked };
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`,
  );
}

/** Resolves when an expression is true in the page; its policy forbids playwright's own way, which evaluates strings. */
async function until(page: Page, expression: string): Promise<void> {
  const next = `new Promise((resolve) => requestAnimationFrame(() => resolve(Boolean(${expression}))))`;
  while (!(await page.evaluate(next)));
}

for (const colorScheme of ["light", "dark"] as const)
  test(`axe-core finds nothing in any look, ${colorScheme}`, async (context) => {
    const running = await serve(context, IDLE);
    const { page, complaints } = await visit(context, running, { colorScheme });
    for (const [name, look] of Object.entries(LOOKS)) {
      running.backend.become(look);
      await page.reload();
      await page.locator("#page.here").waitFor();
      assert.equal(await page.locator("h1").count(), 1, name);
      assert.deepEqual(await violations(page), [], name);
    }
    running.backend.become(PAIRED);
    await page.goto(`${page.url()}?confirm=unpair`);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
  });

test("every look fits every screen, by width", async (context) => {
  const running = await serve(context, IDLE);
  const { page } = await visit(context, running);
  for (const viewport of [{ width: 320, height: 568 }, PHONE, CAMERA, MONITOR]) {
    await page.setViewportSize(viewport);
    for (const [name, look] of Object.entries(LOOKS))
      for (const language of ["de", "fr"]) {
        running.backend.current = look;
        await page.goto(`http://127.0.0.1:${running.port}/?lang=${language}`);
        const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.equal(overflow, 0, `${name} in ${language} at ${viewport.width}`);
      }
  }
});

test("the code, the link and the countdown are seen without scrolling", async (context) => {
  const running = await serve(context, AWAITING);
  const { page } = await visit(context, running);
  for (const [viewport, name, more] of [
    [PHONE, "awaiting", []],
    [CAMERA, "awaiting", [".qr", ".actions"]],
    [CAMERA, "awaiting while paired", [".qr"]],
    [MONITOR, "awaiting", [".qr", ".actions"]],
  ] as const)
    for (const language of LANGUAGES) {
      running.backend.current = LOOKS[name] ?? IDLE;
      await page.setViewportSize(viewport);
      await page.goto(`http://127.0.0.1:${running.port}/?lang=${language}`);
      const wanted = [".digits", ".button", ".left", ...more];
      for (const selector of wanted) {
        const box = await page.locator(selector).boundingBox();
        assert.ok(
          box !== null && box.y + box.height <= viewport.height,
          `${selector} ${viewport.width} ${language}`,
        );
      }
    }
});

test("whatever is pressed is large enough for a thumb", async (context) => {
  const running = await serve(context, PAIRED);
  const { page } = await visit(context, running);
  for (const look of [AWAITING, PAIRED, IDLE]) {
    running.backend.current = look;
    await page.reload();
    for (const target of await page.locator("button, .button, .quiet, nav a").all()) {
      const box = await target.boundingBox();
      assert.ok(box !== null && box.height >= 44 && box.width >= 44, (await target.textContent()) ?? "");
    }
  }
});

test("without a script the page asks again when the code ends", async (context) => {
  const running = await serve(context, { ...AWAITING, pairing: { ...OFFER, expires_in: 1 } });
  const { page, backend } = await visit(context, running, { javaScriptEnabled: false });
  backend.current = { ...AWAITING, pairing: { ...OFFER, user_code: "700512" } };
  await page.getByText("512", { exact: true }).waitFor();
});

test("without a script the page asks again by itself", async (context) => {
  const running = await serve(context, { ...IDLE, state: "requesting-code" });
  const { page, backend } = await visit(context, running, { javaScriptEnabled: false });
  backend.current = AWAITING;
  await page.getByText("Pair with Frame.io", { exact: true }).waitFor();
});

test("what the technician has unfolded stays so when something changes, and names address, firmware and cause", async (context) => {
  const detail = "No connection comes about; the network may not let HTTPS through.";
  const running = await serve(context, {
    ...PAIRED,
    health: [{ ...OFFLINE, code: "server-unreachable", detail }],
  });
  const { page, backend } = await visit(context, running);
  const folded = page.locator("#technical dl");
  assert.equal(await folded.isVisible(), false);
  await page.getByText("For the technician").click();
  for (const text of [detail, "192.0.2.17", "2.4.1", "1 h 18 min"])
    assert.ok(await folded.getByText(text).isVisible(), text);
  backend.become({ ...PAIRED, project: { id: "2", name: "Another Film" } });
  await page.getByText("Another Film").first().waitFor();
  assert.ok(await folded.isVisible());
});

test("a button that nobody would hear can't be pressed", async (context) => {
  const running = await serve(context, PAIRED);
  const { page } = await visit(context, running);
  const button = page.getByRole("button", { name: "Change project" });
  await button.waitFor();
  assert.ok(await button.isEnabled());
  await running.local.close();
  await page.locator("#page:not(.here)").waitFor();
  assert.ok(await button.isDisabled());
});

test("a change leaves the reader's place alone", async (context) => {
  const running = await serve(context, PAIRED);
  const { page, backend } = await visit(context, running);
  const link = page.getByRole("link", { name: "Español" });
  await link.focus();
  await page.evaluate("document.querySelector('dl').dataset.kept = 'yes'; scrollTo(0, 200)");
  const before = await page.evaluate("scrollY");
  backend.become({ ...PAIRED, health: [{ ...OFFLINE, code: "display-missing" }] });
  await page.locator(".health").waitFor();
  assert.equal(await page.evaluate("document.activeElement.lang"), "es");
  backend.become({ ...PAIRED, project: { id: "2", name: "Other project" } });
  await page.locator(".project bdi", { hasText: "Other project" }).waitFor();
  assert.equal(await page.evaluate("document.activeElement.lang"), "es");
  assert.ok(Number(before) > 0);
});

test("a screen reader hears what has changed, and no ticking", async (context) => {
  const running = await serve(context, AWAITING);
  const { page, backend } = await visit(context, running);
  await page.evaluate(`
    window.said = 0; window.ticks = 0;
    const watch = (selector, tell) => new MutationObserver(tell)
      .observe(document.querySelector(selector), { subtree: true, childList: true, characterData: true });
    watch('[role=status]', () => window.said++);
    watch('[role=timer]', () => window.ticks++);
  `);
  await until(page, "window.ticks >= 3");
  backend.become({ ...AWAITING, pairing: { ...OFFER, expires_in: 60 } });
  await page.getByText("1:00", { exact: true }).waitFor();
  assert.equal(await page.evaluate("window.said"), 0);
  backend.become({ ...IDLE, state: "confirming" });
  await until(page, "window.said > 0");
  assert.equal(await page.locator("[role=timer] [aria-live], [role=timer][aria-live]").count(), 0);
});

/** The code as eyes, a phone's camera and a screen reader find it. */
async function codeIsGone(page: Page): Promise<void> {
  for (const selector of [".digits", ".qr", ".button"])
    assert.equal(await page.locator(selector).isVisible(), false, selector);
  assert.equal(await scanned(page), undefined);
  assert.doesNotMatch(await page.locator("main").ariaSnapshot(), /041|593|link "Open/);
}

test("the countdown runs, and a code that has ended is gone", async (context) => {
  const running = await serve(context, { ...AWAITING, pairing: { ...OFFER, expires_in: 3 } });
  const { page } = await visit(context, running);
  await page.getByText("0:01", { exact: true }).waitFor();
  await page.getByText(PAGE_TEXTS.en.codeEnded, { exact: true }).waitFor();
  await codeIsGone(page);
  assert.equal(await page.locator(".left").isVisible(), false);
});

test("a code that ends while there is no contact is gone", async (context) => {
  const running = await serve(context, { ...AWAITING, pairing: { ...OFFER, expires_in: 5 } });
  const { page } = await visit(context, running);
  await running.local.close();
  await page.locator("#page.over:not(.here)").waitFor();
  await codeIsGone(page);
  assert.ok(await page.locator("#lost").isVisible());
});

test("a code that ended while the phone slept is gone when it wakes, before anybody has answered", async (context) => {
  const running = await serve(context, AWAITING);
  const { page } = await visit(context, running, { asleep: true });
  await running.local.close();
  await page.evaluate("window.slept = 600_000");
  await page.locator("#page.over").waitFor();
  await codeIsGone(page);
});

test("a phone that wakes up asks at once, though its stream says nothing", async (context) => {
  const running = await serve(context, AWAITING);
  const { page } = await visit(context, running);
  running.backend.current = PAIRED;
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.getByRole("heading", { name: CATALOGUE.en.states.paired.headline }).waitFor();
});

test("a device that takes the question and never answers is no contact", async (context) => {
  const running = await serve(context, PAIRED);
  const { page, backend } = await visit(context, running);
  // Only the page hangs: the stream goes on telling.
  await page.route(/\/$/, () => {});
  backend.become(IDLE);
  await page.getByRole("alert").filter({ hasText: "No contact with the device" }).waitFor();
  assert.equal(await page.locator(".live").isVisible(), false);
});

test("when contact is lost the page says so and keeps the last known state; when it is back, so is the page", async (context) => {
  const options = optionsFor(context, { webRoot });
  options.backend.become(PAIRED);
  const first = await startLocal(options);
  const { port } = first.tcpAddress() as AddressInfo;
  const { page } = await visit(context, { port, backend: options.backend } as Running);
  assert.equal(await page.locator("#lost").isVisible(), false);
  await first.close();
  await page.getByRole("alert").filter({ hasText: "No contact with the device" }).waitFor();
  assert.match((await page.locator("#lost").textContent()) ?? "", /at \d\d:\d\d\.$/);
  assert.ok(await page.getByText("The Long Night – Unit B").first().isVisible());
  assert.equal(await page.locator(".live").isVisible(), false);

  options.backend.current = IDLE;
  const second = await startLocal({
    ...options,
    http: { listen: `127.0.0.1:${port}`, hosts: [], allow_actions: false },
  });
  context.after(() => second.close());
  await page.getByRole("heading", { name: CATALOGUE.en.states.idle.headline }).waitFor();
  assert.equal(await page.locator("#lost").isVisible(), false);
});

test("a daemon of another version brings its own page", async (context) => {
  const running = await serve(context, IDLE);
  const { page, backend } = await visit(context, running);
  const loaded = page.waitForEvent("load");
  backend.become({ ...IDLE, version: "2.0.0" });
  await loaded;
  await page.getByText("c2cd 2.0.0").waitFor({ state: "attached" });
});

test("unpairing asks first", async (context) => {
  const running = await serve(context, PAIRED);
  for (const javaScriptEnabled of [true, false]) {
    running.backend.become(PAIRED);
    running.backend.calls.length = 0;
    running.backend.revoked = javaScriptEnabled;
    const { page, complaints } = await visit(context, running, { javaScriptEnabled });
    await page.getByRole("link", { name: "Unpair" }).click();
    await page.getByRole("heading", { name: PAGE_TEXTS.en.unpairQuestion }).waitFor();
    await page.getByRole("link", { name: PAGE_TEXTS.en.unpairNo }).click();
    await page.getByRole("heading", { name: "Paired" }).waitFor();
    assert.deepEqual(running.backend.calls, []);

    await page.getByRole("link", { name: "Unpair" }).click();
    await page.getByRole("button", { name: PAGE_TEXTS.en.unpairYes }).click();
    await page.getByRole("heading", { name: CATALOGUE.en.states.idle.headline }).waitFor();
    assert.deepEqual(running.backend.calls, ["unpair"]);
    assert.equal(
      await page.getByText(PAGE_TEXTS.en.notices["not-revoked"]).count(),
      javaScriptEnabled ? 0 : 1,
    );
    assert.deepEqual(complaints, []);
  }
});

test("cancelling stops the code, in the reader's language", async (context) => {
  const running = await serve(context, AWAITING);
  const { page, backend } = await visit(context, running, { path: "/?lang=fr" });
  await page.getByRole("button", { name: CATALOGUE.fr.actions.cancel }).click();
  await page.getByRole("heading", { name: CATALOGUE.fr.states.idle.headline }).waitFor();
  assert.deepEqual(backend.calls, ["cancel"]);
  assert.match(page.url(), /\?lang=fr$/);
});

test("a form that is out of date brings the page back, in the reader's language, and can be sent again", async (context) => {
  const options = optionsFor(context, {
    webRoot,
    http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true },
  });
  options.backend.become(IDLE);
  const first = await startLocal(options);
  const { port } = first.tcpAddress() as AddressInfo;
  const running = { port, backend: options.backend } as Running;
  const { page } = await visit(context, running, { javaScriptEnabled: false, path: "/?lang=fr" });
  await first.close();
  const second = await startLocal({
    ...options,
    http: { listen: `127.0.0.1:${port}`, hosts: [], allow_actions: true },
  });
  context.after(() => second.close());
  await page.getByRole("button", { name: CATALOGUE.fr.actions.newCode }).click();
  await page.getByText(PAGE_TEXTS.fr.notices["not-done"], { exact: true }).waitFor();
  assert.deepEqual(options.backend.calls, []);
  await page.getByRole("button", { name: CATALOGUE.fr.actions.newCode }).click();
  await page.getByRole("heading", { name: CATALOGUE.fr.code.headline }).waitFor();
  assert.deepEqual(options.backend.calls, ["pair"]);
  assert.equal(await page.locator(".notice").count(), 0);
});

for (const javaScriptEnabled of [true, false])
  test(`a guest types the PIN, undisturbed, and sees the code, script ${javaScriptEnabled ? "on" : "off"}`, async (context) => {
    const visitors = new Visitors({ clock: new ManualClock(), randomBytes, isNear: () => false });
    const http = { listen: "127.0.0.1:0", hosts: [], allow_actions: true };
    const running = await start(context, { webRoot, visitors, http });
    running.backend.become({ ...IDLE, has_button: true });
    const { page, complaints } = await visit(context, running, { javaScriptEnabled });
    await page.getByText(PAGE_TEXTS.en.orPress).waitFor();
    assert.equal(await page.locator("button").count(), 1);
    if (javaScriptEnabled) assert.deepEqual(await violations(page), []);
    const field = page.getByLabel(PAGE_TEXTS.en.pin);
    await field.pressSequentially(visitors.pin.slice(0, 3));
    running.backend.become({ ...AWAITING, has_button: true });
    if (javaScriptEnabled) await page.getByRole("heading", { name: CATALOGUE.en.code.headline }).waitFor();
    await page.keyboard.type(visitors.pin.slice(3));
    assert.equal(await field.inputValue(), visitors.pin);
    assert.equal(await page.locator(".digits, .qr").count(), 0);
    await page.getByRole("button", { name: PAGE_TEXTS.en.unlock }).click();
    await page.locator(".digits").waitFor();
    assert.equal(await scanned(page), OFFER.verification_uri_complete);
    await page.getByRole("button", { name: CATALOGUE.en.actions.cancel }).click();
    await page.getByRole("heading", { name: CATALOGUE.en.states.idle.headline }).waitFor();
    assert.deepEqual(running.backend.calls, ["cancel"]);
    assert.deepEqual(complaints, []);
  });

test("where actions are off there are none", async (context) => {
  const running = await serve(context, PAIRED, false);
  for (const path of ["/", "/?confirm=unpair"]) {
    const { page } = await visit(context, running, { path });
    assert.equal(await page.locator("button, form, .quiet").count(), 0);
    await page.getByRole("heading", { name: "Paired" }).waitFor();
  }
});

test("the page speaks the browser's language, or the one that is chosen", async (context) => {
  const running = await serve(context, AWAITING);
  for (const language of LANGUAGES) {
    const { page } = await visit(context, running, { locale: language });
    await page.getByRole("heading", { name: CATALOGUE[language].code.headline }).waitFor();
    assert.equal(await page.evaluate("document.documentElement.lang"), language);
  }
  const own = await start(context, { webRoot, language: "es" });
  const stranger = await visit(context, own, { locale: "nl-NL" });
  await stranger.page.getByRole("heading", { name: CATALOGUE.es.states.idle.headline }).waitFor();
  const { page } = await visit(context, running, { locale: "de-AT" });
  await page.getByRole("link", { name: "日本語" }).click();
  await page.getByRole("heading", { name: CATALOGUE.ja.code.headline }).waitFor();
});

test("times are the reader's own; a clock that was never set shows none", async (context) => {
  const running = await serve(context, PAIRED);
  running.backend.entries = [
    { at: Date.UTC(2026, 4, 4, 9, 13), event: "paired", detail: "" },
    { at: 5_000, event: "unpaired", detail: "" },
  ];
  const { page } = await visit(context, running);
  assert.deepEqual(await page.locator("ol li").allTextContents(), ["4 May 2026, 11:13 Paired", "– Unpaired"]);
  const still = await visit(context, running, { javaScriptEnabled: false });
  assert.match(
    (await still.page.locator("ol li").first().textContent()) ?? "",
    /^2026-05-04 09:13 UTC\s+Paired$/,
  );
});

test("all of the page is small, its own, and asks nobody else", async (context) => {
  const running = await serve(context, AWAITING);
  const { asked, url, complaints } = await visit(context, running);
  const paths = [...new Set(asked.map((address) => address.replace(url, "")))];
  assert.deepEqual(paths.sort(), ["/", "/icon.svg", "/page.css", "/page.js", "/v1/events"]);
  assert.deepEqual(complaints, []);

  const sizeOf = async (path: string) => {
    const { bytes, headers } = await overTcp(running, path);
    assert.equal(headers["content-encoding"], undefined, "measured as it is, not compressed");
    return bytes.length;
  };
  const files = await Promise.all(["/icon.svg", "/page.css", "/page.js"].map(sizeOf));
  const pages: number[] = [];
  for (const look of Object.values(LOOKS))
    for (const language of LANGUAGES) {
      running.backend.current = look;
      pages.push(await sizeOf(`/?lang=${language}`));
    }
  const bytes = Math.max(...pages) + files.reduce((sum, size) => sum + size, 0);
  context.diagnostic(`the largest page with its files, not compressed: ${bytes} bytes`);
  assert.ok(bytes > 5_000 && bytes < 40 * 1024, `${bytes}`);
});

test("a script that found its way into the page would not run", async (context) => {
  const running = await serve(context, IDLE);
  const { page, complaints } = await visit(context, running);
  await page.evaluate(`
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.ran = true');
    image.src = '/nothing.png';
    document.body.append(image);
  `);
  await until(page, "performance.getEntriesByName(location.origin + '/nothing.png').length > 0");
  assert.equal(await page.evaluate("window.ran"), undefined);
  assert.ok(complaints.some((text) => text.includes("Content Security Policy")));
});

test("a page of another site can't use, frame, read or steer this one", async (context) => {
  const running = await serve(context, PAIRED);
  const evil = await start(context, { webRoot });
  const { page } = await visit(context, evil);
  const target = `http://127.0.0.1:${running.port}`;
  // The policy of the page that attacks is the attacker's to choose: its own would stop it already.
  const foreign = await browser.newContext({ bypassCSP: true });
  context.after(() => foreign.close());
  const attacker = await foreign.newPage();
  await attacker.goto(page.url());
  const outcome = await attacker.evaluate(`(async () => {
    const tried = async (options) => {
      try { return (await fetch('${target}/v1/' + options.path, options)).status; } catch { return 'refused'; }
    };
    const loaded = (element, url) => new Promise((resolve) => {
      element.onload = () => resolve('loaded'); element.onerror = () => resolve('refused');
      element.src = url; document.body.append(element);
    });
    return [
      await tried({ path: 'status' }),
      await tried({ path: 'unpair', method: 'POST' }),
      await tried({ path: 'unpair', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
      await tried({ path: 'unpair', method: 'POST', body: new URLSearchParams({ token: 'x' }) }),
      await tried({ path: 'unpair', method: 'POST', mode: 'no-cors', body: new URLSearchParams({ token: 'x' }) }),
      await loaded(new Image(), '${target}/v1/screen.png'),
      await loaded(new Image(), '${target}/icon.svg'),
    ];
  })()`);
  assert.deepEqual(outcome, ["refused", "refused", "refused", "refused", "refused", "refused", "refused"]);
  const [posted] = await Promise.all([
    attacker.waitForResponse(`${target}/v1/unpair`),
    attacker.evaluate(`{
      const form = document.createElement('form');
      form.method = 'post'; form.action = '${target}/v1/unpair';
      document.body.append(form); form.submit();
    }`),
  ]);
  assert.equal(posted.status(), 403);
  assert.deepEqual(running.backend.calls, []);
});
