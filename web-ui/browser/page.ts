/**
 * Keeps the page as the device is. The server draws the page; this script asks for it again whenever the event
 * stream tells of a change, counts down in between, and says so when there is no contact.
 */
import { morph } from "./morph.ts";

const EVENTS = "/v1/events";

/** The stream says something every 15 s; twice that in silence and it is dead, whatever the socket believes. */
const SILENCE_MS = 35_000;
const RETRY_MS = 2_000;

const page = find("#page");
const lost = find("#lost");
const language = document.documentElement.lang;

/** The reader's own way to write times, in the page's language: en-GB and not just en. */
const locale = navigator.languages.find((tag) => tag.split("-", 1)[0] === language) ?? language;

/** When the code on the page ends, on the clock of `performance.now()`. */
let deadline = 0;
/** Date and time at which the page was last known to be true. */
let heardAt = new Date();

function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

/** Times as the reader's own clock and language have them. */
function localise(root: Element): void {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  for (const element of root.querySelectorAll("time")) {
    const at = new Date(element.dateTime);
    // A board without a clock of its own counts from 1970 until it has asked the network.
    element.textContent = at.getUTCFullYear() < 2020 ? "–" : format.format(at);
  }
}

function adopt(): void {
  const timer = page.querySelector<HTMLElement>("[data-left]");
  deadline = performance.now() + Number(timer?.dataset.left ?? 0) * 1000;
  tick();
}

function tick(): void {
  const timer = page.querySelector("[data-left]");
  if (timer === null) return;
  const left = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
  timer.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  page.classList.toggle("late", left <= 20);
  page.classList.toggle("over", left === 0);
}

/** Fetches the page and takes over what has changed. */
async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  show(await answer.text());
}

function show(markup: string): void {
  const fresh = new DOMParser().parseFromString(markup, "text/html");
  const wanted = fresh.querySelector<HTMLElement>("#page");
  if (wanted === null) throw new Error("not the status page");
  if (wanted.dataset.version !== page.dataset.version) {
    location.reload();
    return;
  }
  localise(wanted);
  document.title = fresh.title;
  morph(page, wanted);
  adopt();
}

/** Reads the stream until it ends, fails or falls silent. */
async function listen(): Promise<void> {
  const stop = new AbortController();
  let silence = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    const answer = await fetch(EVENTS, { signal: stop.signal, cache: "no-store" });
    if (!answer.ok || answer.body === null) throw new Error(`status ${answer.status}`);
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let line = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      const lines = (line + decoder.decode(value, { stream: true })).split("\n");
      line = lines.pop() ?? "";
      if (lines.some((text) => text.startsWith("data:"))) await refresh();
      connected(true);
    }
  } finally {
    clearTimeout(silence);
    stop.abort();
  }
}

function connected(yes: boolean): void {
  if (yes) heardAt = new Date();
  page.classList.toggle("here", yes);
  const text = yes
    ? ""
    : (lost.dataset.text ?? "").replace("{time}", heardAt.toLocaleTimeString(locale, { timeStyle: "short" }));
  if (lost.textContent !== text) lost.textContent = text;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    // A phone that wakes up wants to know at once.
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
    addEventListener("online", () => resolve(), { once: true });
  });
}

localise(page);
adopt();
setInterval(tick, 1000);
for (;;) {
  await listen().catch(() => undefined);
  connected(false);
  await pause(RETRY_MS);
}
