/** A name, from its characters to glyphs of the fonts that are installed. */
import type { Font, GlyphRun } from "fontkit";
import { graphemes } from "../../core/text.ts";
import type { Cluster, Outlined } from "../cluster.ts";
import type { Fonts } from "../fonts.ts";
import { covered } from "../type.ts";
import { draws, findFont, fontFiles, type Installed } from "./installed.ts";
import { pathOf } from "./outlines.ts";
import type { Pictures } from "./picture-font.ts";
import { HAN, JOINERS, SCRIPTS, type Script } from "./scripts.ts";

/** Beside the picture that it should colour, where the font has no such picture, a patch that says nothing. */
const SKIN_TONE = /^\p{Emoji_Modifier}$/u;

/** Null where the name has letters or digits that no font on this device can draw. */
export async function shape(
  root: string,
  base: Fonts,
  name: string,
  monochrome: boolean,
): Promise<readonly Cluster[] | null> {
  const fonts = new Map<Script, Installed>();
  const files = await fontFiles(root);
  const parts = graphemes(name);
  for (const script of SCRIPTS) {
    const wanted = parts.filter((part) => scriptOf(base, part) === script);
    if (wanted.length === 0) continue;
    const font = await findFont(files, script, wanted, monochrome);
    if (font !== null) fonts.set(script, font);
    else if (script.decoration === undefined) return null;
  }
  const left = parts
    .map((part) => {
      const script = scriptOf(base, part);
      const font = script === null ? undefined : fonts.get(script);
      if (script === null || (font !== undefined && draws(font, part))) return part;
      // Of a digit on a keycap the digit stays.
      return Array.from(part, (char) => (covered(base, char) ? char : "")).join("");
    })
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  if (left === "") return null;

  const { default: createBidi } = await import("bidi-js");
  const bidi = createBidi();
  const { levels } = bidi.getEmbeddingLevels(left, "auto");
  try {
    const clusters: Cluster[] = [];
    for (const { text, level, script } of runs(base, left, levels)) {
      const font = script === null ? undefined : fonts.get(script);
      if (font !== undefined) clusters.push(...(await drawnClusters(font, text, level)));
      else
        for (const char of text) {
          const mirrored = level % 2 === 1 ? bidi.getMirroredCharacter(char) : null;
          clusters.push({ text: mirrored ?? char, level, drawn: null });
        }
    }
    return clusters.length === 0 ? null : clusters;
  } catch {
    // fontkit stumbles over what some fonts say of rare marks; the name without them is better than none.
    return null;
  }
}

/** Which installed font draws a grapheme; null where a shipped one does. */
function scriptOf(base: Fonts, grapheme: string): Script | null {
  // Shipped Japanese and Chinese faces know the words of our own texts alone: a name takes all of it from one font.
  if (covered(base, grapheme) && !HAN.test(grapheme)) return null;
  return SCRIPTS.find(({ is }) => is.test(grapheme)) ?? null;
}

interface Run {
  readonly text: string;
  readonly level: number;
  readonly script: Script | null;
}

/** Stretches of one direction and one font. */
function runs(base: Fonts, text: string, levels: Uint8Array): Run[] {
  const list: Run[] = [];
  let at = 0;
  for (const part of graphemes(text)) {
    const level = levels[at] ?? 0;
    at += part.length;
    const script = scriptOf(base, part);
    const last = list.at(-1);
    if (last !== undefined && last.level === level && last.script === script)
      list[list.length - 1] = { ...last, text: last.text + part };
    else list.push({ text: part, level, script });
  }
  return list;
}

async function drawnClusters({ font, pictures }: Installed, text: string, level: number): Promise<Cluster[]> {
  const rtl = level % 2 === 1;
  const usable = Array.from(text).filter(
    (char) => !JOINERS.test(char) || font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0),
  );
  const run = font.layout(usable.join(""), undefined, undefined, undefined, rtl ? "rtl" : "ltr");
  const clusters =
    pictures === null
      ? visualClusters(font, run, level, rtl)
      : await pictureClusters(font, pictures, run, level);
  const known = clusters.filter((cluster) => !SKIN_TONE.test(cluster.text));
  return rtl ? known.reverse() : known;
}

/** Glyphs from left to right. Those without a picture are what is left of a sequence that the font does not know. */
async function pictureClusters(
  { unitsPerEm }: Font,
  pictures: Pictures,
  { glyphs }: GlyphRun,
  level: number,
): Promise<Cluster[]> {
  const drawn = glyphs.filter(({ id }) => pictures.has(id));
  const bitmaps = await pictures.read(drawn.map(({ id }) => id));
  return drawn.flatMap(({ id, codePoints, advanceWidth }) => {
    const bitmap = bitmaps.get(id);
    if (bitmap === undefined) return [];
    const advance = (advanceWidth / unitsPerEm) * pictures.pixelsPerEm;
    return [
      {
        text: String.fromCodePoint(...codePoints),
        level,
        drawn: { kind: "bitmap", unitsPerEm: pictures.pixelsPerEm, advance, bitmap },
      },
    ];
  });
}

/** Glyphs from left to right; marks, which take no room, go with the letter that they stand on. */
function visualClusters(font: Font, run: GlyphRun, level: number, rtl: boolean): Cluster[] {
  const clusters: Cluster[] = [];
  let waiting: { text: string; path: number[] } | null = null;
  run.glyphs.forEach((glyph, index) => {
    const position = run.positions[index];
    const advance = position?.xAdvance ?? glyph.advanceWidth;
    const text = String.fromCodePoint(...glyph.codePoints);
    const path = pathOf(glyph.path.commands, position?.xOffset ?? 0, position?.yOffset ?? 0);
    const last = clusters.at(-1);
    if (advance === 0 && rtl) {
      waiting = { text: text + (waiting?.text ?? ""), path: [...(waiting?.path ?? []), ...path] };
    } else if (advance === 0 && last?.drawn?.kind === "outline") {
      const shifted = pathOf(
        glyph.path.commands,
        (position?.xOffset ?? 0) + last.drawn.advance,
        position?.yOffset ?? 0,
      );
      clusters[clusters.length - 1] = {
        ...last,
        text: last.text + text,
        drawn: { ...last.drawn, path: [...last.drawn.path, ...shifted] },
      };
    } else {
      const drawn: Outlined = {
        kind: "outline",
        unitsPerEm: font.unitsPerEm,
        advance,
        path: [...path, ...(waiting?.path ?? [])],
      };
      clusters.push({ text: text + (waiting?.text ?? ""), level, drawn });
      waiting = null;
    }
  });
  return clusters;
}
