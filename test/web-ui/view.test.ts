import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lightOf } from "../../daemon/contract/light.ts";
import { PROBLEM_CODES, PROBLEM_ROWS } from "../../daemon/contract/problems.ts";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import { STATES } from "../../daemon/contract/states.ts";
import { LANGUAGES } from "../../daemon/texts/languages.ts";
import { PAGE_TEXTS } from "../../daemon/texts/page/catalogue.ts";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { fill, html } from "../../web-ui/html.ts";
import { chooseLanguage } from "../../web-ui/language.ts";
import { type PageInput, renderPage } from "../../web-ui/view.ts";
import { AWAITING, IDLE, NO_SECRET, OFFER, OFFLINE, PAIRED } from "../daemon/local/fake-backend.ts";

function input(snapshot: Snapshot, changes: Partial<PageInput> = {}): PageInput {
  return {
    snapshot,
    history: [],
    language: "en",
    languageChosen: false,
    qr: null,
    formToken: null,
    locked: false,
    confirming: false,
    notice: null,
    ...changes,
  };
}

test("the reader's language is the chosen one, else the best of theirs that we speak, else the device's", () => {
  for (const [chosen, accepted, expected] of [
    [undefined, undefined, "en"],
    [undefined, "", "en"],
    [undefined, "de-AT,de;q=0.9,en;q=0.8", "de"],
    [undefined, "nl,fr;q=0.5,en;q=0.7", "en"],
    [undefined, "nl-BE, es;q=0.4", "es"],
    [undefined, "zh-Hant-TW", "zh"],
    [undefined, "JA", "ja"],
    [undefined, "fr;q=0, de;q=0.1", "de"],
    [undefined, "*", "en"],
    [undefined, ";;;,,q=1,\u0000", "en"],
    ["fr", "de", "fr"],
    ["fr-CA", "de", "fr"],
    ["tlh", "de", "de"],
    ["__proto__", undefined, "en"],
  ] as const)
    assert.equal(chooseLanguage(chosen, accepted, "en"), expected, `${chosen} / ${accepted}`);
  assert.equal(chooseLanguage(undefined, "nl-BE", "es"), "es");
});

test("every language says the same things and marks the same places", () => {
  const shape = (node: unknown): unknown =>
    typeof node === "string"
      ? [...node.matchAll(/\{\w+\}/g)].map(([mark]) => mark)
      : Object.fromEntries(Object.entries(node as object).map(([key, value]) => [key, shape(value)]));
  for (const language of LANGUAGES) {
    assert.deepEqual(shape(PAGE_TEXTS[language]), shape(PAGE_TEXTS.en), language);
    assert.ok(!JSON.stringify(PAGE_TEXTS[language]).includes('""'), `${language} leaves nothing out`);
  }
});

test("every state and every problem reads in every language", () => {
  for (const language of LANGUAGES)
    for (const state of STATES) {
      const markup = renderPage(input({ ...IDLE, state, light: lightOf(state, [], 0) }, { language }));
      const said =
        state === "awaiting-user"
          ? CATALOGUE[language].code.headline
          : CATALOGUE[language].states[state].headline;
      assert.ok(markup.includes(`<h1 id="state">${said}</h1>`), `${state} in ${language}`);
      assert.ok(
        !/\bundefined\b|\bnull\b|\[object|\{\w+\}(?![^<]*")/.test(markup.replace(/data-text="[^"]*"/, "")),
        state,
      );
    }
  for (const code of PROBLEM_CODES) {
    const { headline } = CATALOGUE.fr.problems[code];
    const markup = renderPage(input({ ...AWAITING, health: [{ ...OFFLINE, code }] }, { language: "fr" }));
    assert.ok(markup.includes(`<strong>${headline}</strong>`), code);
    const { light, offline } = PROBLEM_ROWS[code];
    if (light === null) continue;
    const paired = renderPage(
      input({ ...PAIRED, health: [{ ...OFFLINE, code }], light }, { language: "fr" }),
    );
    assert.ok(
      paired.includes(`<h1 id="state">${offline ? CATALOGUE.fr.unproven.offline : headline}</h1>`),
      code,
    );
    assert.equal(
      paired.split(headline).length - 1,
      offline ? 1 : 2,
      `${code} is told once, and in the title`,
    );
    assert.ok(!paired.includes(CATALOGUE.fr.states.paired.sentence), code);
  }
});

test("a clock that is wrong is told with what it says", () => {
  const health = [{ ...OFFLINE, code: "clock-wrong" as const }];
  const wrong_time = "2025-04-13T19:38:00.000Z";
  for (const state of ["waiting-for-clock", "paired"] as const) {
    const light = lightOf(state, health, 0);
    const markup = renderPage(input({ ...PAIRED, state, light, health, wrong_time }));
    assert.ok(markup.includes("<p>It says 2025-04-13 19:38 UTC. Set the date and time"), state);
    assert.ok(markup.includes('data-light="amber"'), state);
  }
});

test("what keeps the device from going on is what the page is about, and told once", () => {
  const headline = CATALOGUE.en.problems["secret-missing"].headline;
  const markup = renderPage(input({ ...IDLE, state: "unconfigured", health: [NO_SECRET, OFFLINE] }));
  assert.equal(markup.split(headline).length - 1, 2, "in the heading and the title");
  assert.match(markup, /data-severity="warning"/);
  assert.doesNotMatch(markup, /data-severity="error"/);
  const screenless = renderPage(input({ ...IDLE, health: [{ ...OFFLINE, code: "display-missing" }] }));
  assert.match(screenless, new RegExp(`<h1 id="state">${CATALOGUE.en.states.idle.headline}</h1>`));
});

test("no text of ours or of the server's becomes markup", () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "<script>alert(1)</script>",
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      "</title><script>",
      "{address}",
      "&lt;",
      "--><b>",
    ),
  );
  const tags = (markup: string) =>
    [...markup.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
  const render = (text: string) =>
    tags(
      renderPage(
        input(
          {
            ...PAIRED,
            pairing: { ...OFFER, user_code: text },
            device: { name: text, client_id: `${text}-id`, model: `${text}.`, serial: text, source: "fixed" },
            project: { id: text, name: text },
            display: { ...IDLE.display, name: text },
            version: text,
          },
          { history: [{ at: "2026-05-04T09:13:00.000Z", event: text, detail: text }], formToken: text },
        ),
      ),
    );
  const plain = render("plain");
  fc.assert(
    fc.property(hostile, (text) => {
      assert.deepEqual(render(/^\d{6}$/.test(text) ? "other" : text), plain);
    }),
    { numRuns: 500 },
  );
});

