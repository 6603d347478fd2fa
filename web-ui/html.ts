/** A piece of markup that is safe to send: made by `html` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, markup and lists of it are not, null and false leave nothing. */
export type Value = string | number | Html | readonly Html[] | null | false;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function written(value: Value): string {
  if (value === null || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map((item) => item.text).join("");
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Markup from a template; whatever is put in can add text and never an element or an attribute. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((text, piece, at) => text + written(values[at - 1] ?? null) + piece));
}

/** Puts values where a sentence says `{name}`; the sentence itself is escaped. */
export function fill(sentence: string, values: Readonly<Record<string, Value>>): Html {
  return new Html(
    sentence
      .split(/\{(\w+)\}/)
      .map((piece, at) => written(at % 2 === 0 ? piece : (values[piece] ?? null)))
      .join(""),
  );
}
