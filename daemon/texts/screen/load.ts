import type { Language } from "../languages.ts";
import type { Texts } from "./texts.ts";

const TEXTS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => (await import("./en.ts")).en,
  de: async () => (await import("./de.ts")).de,
  es: async () => (await import("./es.ts")).es,
  fr: async () => (await import("./fr.ts")).fr,
  it: async () => (await import("./it.ts")).it,
  ja: async () => (await import("./ja.ts")).ja,
  ko: async () => (await import("./ko.ts")).ko,
  pt: async () => (await import("./pt.ts")).pt,
  zh: async () => (await import("./zh.ts")).zh,
};

/** What a screen says in its language: a device speaks one, and a start need not load the others. */
export function loadTexts(language: Language): Promise<Texts> {
  return TEXTS[language]();
}
