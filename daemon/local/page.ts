import type { FastifyReply } from "fastify";
import { Html } from "../../web-ui/html.ts";
import { chooseLanguage } from "../../web-ui/language.ts";
import { type HistoryLine, type Notice, renderPage } from "../../web-ui/view.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import type { Language } from "../texts/languages.ts";
import { qrSvg } from "./images.ts";

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
 * @param locked they have yet to show that they are at the device
 */
export function pageFor(
  { lang, confirm, notice, acceptLanguage }: PageRequest,
  ownLanguage: Language,
  snapshot: Snapshot,
  history: readonly HistoryLine[],
  formToken: string | null,
  locked: boolean,
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
    locked,
    confirming: confirm === "unpair" && formToken !== null && !locked && snapshot.authorization !== null,
    notice: noticeFor(notice, snapshot),
  });
  return { language, markup };
}

function noticeFor(name: string | undefined, { authorization }: Snapshot): Notice | null {
  if (name === "not-revoked") return authorization === null ? name : null;
  return name === "not-done" || name === "wrong-pin" || name === "later" ? name : null;
}

/** Where a form's reader goes after it. */
export function backToPage(reply: FastifyReply, form: URLSearchParams, notice?: Notice): FastifyReply {
  const query = new URLSearchParams();
  const language = form.get("lang");
  if (language) query.set("lang", language);
  if (notice !== undefined) query.set("notice", notice);
  return reply.redirect(query.size === 0 ? "/" : `/?${query}`, 303);
}
