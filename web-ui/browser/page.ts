/**
 * Keeps the page as the device is. The server draws the page; this script asks for it again whenever the event
 * stream tells of a change, counts down in between, and says so when there is no contact.
 */
import { clockTime } from "../../daemon/core/text.ts";
import { morph } from "./morph.ts";

const EVENTS = "/v1/events";

/** The stream says something every 15 s; twice that in silence and it is dead, whatever the socket believes. */
const SILENCE_MS = 35_000;
const RETRY_MS = 2_000;
/** The device is near: an answer that takes longer will not come. */
const ANSWER_MS = 10_000;

const page = find("#page");
const lost = find("#lost");
const language = document.documentElement.lang;

/** The reader's own way to write times, in the page's language: en-GB and not just en. */
const locale = navigator.languages.find((tag) => tag.split("-", 1)[0] === language) ?? language;

/** When the code on the page ends, on the clock of `elapsed()`. */
let deadline = 0;
/** Date and time at which the page was last known to be true. */
let heardAt = new Date();

function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

let passed = 0;
let [ticksAt, wallAt] = [performance.now(), Date.now()];

/**
 * Milliseconds, those included that a phone spent asleep: `performance.now()` may leave them out, and the wall clock
 * may be set, so whichever has seen more time go by is believed.
 */
function elapsed(): number {
  const [ticks, wall] = [performance.now(), Date.now()];
  passed += Math.max(ticks - ticksAt, wall - wallAt);
  [ticksAt, wallAt] = [ticks, wall];
  return passed;
}

/** Times as the reader's own clock and language have them. */
function localise(root: Element): void {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  for (const element of root.querySelectorAll("time"))
    element.textContent = format.format(new Date(element.dateTime));
}

function adopt(): void {
  const timer = page.querySelector<HTMLElement>("[data-left]");
  deadline = elapsed() + Number(timer?.dataset.left ?? 0) * 1000;
  tick();
}

function tick(): void {
  const timer = page.querySelector("[data-left]");
  if (timer === null) return;
  const left = Math.max(0, Math.ceil((deadline - elapsed()) / 1000));
  timer.textContent = clockTime(left);
  page.classList.toggle("late", left <= 20);
  page.classList.toggle("over", left === 0);
}

/** Fetches the page and takes over what has changed. */
async function refresh(): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_MS);
  try {
    const answer = await fetch(location.href, { signal: late.signal, cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.text());
  } finally {
    clearTimeout(timer);
  }
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
  // A stream does not notice that the phone slept and the network is another one: ask, and believe the answer.
  const check = () => void (document.hidden || refresh().catch(() => stop.abort()));
  document.addEventListener("visibilitychange", check);
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
    document.removeEventListener("visibilitychange", check);
    clearTimeout(silence);
    stop.abort();
  }
}

function connected(yes: boolean): void {
  if (yes) heardAt = new Date();
  page.classList.toggle("here", yes);
  // Nobody would hear it.
  for (const button of page.querySelectorAll("button")) button.disabled = !yes;
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
