/** The status page as markup. Pure: everything that it says is in its argument. */
import type { PairingView, Snapshot, StateName } from "../daemon/status/snapshot.ts";
import { fill, Html, html } from "./html.ts";
import { LANGUAGES, type Language, PAGE_TEXTS } from "./texts/languages.ts";
import type { PageTexts } from "./texts/page-texts.ts";

export interface HistoryLine {
  /** ISO 8601. */
  readonly at: string;
  readonly event: string;
}

export interface PageInput {
  readonly snapshot: Snapshot;
  /** Newest first. */
  readonly history: readonly HistoryLine[];
  readonly language: Language;
  /** Whether the reader chose the language; links carry it on then. */
  readonly languageChosen: boolean;
  /** The current code as an SVG element; null where there is none to show. */
  readonly qr: Html | null;
  /** What proves that a form came from this page; null where the page offers no actions. */
  readonly formToken: string | null;
  /** The reader has pressed Unpair and is asked once more. */
  readonly confirming: boolean;
  /** The last unpairing did not reach Frame.io. */
  readonly notRevoked: boolean;
}

/** Seconds after which the page asks again where it has no script. */
const RELOAD_S = 10;

/** Which colour and symbol a state wears. */
const TONES: Readonly<Record<StateName, "waiting" | "bad" | "pairing" | "resting" | "good">> = {
  starting: "waiting",
  unconfigured: "bad",
  "waiting-for-clock": "waiting",
  "waiting-for-network": "waiting",
  "requesting-code": "waiting",
  "awaiting-user": "pairing",
  idle: "resting",
  confirming: "waiting",
  paired: "good",
};

const SYMBOLS = {
  waiting: '<circle cx="6" cy="12" r="2"/><circle cx="12" cy="12" r="2"/><circle cx="18" cy="12" r="2"/>',
  bad: '<path d="M10.9 4h2.2l-.3 10h-1.6z"/><circle cx="12" cy="18" r="1.6"/>',
  resting: '<path d="M7 5h3.4v14H7zM13.6 5H17v14h-3.4z"/>',
  good: '<path d="M9.5 19 3 12.5l2.1-2.1 4.4 4.4L18.9 5.4 21 7.5z"/>',
} as const;

