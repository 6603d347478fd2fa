import type { Texts } from "./texts.ts";

/** Every code point that a catalogue can put on a screen, its parameters apart. */
export function charactersOf(texts: Texts): Set<number> {
  return new Set(
    [...stringsOf(texts)].flatMap((text) => Array.from(text, (char) => char.codePointAt(0) ?? 0)),
  );
}

/** Every text in a catalogue or a part of one, its parameters left empty. */
export function* stringsOf(node: unknown): Generator<string> {
  if (typeof node === "string") yield node;
  else if (typeof node === "function") yield* stringsOf(node(""));
  else if (typeof node === "object" && node !== null)
    for (const value of Object.values(node)) yield* stringsOf(value);
}
