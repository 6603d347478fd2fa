/** The status page as markup. Pure: everything that it says is in its argument. */
import type { PairingView, Snapshot } from "../daemon/contract/snapshot.ts";
import { type Sign, STATE_ROWS } from "../daemon/contract/states.ts";
import { type Topic, topicOf } from "../daemon/contract/topic.ts";
import { clockTime, duration, utcMinute } from "../daemon/core/text.ts";
import { LANGUAGES, type Language } from "../daemon/texts/languages.ts";
import { PAGE_TEXTS } from "../daemon/texts/page/catalogue.ts";
import type { PageTexts } from "../daemon/texts/page/texts.ts";
import { CATALOGUE } from "../daemon/texts/screen/catalogue.ts";
import { messageOf } from "../daemon/texts/screen/message.ts";
import type { Message, Texts } from "../daemon/texts/screen/texts.ts";
import { fill, type Html, html } from "./html.ts";

export interface HistoryLine {
  /** ISO 8601. */
  readonly at: string;
  readonly event: string;
  /** Of `project`: its id at Frame.io. */
  readonly detail: string;
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
  /** What proves that a form came from this page; null where it has no form. */
  readonly formToken: string | null;
  /** The reader has yet to show that they are at the device, by its PIN or its button. */
  readonly locked: boolean;
  /** The reader has pressed Unpair and is asked once more. */
  readonly confirming: boolean;
  /** What the reader has to know of the last action; null where it did what it said. */
  readonly notice: Notice | null;
}

export type Notice = keyof PageTexts["notices"];

/** The reader's language: what the page shares with the screens, and its own. */
interface Words {
  readonly common: Texts;
  readonly page: PageTexts;
}

/** Seconds after which the page asks again where it has no script. */
const RELOAD_S = 10;
const RELOAD_SOON_S = 2;
/** Sooner in states that pass quickly, and when the code ends. */
function reloadAfter({ state, pairing }: Snapshot): number {
  if (STATE_ROWS[state].passing) return RELOAD_SOON_S;
  return Math.min(RELOAD_S, (pairing?.expires_in ?? RELOAD_S) + 1);
}

/** Shapes in a square of 24; a code needs none beside it. */
const SYMBOLS: Readonly<Record<Sign, Html>> = {
  wait: html`<circle cx="6" cy="12" r="2"/><circle cx="12" cy="12" r="2"/><circle cx="18" cy="12" r="2"/>`,
  attention: html`<path d="M10.9 4h2.2l-.3 10h-1.6z"/><circle cx="12" cy="18" r="1.6"/>`,
  offline: html`<path class="line" d="M3 9.5a13 13 0 0 1 18 0M6.8 13.8a7.5 7.5 0 0 1 10.4 0M4.5 4l15 16"/><circle cx="12" cy="18.5" r="1.6"/>`,
  clock: html`<path d="M10.8 5h2.4v6.5l4 2.4-1.2 2.1-5.2-3.1z"/>`,
  rest: html`<path d="M7 5h3.4v14H7zM13.6 5H17v14h-3.4z"/>`,
  done: html`<path d="M9.5 19 3 12.5l2.1-2.1 4.4 4.4L18.9 5.4 21 7.5z"/>`,
};

/** What the page is about, in the reader's words. */
type PageTopic = Topic & Message;

export function renderPage(input: PageInput): string {
  const { snapshot, language, confirming } = input;
  const words: Words = { common: CATALOGUE[language], page: PAGE_TEXTS[language] };
  const topic = pageTopic(input, words);
  const page = html`<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${topic.headline} · ${snapshot.device.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
${confirming || input.locked ? null : html`<noscript><meta http-equiv="refresh" content="${reloadAfter(snapshot)}"></noscript>`}
<script type="module" src="/page.js"></script>
</head>
<body>
<p id="lost" role="alert" data-text="${words.page.connectionLost}"></p>
<div id="page" data-version="${snapshot.version}" data-light="${snapshot.light}">
<header><p><bdi>${snapshot.device.name}</bdi></p><p class="live">${words.page.live}</p></header>
<main>
${input.notice && html`<p class="notice">${words.page.notices[input.notice]}</p>`}
${confirming ? question(input, words) : hero(input, topic, words)}
${health(snapshot, topic, words)}
<div class="more">
${details(snapshot, words)}
${past(input, words)}
</div>
</main>
${footer(input, words)}
</div>
</body>
</html>
`;
  return page.text;
}

function pageTopic({ snapshot }: PageInput, { common }: Words): PageTopic {
  const { state } = snapshot;
  const topic = topicOf(snapshot);
  const message = messageOf(topic, snapshot, common);
  return {
    ...topic,
    ...message,
    headline: state === "awaiting-user" ? common.code.headline : message.headline,
  };
}