export function renderPage(input: PageInput): string {
  const { snapshot, language, confirming } = input;
  const texts = PAGE_TEXTS[language];
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${texts.states[snapshot.state][0]} · ${snapshot.device.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
${confirming ? null : html`<noscript><meta http-equiv="refresh" content="${RELOAD_S}"></noscript>`}
<script type="module" src="/page.js"></script>
</head>
<body>
<p id="lost" role="alert" data-text="${texts.connectionLost}"></p>
<div id="page" data-version="${snapshot.version}" data-tone="${TONES[snapshot.state]}">
${header(snapshot, texts)}
<main>
${input.notRevoked && html`<p class="notice">${texts.notRevoked}</p>`}
${confirming ? question(input, texts) : hero(input, texts)}
${health(snapshot, texts)}
<div class="more">
${details(snapshot, texts)}
${past(input.history, texts)}
</div>
</main>
${footer(input, texts)}
</div>
</body>
</html>
`;
  return page.text;
}

function header({ device }: Snapshot, texts: PageTexts): Html {
  return html`<header><p><bdi>${device.name}</bdi></p><p class="live">${texts.live}</p></header>`;
}

function hero(input: PageInput, texts: PageTexts): Html {
  const { snapshot, qr } = input;
  const { pairing, state } = snapshot;
  const tone = TONES[state];
  return html`<section class="${qr ? "hero two" : "hero"}" aria-labelledby="state">
<div class="said" role="status">
<div class="head">${tone !== "pairing" && symbol(tone)}<h1 id="state">${texts.states[state][0]}</h1></div>
${project(snapshot, texts)}
<p>${meaning(input, texts)}</p>
</div>
${pairing && code(pairing, snapshot, texts)}
${pairing && qr && html`<div class="qr" role="img" aria-label="${texts.qrLabel}">${qr}</div>`}
${input.formToken !== null && actions(input, input.formToken, texts)}
</section>`;
}

function symbol(tone: keyof typeof SYMBOLS): Html {
  return html`<svg class="symbol" viewBox="0 0 24 24" aria-hidden="true">${new Html(SYMBOLS[tone])}</svg>`;
}

function project({ state, project }: Snapshot, texts: PageTexts): Html | null {
  if (state !== "paired") return null;
  return html`<p class="project"><span>${texts.project}</span> <bdi>${project?.name ?? texts.projectUnknown}</bdi></p>`;
}

function meaning({ snapshot, formToken }: PageInput, texts: PageTexts): Html {
  const { state, pairing } = snapshot;
  if (state === "idle" && formToken !== null) return html`${texts.idleWithButton}`;
  if (state !== "awaiting-user") return html`${texts.states[state][1]}`;
  const address = pairing?.verification_uri ?? null;
  if (address === null) return html`${texts.enterDigits}`;
  return fill(texts.states[state][1], {
    address: html`<a class="address" href="${address}" rel="noreferrer">${address.replace(/^https:\/\//, "")}</a>`,
  });
}

function code(pairing: PairingView, { device, project, authorization }: Snapshot, texts: PageTexts): Html {
  const link = pairing.verification_uri_complete;
  return html`<div class="code">
<p class="digits"><span class="hidden">${texts.digits} </span>${digits(pairing.user_code)}</p>
<div class="way">${link && html`<a class="button" href="${link}" rel="noreferrer">${texts.openLink}</a>`}
<p class="left">${fill(texts.newCodeIn, { time: clock(pairing.expires_in) })}</p></div>
<p class="ended">${texts.codeEnded}</p>
<p class="compare">${texts.compareName} <strong><bdi>${device.name}</bdi></strong></p>
${authorization && project && html`<p class="still">${fill(texts.stillPaired, { project: html`<bdi>${project.name}</bdi>` })}</p>`}
</div>`;
}

/** Six digits in two groups, apart for the eye and together for the clipboard. */
function digits(userCode: string): Html {
  if (!/^\d{6}$/.test(userCode)) return html`${userCode}`;
  return html`<span>${userCode.slice(0, 3)}</span><span>${userCode.slice(3)}</span>`;
}

function clock(seconds: number): Html {
  const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return html`<span role="timer" data-left="${seconds}">${shown}</span>`;
}

function actions(input: PageInput, token: string, texts: PageTexts): Html | null {
  const { state, authorization } = input.snapshot;
  const pair = { "awaiting-user": texts.newCode, idle: texts.showCode, paired: texts.pairAgain };
  const label = Object.entries(pair).find(([name]) => name === state)?.[1];
  const offered = [
    label === undefined ? null : form("pair", label, input, token),
    state === "awaiting-user" || state === "requesting-code"
      ? form("cancel", texts.cancel, input, token)
      : null,
    authorization &&
      html`<a class="quiet" href="${address(input, { confirm: "unpair" })}">${texts.unpair}</a>`,
  ].filter((action) => action !== null);
  if (offered.length === 0) return null;
  return html`<div class="actions" role="group" aria-label="${texts.actions}">${offered}</div>`;
}

function form(verb: "pair" | "cancel" | "unpair", label: string, input: PageInput, token: string): Html {
  return html`<form method="post" action="/v1/${verb}"><input type="hidden" name="token" value="${token}">${input.languageChosen && html`<input type="hidden" name="lang" value="${input.language}">`}<button>${label}</button></form>`;
}

function question(input: PageInput, texts: PageTexts): Html | null {
  if (input.formToken === null) return null;
  return html`<section class="question" aria-labelledby="state">
<h1 id="state">${texts.unpairQuestion}</h1>
<p>${texts.unpairMeaning}</p>
<div class="actions">${form("unpair", texts.unpairYes, input, input.formToken)}<a class="quiet" href="${address(input, {})}">${texts.unpairNo}</a></div>
</section>`;
}

function health({ health: problems }: Snapshot, texts: PageTexts): Html | null {
  if (problems.length === 0) return null;
  const items = problems.map(
    ({ severity, text, action }) =>
      html`<li data-severity="${severity}"><span class="severity">${texts.severities[severity]}</span> <strong>${text}</strong> <span>${action}</span></li>`,
  );
  return html`<section class="health" aria-labelledby="health"><h2 id="health">${texts.health}</h2><ul>${items}</ul></section>`;
}

function details(snapshot: Snapshot, texts: PageTexts): Html {
  const { device, project, authorization, display } = snapshot;
  const size = display.width === null ? "" : ` ${display.width} × ${display.height}`;
  const end = authorization?.expires_at ?? null;
  const rows: readonly (readonly [string, string | Html | null])[] = [
    [texts.project, project && html`<bdi>${project.name}</bdi>`],
    [texts.validUntil, authorization && (end === null ? texts.noEnd : date(end))],
    [texts.renewed, authorization?.refreshed_at ? date(authorization.refreshed_at) : null],
    [texts.device, html`<bdi>${device.name}</bdi>`],
    [texts.deviceId, device.client_id === device.name ? null : html`<bdi>${device.client_id}</bdi>`],
    [texts.model, device.model === "" ? null : device.model],
    [texts.screen, display.driver === "none" ? null : `${display.name}${size}`],
    [texts.version, `c2cd ${snapshot.version}`],
  ];
  const shown = rows.flatMap(([name, value]) =>
    value === null ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>`],
  );
  return html`<section aria-labelledby="details"><h2 id="details">${texts.details}</h2><dl>${shown}</dl></section>`;
}

/** Lines of history on the page; renewals are routine and told by the last one alone, in the details. */
const HISTORY_LINES = 6;

function past(history: readonly HistoryLine[], texts: PageTexts): Html {
  const said: Readonly<Record<string, string>> = texts.events;
  const lines = history
    .filter(({ event }) => event !== "refreshed")
    .slice(0, HISTORY_LINES)
    .map(({ at, event }) => html`<li>${date(at)} <span>${said[event] ?? event}</span></li>`);
  return html`<section aria-labelledby="history"><h2 id="history">${texts.history}</h2>${
    lines.length === 0 ? html`<p>${texts.historyEmpty}</p>` : html`<ol>${lines}</ol>`
  }</section>`;
}

/** For readers without a script in UTC; the script turns it into the reader's own time. */
function date(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}

function footer(input: PageInput, texts: PageTexts): Html {
  const links = LANGUAGES.map((language) =>
    language === input.language
      ? html`<a href="?lang=${language}" lang="${language}" aria-current="true">${PAGE_TEXTS[language].language}</a>`
      : html`<a href="?lang=${language}" lang="${language}">${PAGE_TEXTS[language].language}</a>`,
  );
  return html`<footer><nav aria-label="${texts.languages}">${links}</nav></footer>`;
}

/** This page's own address, with the language where the reader chose it. */
function address({ language, languageChosen }: PageInput, query: Readonly<Record<string, string>>): string {
  const all = new URLSearchParams({ ...(languageChosen ? { lang: language } : {}), ...query }).toString();
  return all === "" ? "/" : `/?${all}`;
}
