import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

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

function etagOf(content: Buffer): string {
  return `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
}
