import { readFileSync } from "node:fs";

/** A small text file of the system; null where it is not there or can't be read, which a sandbox may bring about. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
