import type { IncomingMessage } from "node:http";
import { type Answer, html, notFound, redirect } from "./answers.ts";
import type { CodeView } from "./codes.ts";
import type { FrameIo, Project } from "./frameio.ts";
import { CONTENT_SECURITY_POLICY, escapeHtml, layout } from "./pagelayout.ts";
import { AdminError } from "./refusals.ts";
import { header, readBody, readForm, target } from "./requests.ts";

/**
 * The pairing page that a person meets by scanning the QR or typing the short address: plain forms, no script.
 *
 * - `/pair` asks for the six digits
 * - `/pair/NNNNNN` shows the device's name to compare, projects, an optional end, Authorize and Cancel
 * - afterwards the same address says that the device is paired, or that the code has expired
 */
export async function servePage(request: IncomingMessage, frameio: FrameIo, now: number): Promise<Answer> {
  const { path, query } = target(request);
  if (path === "/") return redirect(303, "/pair");
  if (path === "/pair" || path === "/pair/") {
    const typed = query.get("code");
    if (typed === null) return page(200, enterPage(query.has("cancelled") ? CANCELLED : null, ""));
    const digits = typed.replace(/[\s-]/g, "");
    if (/^\d{6}$/.test(digits)) return redirect(303, `/pair/${digits}`);
    return page(400, enterPage(NOT_SIX_DIGITS, typed));
  }
  const userCode = /^\/pair\/(\d{6})$/.exec(path)?.[1];
  if (userCode === undefined) return notFound();
  if (request.method === "POST") {
    const { fields } = await readForm(header(request, "content-type"), await readBody(request));
    return decide(userCode, fields, frameio, now);
  }
  return codePage(frameio.code(userCode), frameio.projects, now, UNTOUCHED);
}

/** What a browser asks for, rather than a device. */
export function isPagePath(path: string): boolean {
  return path === "/" || path === "/favicon.ico" || path === "/pair" || path.startsWith("/pair/");
}

const CANCELLED = "Cancelled. Nothing was authorized.";
const NOT_SIX_DIGITS = "A pairing code has six digits. Look at the device's screen and try again.";

function decide(userCode: string, form: ReadonlyMap<string, string>, frameio: FrameIo, now: number): Answer {
  if (form.get("decision") === "cancel") return redirect(303, "/pair?cancelled");
  try {
    frameio.approve(userCode, form.get("project"), endOfDay(form.get("expires") ?? ""));
    return redirect(303, `/pair/${userCode}`);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const entered = { problem: error.message, project: form.get("project"), expires: form.get("expires") };
    return codePage(frameio.code(userCode), frameio.projects, now, entered);
  }
}

/** What the person had filled in when something was wrong with it. */
interface Entered {
  readonly problem: string | null;
  readonly project: string | undefined;
  readonly expires: string | undefined;
}

const UNTOUCHED: Entered = { problem: null, project: undefined, expires: undefined };

/** The last moment of a day in UTC; null for no day. */
function endOfDay(day: string): number | null {
  if (day === "") return null;
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start)) throw new AdminError("The expiry date is not a date.");
  return start + 86_400_000 - 1;
}

function codePage(
  code: CodeView | null,
  projects: readonly Project[],
  now: number,
  entered: Entered,
): Answer {
  if (code === null) {
    return page(
      404,
      endPage("Unknown code", "This code is not in use. Look at the device's screen for its code."),
    );
  }
  switch (code.state) {
    case "waiting":
      return page(entered.problem === null ? 200 : 400, confirmPage(code, projects, now, entered));
    case "authorized":
      return page(200, pairedPage(code));
    case "denied":
      return page(410, endPage("Refused", "This request was refused. Take a new code on the device."));
    case "expired":
      return page(410, endPage("Code expired", "Codes last about two minutes. The device shows a new one."));
  }
}

function page(status: number, { title, body }: { title: string; body: string }): Answer {
  const answer = html(status, layout(title, body));
  const headers = { "content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": "no-store" };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function enterPage(note: string | null, typed: string) {
  const body = `
<h1>Connect a device</h1>
${note === null ? "" : `<p class="note" id="note" role="status">${escapeHtml(note)}</p>`}
<form method="get" action="/pair">
  <label for="code">Six digits on the device's screen</label>
  <input id="code" name="code" class="digits" inputmode="numeric" autocomplete="one-time-code"
    pattern="[0-9]{3}[ \\-]?[0-9]{3}" maxlength="7" placeholder="000000"
    title="Six digits" value="${escapeHtml(typed)}" required autofocus>
  <div class="actions"><button id="continue" class="primary">Continue</button></div>
</form>`;
  return { title: "Connect a device", body };
}

function confirmPage(code: CodeView, projects: readonly Project[], now: number, entered: Entered) {
  const { problem, expires } = entered;
  const chosen = projects.find(({ id }) => id === entered.project) ?? projects[0];
  const choices = projects.map(
    (project, index) => `
    <label class="choice" for="project-${index}">
      <input type="radio" id="project-${index}" name="project" value="${project.id}"${project === chosen ? " checked" : ""} required>
      <span>${escapeHtml(project.name)}</span>
    </label>`,
  );
  const today = new Date(now).toISOString().slice(0, 10);
  const body = `
<h1>Is this your device?</h1>
${problem === null ? "" : `<p class="note problem" id="problem" role="alert">${escapeHtml(problem)}</p>`}
<section class="device">
  <p class="name" id="device-name">${escapeHtml(code.deviceName)}</p>
  <p>Code <span id="user-code" class="small-digits">${code.userCode}</span></p>
</section>
<p class="hint">Authorize only if the device's screen shows the same name.</p>
<form method="post" action="/pair/${code.userCode}">
  <fieldset>
    <legend>Project that it uploads to</legend>${choices.join("")}
  </fieldset>
  <label for="expires">Last day of access <span class="optional">optional</span></label>
  <input type="date" id="expires" name="expires" min="${today}" value="${escapeHtml(expires ?? "")}">
  <div class="actions">
    <button id="authorize" class="primary" name="decision" value="authorize">Authorize</button>
    <button id="cancel" name="decision" value="cancel" formnovalidate>Cancel</button>
  </div>
</form>`;
  return { title: `Authorize ${code.deviceName}`, body };
}

function pairedPage(code: CodeView) {
  const body = `
<div class="tick" aria-hidden="true"></div>
<h1>Paired</h1>
<section class="device">
  <p class="name" id="device-name">${escapeHtml(code.deviceName)}</p>
  <p>uploads to <strong id="project">${escapeHtml(code.project ?? "")}</strong></p>
</section>
<p class="hint">Its screen says so within a few seconds. You can close this page.</p>`;
  return { title: "Paired", body };
}

function endPage(title: string, sentence: string) {
  const body = `
<h1>${escapeHtml(title)}</h1>
<p id="note">${escapeHtml(sentence)}</p>
<div class="actions"><a id="again" class="button" href="/pair">Enter another code</a></div>`;
  return { title, body };
}