function hero(input: PageInput, topic: PageTopic, words: Words): Html {
  const { snapshot, qr } = input;
  const { pairing } = snapshot;
  const said = meaning(input, topic, words);
  return html`<section class="hero"${qr && html` data-qr`} aria-labelledby="state">
<div class="said" role="status">
<div class="head">${snapshot.state !== "awaiting-user" && symbol(topic.symbol)}<h1 id="state">${topic.headline}</h1></div>
${project(snapshot, words)}
${said && html`<p>${said}</p>`}
</div>
${pairing && code(pairing, snapshot, words)}
${qr && html`<div class="qr" role="img" aria-label="${words.page.qrLabel}">${qr}</div>`}
${input.formToken !== null && (input.locked ? lock(input, input.formToken, words) : actions(input, input.formToken, words))}
</section>`;
}

function symbol(sign: Sign): Html {
  return html`<svg class="symbol" data-sign="${sign}" viewBox="0 0 24 24" aria-hidden="true">${SYMBOLS[sign]}</svg>`;
}

function project({ state, project }: Snapshot, { common, page }: Words): Html | null {
  if (state !== "paired") return null;
  return html`<p class="project"><span>${common.labels.project}</span> <bdi>${project?.name ?? page.projectUnknown}</bdi></p>`;
}

function meaning(
  { snapshot, formToken, locked, qr }: PageInput,
  topic: PageTopic,
  { common, page }: Words,
): Html | null {
  const { state, pairing, display } = snapshot;
  const nothingToScan = locked && display.width === null;
  if (state === "awaiting-user" && nothingToScan) return null;
  if (state === "idle" && topic.problem === null && formToken !== null && !locked)
    return html`${page.idleWithButton}`;
  if (topic.unproven === "offline" && topic.problem !== null)
    return html`<strong>${common.problems[topic.problem.code].headline}.</strong> ${topic.sentence}`;
  if (state !== "awaiting-user" || locked) return html`${topic.sentence}`;
  const address = pairing?.verification_uri ?? null;
  if (address === null) return html`${common.code.menu}`;
  return fill(qr === null ? common.code.open("{address}") : page.scanOrEnter, {
    address: html`<a class="address" href="${address}" rel="noreferrer">${address.replace(/^https?:\/\//i, "")}</a>`,
  });
}

function code(pairing: PairingView, { device, project, authorization }: Snapshot, words: Words): Html {
  const { common, page } = words;
  const link = pairing.verification_uri_complete;
  return html`<div class="code">
<p class="digits"><span class="hidden">${common.labels.code} </span>${digits(pairing.user_code)}</p>
<div class="way">${link && html`<a class="button" href="${link}" rel="noreferrer">${page.openLink}</a>`}
<p class="left">${fill(page.newCodeIn, { time: countdown(pairing.expires_in) })}</p></div>
<p class="ended">${page.codeEnded}</p>
<p class="compare">${page.compareName} <strong><bdi>${device.name}</bdi></strong></p>
${authorization && project && html`<p class="still">${fill(page.stillPaired, { project: html`<bdi>${project.name}</bdi>` })}</p>`}
</div>`;
}

/** Six digits in two groups, apart for the eye and together for the clipboard. */
function digits(userCode: string): Html {
  if (!/^\d{6}$/.test(userCode)) return html`${userCode}`;
  return html`<span>${userCode.slice(0, 3)}</span><span>${userCode.slice(3)}</span>`;
}

function countdown(seconds: number): Html {
  return html`<span role="timer" data-left="${seconds}">${clockTime(seconds)}</span>`;
}

function actions(input: PageInput, token: string, { common, page }: Words): Html | null {
  const { state, authorization } = input.snapshot;
  const pairLabel = {
    "awaiting-user": common.actions.newCode,
    idle: common.actions.newCode,
    paired: page.changeProject,
  };
  const label = Object.entries(pairLabel).find(([name]) => name === state)?.[1];
  const offered = [
    label === undefined ? null : form("pair", label, input, token),
    state === "awaiting-user" || state === "requesting-code"
      ? form("cancel", common.actions.cancel, input, token)
      : null,
    authorization === null || state === "awaiting-user"
      ? null
      : html`<a class="quiet" href="${address(input, { confirm: "unpair" })}">${common.actions.unpair}</a>`,
  ].filter((action) => action !== null);
  if (offered.length === 0) return null;
  return html`<div class="actions" role="group" aria-label="${page.actions}">${offered}</div>`;
}

function lock(input: PageInput, token: string, { page }: Words): Html {
  const pin = html`<label>${page.pin} <input name="pin" inputmode="numeric" autocomplete="one-time-code" maxlength="7"></label>`;
  const told = fill(page.pinTold, { command: html`<code>sudo c2cctl status</code>` });
  const press = input.snapshot.has_button && html` ${page.orPress}`;
  return html`<div class="lock"><p>${page.pinWanted} ${told}${press}</p>${form("unlock", page.unlock, input, token, pin)}</div>`;
}

function form(
  verb: "pair" | "cancel" | "unpair" | "unlock",
  label: string,
  input: PageInput,
  token: string,
  fields: Html | null = null,
): Html {
  return html`<form method="post" action="/v1/${verb}"><input type="hidden" name="token" value="${token}">${input.languageChosen && html`<input type="hidden" name="lang" value="${input.language}">`}${fields}<button type="submit">${label}</button></form>`;
}

