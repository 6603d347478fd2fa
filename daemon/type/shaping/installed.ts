/** Fonts that are installed on the device: which there are, and which of them draws what. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Font, FontCollection } from "fontkit";
import { openPictures, openShaper, type Pictures, readTables } from "./picture-font.ts";
import { JOINERS, type Script } from "./scripts.ts";

/** Where distributions install fonts (Filesystem Hierarchy Standard 3.0, §4.9 and §4.11). */
const FOLDERS = ["usr/share/fonts", "usr/local/share/fonts"];
/** Fonts looked into for one script, and bytes of the largest that is. */
const MOST_FONTS = 40;
const MOST_BYTES = 64 * 1024 * 1024;

/** A font that is installed. */
export interface Installed {
  readonly font: Font;
  /** Null where its glyphs are outlines. */
  readonly pictures: Pictures | null;
}

export async function fontFiles(root: string): Promise<string[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (folder) => {
      const directory = join(root === "" ? "/" : root, folder);
      try {
        const names = await readdir(directory, { recursive: true });
        return names.map((name) => join(directory, name));
      } catch {
        // No such folder: nothing is installed there.
        return [];
      }
    }),
  );
  return lists
    .flat()
    .filter((file) => /\.(ttf|otf|ttc|otc|woff2?)$/i.test(file))
    .sort();
}

/** The first that draws all of it; for pictures and signs the one that draws most. */
export async function findFont(
  files: readonly string[],
  script: Script,
  wanted: readonly string[],
  monochrome: boolean,
): Promise<Installed | null> {
  const inColour = monochrome ? undefined : script.pictures;
  const likely = (file: string) => Number(script.fonts.test(file)) + Number(inColour?.test(file) ?? 0);
  // A face made for emphasis is taken when there is no other.
  const plain = (file: string) => Number(!/bold|black|italic|oblique|light|thin|mono|serif/i.test(file));
  const ranked = files.toSorted((a, b) => likely(b) - likely(a) || plain(b) - plain(a));
  let [best, most]: [Installed | null, number] = [null, 0];
  for (const file of ranked.slice(0, MOST_FONTS))
    for (const font of await openFonts(file, inColour !== undefined)) {
      const drawn = wanted.filter((part) => draws(font, part)).length;
      if (drawn === wanted.length) return font;
      if (script.decoration && drawn > most) [best, most] = [font, drawn];
    }
  return best;
}

export function draws({ font, pictures }: Installed, grapheme: string): boolean {
  try {
    return (
      Array.from(grapheme).every(
        (char) => JOINERS.test(char) || font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0),
      ) &&
      (pictures === null || font.layout(grapheme).glyphs.some(({ id }) => pictures.has(id)))
    );
  } catch {
    // A damaged table is found out when it is first read.
    return false;
  }
}

/** Empty for a file that is too large, unreadable or broken: fonts come from anywhere. */
async function openFonts(path: string, inColour: boolean): Promise<Installed[]> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > MOST_BYTES) return [];
      const tables = await readTables(file);
      if (tables.has("CBDT"))
        return inColour
          ? [{ font: await openShaper(file, tables), pictures: await openPictures(path, file, tables) }]
          : [];
      const fontkit = await import("fontkit");
      const opened: Font | FontCollection = fontkit.create(await file.readFile());
      const fonts = "fonts" in opened ? opened.fonts : [opened];
      // Fonts of bitmaps alone have no outlines to scale; in those of coloured layers an outline is a part of a glyph.
      return fonts
        .filter((font) => font.unitsPerEm > 0 && font.COLR === undefined)
        .map((font) => ({ font, pictures: null }));
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}
