import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import type { PageTexts } from "./page-texts.ts";
import { zh } from "./zh.ts";

export const LANGUAGES = ["en", "de", "es", "fr", "ja", "zh"] as const;

export type Language = (typeof LANGUAGES)[number];

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en, de, es, fr, ja, zh };

/** One of ours by its primary subtag (RFC 5646 §2.2.1): "de-AT" is German; null where we don't speak it. */
function known(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split("-", 1)[0];
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/**
 * The language to answer in: what the reader chose, else the best of `Accept-Language` (RFC 9110 §12.5.4), else
 * English.
 */
export function chooseLanguage(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  const asked = (acceptLanguage ?? "")
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";");
      const weight = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find((q) => q !== undefined);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const tag of [chosen ?? "", ...asked.map((range) => range.tag)]) {
    const language = known(tag);
    if (language !== null) return language;
  }
  return "en";
}