function question(input: PageInput, { page }: Words): Html | null {
  if (input.formToken === null) return null;
  return html`<section class="question" aria-labelledby="state">
<h1 id="state">${page.unpairQuestion}</h1>
<p>${page.unpairMeaning}</p>
<div class="actions">${form("unpair", page.unpairYes, input, input.formToken)}<a class="quiet" href="${address(input, {})}">${page.unpairNo}</a></div>
</section>`;
}

function health({ health: problems }: Snapshot, topic: PageTopic, { common, page }: Words): Html | null {
  const items = problems
    .filter((problem) => problem !== topic.problem)
    .map(({ code, severity, since }) => {
      const { headline, sentence } = common.problems[code];
      return html`<li data-severity="${severity}"><p><span class="severity">${page.severities[severity]}</span> ${isDated(since) && date(since)}</p> <strong>${headline}</strong> <span>${sentence}</span></li>`;
    });
  if (items.length === 0) return null;
  return html`<section class="health" aria-labelledby="health"><h2 id="health">${page.health}</h2><ul>${items}</ul></section>`;
}

function details(snapshot: Snapshot, { common, page }: Words): Html {
  const { device, project, authorization } = snapshot;
  const { name, width, height } = snapshot.display;
  const end = authorization?.expires_at ?? null;
  const rows: Rows = [
    [common.labels.project, project && html`<bdi>${project.name}</bdi>`],
    [page.validUntil, authorization && (end === null ? page.noEnd : date(end))],
    [page.renewed, authorization?.refreshed_at ? date(authorization.refreshed_at) : null],
    [common.labels.device, html`<bdi>${device.name}</bdi>`],
    [page.deviceId, device.client_id === device.name ? null : html`<bdi>${device.client_id}</bdi>`],
    [page.screen, width === null ? null : `${name} ${width} × ${height}`],
  ];
  return html`<section aria-labelledby="details"><h2 id="details">${page.details}</h2>${list(rows)}${technical(snapshot, page)}</section>`;
}

type Rows = readonly (readonly [string, string | Html | null])[];

function list(rows: Rows): Html {
  const shown = rows.flatMap(([name, value]) =>
    value === null ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>`],
  );
  return html`<dl>${shown}</dl>`;
}

/** Folded: for the one whom the crew is sent to. `detail` is in English, as the journal and the manuals are. */
function technical(snapshot: Snapshot, page: PageTexts): Html {
  const { device, authorization, network, health, firmware, uptime, version } = snapshot;
  const rows: Rows = [
    ...health.flatMap(
      ({ code, detail }): Rows => (detail === null ? [] : [[code, html`<span lang="en">${detail}</span>`]]),
    ),
    [page.answered, authorization?.answered_at ? date(authorization.answered_at) : null],
    ...network.map(({ interface: name, address, wifi }): Rows[number] => [
      name,
      wifi === null ? address : html`<bdi>${wifi}</bdi>, ${address}`,
    ]),
    [page.model, device.model === "" ? null : device.model],
    [page.serial, device.serial],
    [page.firmware, firmware],
    [page.version, `c2cd ${version}`],
    [page.uptime, duration(uptime)],
  ];
  return html`<details id="technical"><summary>${page.technical}</summary>${list(rows)}</details>`;
}

/** Lines of history on the page. */
const HISTORY_LINES = 6;

/** Of projects that are over there is no name: what they were called is on the card for none to read. */
function past({ history, snapshot: { project } }: PageInput, { page }: Words): Html {
  const said = new Map<string, string>(Object.entries(page.events));
  const lines = history.slice(0, HISTORY_LINES).map(({ at, event, detail }) => {
    const current = event === "project" && detail === project?.id && html` <bdi>${project.name}</bdi>`;
    return html`<li>${date(at)} <span>${said.get(event) ?? event}${current}</span></li>`;
  });
  return html`<section aria-labelledby="history"><h2 id="history">${page.history}</h2>${
    lines.length === 0 ? html`<p>${page.historyEmpty}</p>` : html`<ol>${lines}</ol>`
  }</section>`;
}

/** A board without a clock of its own counts from 1970 until it has asked the network. */
function isDated(iso: string): boolean {
  return Number(iso.slice(0, 4)) >= 2020;
}

/** For readers without a script in UTC; the script turns it into the reader's own time. */
function date(iso: string): Html {
  if (!isDated(iso)) return html`<span>–</span>`;
  return html`<time datetime="${iso}">${utcMinute(iso)}</time>`;
}

function footer(input: PageInput, { page }: Words): Html {
  const links = LANGUAGES.map((language) => {
    const current = language === input.language && html` aria-current="true"`;
    return html`<a href="?lang=${language}" lang="${language}"${current}>${CATALOGUE[language].language}</a>`;
  });
  return html`<footer><nav aria-label="${page.languages}">${links}</nav></footer>`;
}

/** This page's own address, with the language where the reader chose it. */
function address({ language, languageChosen }: PageInput, query: Readonly<Record<string, string>>): string {
  const all = new URLSearchParams({ ...(languageChosen ? { lang: language } : {}), ...query }).toString();
  return all === "" ? "/" : `/?${all}`;
}
