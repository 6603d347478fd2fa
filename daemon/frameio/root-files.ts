import { readFileSync } from "node:fs";
import { RootsError, readRoots } from "./roots.ts";

const SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The certificates of `frameio.ca_file` and, since an explicit list replaces Node's default one, the system's; none
 * where no file is configured.
 *
 * @throws {RootsError} where the configured file can't be used
 */
export function loadRoots(root: string, caFile: string): readonly string[] {
  if (caFile === "") return [];
  return [...systemRoots(root), ...readFile(caFile)];
}

function readFile(caFile: string): readonly string[] {
  try {
    return readRoots(readFileSync(caFile, "utf8"));
  } catch (error) {
    if (error instanceof RootsError) throw new RootsError(`frameio.ca_file ${caFile} ${error.message}`);
    throw new RootsError(
      `frameio.ca_file ${caFile} can't be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function systemRoots(root: string): readonly string[] {
  try {
    return readRoots(readFileSync(root + SYSTEM_ROOTS, "utf8"));
  } catch {
    return [];
  }
}