test("the technician reads the board's serial number, where it has one", () => {
  const row = "<dt>Serial number</dt><dd>10000000A1B2C3D4</dd>";
  const technical = (markup: string) => markup.split('<details id="technical">')[1] ?? "";
  assert.ok(technical(renderPage(input(PAIRED))).includes(row));
  const none = { ...PAIRED, device: { ...PAIRED.device, serial: null } };
  assert.ok(!technical(renderPage(input(none))).includes("Serial number"));
});

test("a lamp is no screen", () => {
  const row = "<dt>Screen</dt>";
  assert.ok(renderPage(input(PAIRED)).includes(`${row}<dd>vc4drmfb 800 × 480</dd>`));
  const display = { ...PAIRED.display, driver: "led", name: "status", width: null, height: null };
  assert.ok(!renderPage(input({ ...PAIRED, display })).includes(row));
});

test("the technician reads which Wi-Fi an address belongs to, where that is told", () => {
  const network = [
    { interface: "wlan0", address: "192.0.2.17", wifi: "Set & Crew" },
    { interface: "eth0", address: "192.0.2.18", wifi: null },
  ];
  const markup = renderPage(input({ ...PAIRED, network }));
  assert.ok(markup.includes("<dt>wlan0</dt><dd><bdi>Set &amp; Crew</bdi>, 192.0.2.17</dd>"));
  assert.ok(markup.includes("<dt>eth0</dt><dd>192.0.2.18</dd>"));
});

test("the history names the project that is set now, and no other", () => {
  const at = "2026-05-04T09:13:00.000Z";
  const id = PAIRED.project?.id ?? "";
  const history = [id, "another"].map((detail) => ({ at, event: "project", detail }));
  const lines = renderPage(input(PAIRED, { history })).match(/<span>Project set.*?<\/span>/g);
  assert.deepEqual(lines, [
    `<span>Project set <bdi>${PAIRED.project?.name}</bdi></span>`,
    "<span>Project set</span>",
  ]);
});

test("a link is only ever the one in the snapshot", () => {
  const markup = renderPage(input(AWAITING));
  const links = [...markup.matchAll(/href="([^"?/][^"]*)"/g)].map(([, href]) => href);
  assert.deepEqual(links, [OFFER.verification_uri, OFFER.verification_uri_complete]);
});

test("a template escapes what it is given and leaves out what is not there", () => {
  assert.equal(
    html`<p title="${"\"<&'>"}">${null}${false}${0}${[html`<b>x</b>`]}</p>`.text,
    '<p title="&quot;&lt;&amp;&#39;&gt;">0<b>x</b></p>',
  );
  assert.equal(fill("<{a}> {b} {c}", { a: "<", b: html`<i>` }).text, "&lt;&lt;&gt; <i> ");
});
