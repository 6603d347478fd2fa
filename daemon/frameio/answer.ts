/**
 * The line between a verdict and a fault. Only an answer of the documented form (API facts §3, §4) from Frame.io itself
 * is a verdict; whatever else comes back says something about the way there.
 */
import { STATUS_CODES } from "node:http";
import type { Fault, FaultKind, Outcome, Refusal } from "../contract/verdicts.ts";
import { safeText } from "../core/text.ts";
import { clamp, type JsonObject, readNumber, readObject } from "./fields.ts";

/** An HTTP answer as it came. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null where it was longer than the limit. */
  readonly body: Uint8Array | null;
}

/** What the server said no with, in either of the two documented shapes. */
export interface ErrorBody {
  /** RFC 6749 §5.2's `error`, or the title of the detailed form: a few plain words. */
  readonly word: string;
  readonly description: string | null;
  /** Says in words that the bearer was not accepted, whatever the numbers beside it say (API facts §4, oddity). */
  readonly notAuthorized: boolean;
}

export type Reading =
  /** 200 or 201 with a JSON object that is no error; or an empty 200, 201 or 204, then null. */
  | { readonly kind: "success"; readonly body: JsonObject | null }
  /** A documented error body; `status` is the answer's own, 200 included. */
  | {
      readonly kind: "refusal";
      readonly status: number;
      readonly error: ErrorBody;
      readonly body: JsonObject;
    }
  | { readonly kind: "fault"; readonly fault: Fault };

/** Reads any answer of the API, before it is known what it answers. */
export function readAnswer(answer: Answer): Reading {
  const { status } = answer;
  const named = `HTTP ${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const failed = (kind: FaultKind, detail: string): Reading => ({
    kind: "fault",
    fault: { kind, detail, retryAfter: readPause(answer) },
  });

  if (isPortal(status))
    return failed("captive-portal", `${named}: something in between answers for Frame.io`);
  if (status === 429) return failed("rate-limited", named);
  if (status >= 500) return failed("server", named);

  if (looksLikeHtml(answer)) {
    const between = `${named} with a web page: something in between`;
    // A page to log in comes with success; with 4xx it is a filter's, and no sign-in would help.
    return status < 400
      ? failed("captive-portal", `${between} answers for Frame.io`)
      : failed("status", `${between} changes the answer`);
  }
  const succeeded = status === 200 || status === 201 || status === 204;
  if (answer.body === null) return failed("oversized", `${named} with a longer body than any documented one`);
  if (succeeded && answer.body.length === 0) return { kind: "success", body: null };

  const body = readJson(answer.headers, answer.body);
  const error = body === null ? null : readError(body);
  if (succeeded) {
    if (body === null) return failed("malformed", `${named} without a JSON object`);
    if (error !== null) return { kind: "refusal", status, error, body };
    return body.error == null && body.errors == null
      ? { kind: "success", body }
      : failed("malformed", `${named} with an error of another form`);
  }
  const decides = status === 400 || status === 401 || (status === 409 && error?.notAuthorized);
  if (body !== null && error !== null && decides) return { kind: "refusal", status, error, body };
  return failed("status", `${named} without a documented error`);
}

/**
 * Whether that status is of something in between: a redirection, since the API has none; 511 (RFC 6585 §6); and 407,
 * which a proxy sends that nobody has chosen.
 */
export function isPortal(status: number): boolean {
  return (status >= 300 && status <= 399) || status === 407 || status === 511;
}

type RefusalReading = Extract<Reading, { kind: "refusal" }>;

/** The verdict "no" where the call has no closer word for it. */
export function refused(reading: RefusalReading): Outcome<Refusal> {
  if (reading.status !== 400 && reading.status !== 401) return undocumented(reading);
  const { word, description } = reading.error;
  return verdict({ type: "refused", error: word, description });
}

/** A refusal that the call's documentation does not know, so it decides nothing. */
export function undocumented({ status }: RefusalReading): Outcome<never> {
  return status < 300
    ? fault("malformed", `HTTP ${status} with an error in it`)
    : fault("status", `HTTP ${status} is no documented answer to this call`);
}

/** Whether the bearer was not accepted: by the status, or in words under the one that the guide shows (API facts §4). */
export function bearerRefused({ status }: RefusalReading): boolean {
  return status === 401 || status === 409;
}

export function verdict<V>(verdict: V): Outcome<V> {
  return { kind: "verdict", verdict };
}

export function fault(kind: FaultKind, detail: string, retryAfter: number | null = null): Outcome<never> {
  return { kind: "fault", fault: { kind, detail, retryAfter } };
}

function looksLikeHtml({ headers, body }: Answer): boolean {
  const start = Buffer.from(body?.subarray(0, 64) ?? []).toString("latin1");
  return (
    /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(headers["content-type"] ?? "") || /^\s*</.test(start)
  );
}

/** RFC 6749 §5.1 asks for application/json. No type at all is let pass; another one is not. */
function readJson(headers: Answer["headers"], body: Uint8Array): JsonObject | null {
  if (!/^\s*(application\/([\w.-]+\+)?json\s*(;.*)?)?$/i.test(headers["content-type"] ?? "")) return null;
  try {
    return readObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  } catch {
    return null;
  }
}

const WORD = /^[A-Za-z0-9][A-Za-z0-9 _.:/-]{0,79}$/;
const NOT_AUTHORIZED = /\b(not[ _]?authori[sz]ed|unauthori[sz]ed)\b/i;

function readError(body: JsonObject): ErrorBody | null {
  if (body.error !== undefined) return errorBody(body.error, safeText(body.error_description, 200));
  if (!Array.isArray(body.errors)) return null;
  const first = readObject(body.errors[0]);
  return errorBody(body.message ?? first?.title, safeText(first?.detail, 200));
}

function errorBody(word: unknown, description: string | null): ErrorBody | null {
  return typeof word === "string" && WORD.test(word)
    ? { word, description, notAuthorized: NOT_AUTHORIZED.test(word) }
    : null;
}

/** Longest time that a server can keep us away: a pause meant for a day is a mistake on a film set. */
const RETRY_AFTER_LIMIT = 3_600_000;

/**
 * Milliseconds that the answer asks to be left alone, or null: `Retry-After` (RFC 9110 §10.2.3), its date counted from
 * the answer's own `Date` since the device's clock may be wrong; with 429 also `x-ratelimit-window`; and where the
 * leaky bucket is full, the time in which it leaks one call (API facts §4.1).
 */
export function readPause({ status, headers }: Answer): number | null {
  const value = headers["retry-after"];
  const seconds = readNumber(value);
  const pause = seconds === null ? Date.parse(value ?? "") - Date.parse(headers.date ?? "") : seconds * 1000;
  const window = readNumber(headers["x-ratelimit-window"]) ?? 0;
  const limit = readNumber(headers["x-ratelimit-limit"]) ?? 0;
  const full = readNumber(headers["x-ratelimit-remaining"]) === 0 && limit >= 1;
  const leak = full ? window / limit : 0;
  const asked = Math.max(Number.isNaN(pause) ? 0 : pause, status === 429 ? window : leak);
  return asked > 0 ? clamp(Math.ceil(asked), 0, RETRY_AFTER_LIMIT) : null;
}
