import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Html } from "../../web-ui/html.ts";
import { chooseLanguage } from "../../web-ui/language.ts";
import { type HistoryLine, type Notice, renderPage } from "../../web-ui/view.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import type { Language } from "../texts/languages.ts";
import { qrSvg } from "./images.ts";

/** The files that the page asks for: these and no others, so that no path ever reaches the disk. */
const FILES = {
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly content: Buffer;
  readonly etag: string;
}

/**
 * @param root the directory that holds the built page
 * @throws ENOENT where it has not been built
 */
export function readPageFiles(root: string): PageFile[] {
  return Object.entries(FILES).map(([name, type]) => {
    const content = readFileSync(join(root, name));
    return { path: `/${name}`, type, content, etag: etagOf(content) };
  });
}

export function etagOf(content: Buffer): string {
  return `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
}

export interface PageRequest {
  readonly lang?: string;
  readonly confirm?: string;
  readonly notice?: string;
  readonly acceptLanguage: string | undefined;
}

/**
 * The page for one reader.
 *
 * @param ownLanguage the device's, for readers who speak none of ours
 */
export function pageFor(
  { lang, confirm, notice, acceptLanguage }: PageRequest,
  ownLanguage: Language,
  snapshot: Snapshot,
  history: readonly HistoryLine[],
  formToken: string | null,
): { readonly language: Language; readonly markup: string } {
  const language = chooseLanguage(lang, acceptLanguage, ownLanguage);
  const link = snapshot.pairing?.verification_uri_complete ?? null;
  const markup = renderPage({
    snapshot,
    history,
    language,
    languageChosen: lang !== undefined,
    qr: link === null ? null : new Html(qrSvg(link)),
    formToken,
    confirming: confirm === "unpair" && formToken !== null && snapshot.authorization !== null,
    notice: noticeFor(notice, snapshot),
  });
  return { language, markup };
}

function noticeFor(name: string | undefined, { authorization }: Snapshot): Notice | null {
  if (name === "not-revoked") return authorization === null ? name : null;
  return name === "not-done" ? name : null;
}
