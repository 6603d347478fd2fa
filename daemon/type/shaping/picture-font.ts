/**
 * Fonts whose glyphs are pictures: PNG images in the tables CBDT and CBLC (OpenType 1.9). Read is what fonts of emoji
 * have: index subtables of format 1, images of format 17. Such a font takes 10 MB, of which a name needs a few
 * kilobytes: it is read where it is needed and never as a whole.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { Font } from "fontkit";
import { FontBitmap } from "./bitmap.ts";

/** What a font file with outlines of TrueType, or none, begins with. */
const TRUETYPE = 0x0001_0000;

/** By tag: where in the file each table lies ("Table Directory"). */
export type Tables = ReadonlyMap<string, { readonly at: number; readonly length: number }>;

export interface Pictures {
  /** What they are measured in. */
  readonly pixelsPerEm: number;
  has(glyph: number): boolean;
  /** By glyph. @throws where one that the font has is broken */
  read(glyphs: Iterable<number>): Promise<Map<number, FontBitmap>>;
}

/** Empty for a file that is not one font with its tables in the clear: a collection, or compressed. */
export async function readTables(file: FileHandle): Promise<Tables> {
  const header = await bytesAt(file, 0, 12);
  if (header.readUInt32BE(0) !== TRUETYPE) return new Map();
  const count = header.readUInt16BE(4);
  const records = await bytesAt(file, 12, 16 * count);
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const record = records.subarray(16 * index);
      return [
        record.toString("latin1", 0, 4),
        { at: record.readUInt32BE(8), length: record.readUInt32BE(12) },
      ];
    }),
  );
}

/** What shapes text with such a font, and draws nothing. @throws where the file is broken */
export async function openShaper(file: FileHandle, tables: Tables): Promise<Font> {
  const maxp = await tableAt(file, tables, "maxp");
  // fontkit refuses a font without outlines, so it gets empty ones: each glyph begins where the one before it does.
  const contents: (readonly [string, Buffer])[] = [
    ["glyf", Buffer.alloc(0)],
    ["loca", Buffer.alloc(4 * (maxp.readUInt16BE(4) + 1))],
  ];
  for (const tag of tables.keys())
    if (tag !== "CBDT" && tag !== "CBLC") contents.push([tag, await tableAt(file, tables, tag)]);
  const fontkit = await import("fontkit");
  return fontkit.create(fontOf(contents)) as Font;
}

/** @throws where the file is broken */
export async function openPictures(path: string, file: FileHandle, tables: Tables): Promise<Pictures> {
  const index = await tableAt(file, tables, "CBLC");
  const data = tables.get("CBDT")?.at ?? 0;
  // The first BitmapSize record: fonts of emoji have one size.
  const subtables = index.readUInt32BE(8);
  const subtableCount = index.readUInt32BE(16);

  /** Where a glyph's picture lies in the file; null where it has none. */
  function placeOf(glyph: number): { at: number; length: number } | null {
    for (let record = subtables; record < subtables + 8 * subtableCount; record += 8) {
      const first = index.readUInt16BE(record);
      if (glyph < first || glyph > index.readUInt16BE(record + 2)) continue;
      const subtable = subtables + index.readUInt32BE(record + 4);
      if (index.readUInt16BE(subtable) !== 1 || index.readUInt16BE(subtable + 2) !== 17) continue;
      const offset = subtable + 8 + 4 * (glyph - first);
      const [start, end] = [index.readUInt32BE(offset), index.readUInt32BE(offset + 4)];
      if (end > start) return { at: data + index.readUInt32BE(subtable + 4) + start, length: end - start };
    }
    return null;
  }

  return {
    pixelsPerEm: index.readUInt8(8 + 45),
    has: (glyph) => placeOf(glyph) !== null,
    async read(glyphs) {
      // Of a CommonJS module a bundle has the default alone.
      const { PNG } = (await import("pngjs")).default;
      const found = new Map<number, FontBitmap>();
      const again = await open(path);
      try {
        for (const glyph of new Set(glyphs)) {
          const place = placeOf(glyph);
          if (place === null) continue;
          const { image, ...metrics } = imageIn(await bytesAt(again, place.at, place.length));
          found.set(glyph, new FontBitmap(metrics, PNG.sync.read(image).data));
        }
      } finally {
        await again.close();
      }
      return found;
    },
  };
}

/** Format 17: five bytes of metrics, the length of the image, the image. */
function imageIn(bytes: Buffer) {
  const [height = 0, width = 0] = bytes;
  const image = bytes.subarray(9, 9 + bytes.readUInt32BE(5));
  // As its IHDR says (PNG specification, 11.2.1), before memory is taken for it.
  if (image.readUInt32BE(16) !== width || image.readUInt32BE(20) !== height)
    throw new RangeError("a picture of another size than its metrics say");
  return { width, height, left: bytes.readInt8(2), top: bytes.readInt8(3), image };
}

/** A font file of these tables; checksums are left out, since fontkit reads none. */
function fontOf(tables: readonly (readonly [string, Buffer])[]): Buffer {
  const header = Buffer.alloc(12 + 16 * tables.length);
  header.writeUInt32BE(TRUETYPE, 0);
  header.writeUInt16BE(tables.length, 4);
  let at = header.length;
  tables.forEach(([tag, content], index) => {
    header.write(tag, 12 + 16 * index, "latin1");
    header.writeUInt32BE(at, 12 + 16 * index + 8);
    header.writeUInt32BE(content.length, 12 + 16 * index + 12);
    at += content.length;
  });
  return Buffer.concat([header, ...tables.map(([, content]) => content)]);
}

async function tableAt(file: FileHandle, tables: Tables, tag: string): Promise<Buffer> {
  const place = tables.get(tag);
  if (place === undefined) throw new RangeError(`a font without ${tag}`);
  return bytesAt(file, place.at, place.length);
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  if (at + length > (await file.stat()).size) throw new RangeError("a font that is cut off");
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, at);
  return bytes;
}
