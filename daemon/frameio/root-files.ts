import { readFileSync, statSync } from "node:fs";
import { RootsError, readRoots } from "./roots.ts";

/** Where update-ca-certificates(8) writes, on Debian, Alpine, Buildroot and Yocto alike. */
const SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The certificates of `frameio.ca_file`; none where no file is configured.
 *
 * @throws {RootsError} where the file can't be used
 */
export function loadRoots(caFile: string): readonly string[] {
  if (caFile === "") return [];
  try {
    return readRoots(readFileSync(caFile, "utf8"));
  } catch (error) {
    if (error instanceof RootsError) throw new RootsError(`frameio.ca_file ${caFile} ${error.message}`);
    throw new RootsError(
      `frameio.ca_file ${caFile} can't be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

/**
 * Reads the certificates that the system trusts, an administrator's own among them; null while they are those that were
 * read last, or can't be read.
 *
 * @param root prefix of the system paths
 */
export function systemRoots(root: string): () => readonly string[] | null {
  let last = 0;
  return () => {
    try {
      const { mtimeMs } = statSync(root + SYSTEM_ROOTS);
      if (mtimeMs === last) return null;
      last = mtimeMs;
      return readRoots(readFileSync(root + SYSTEM_ROOTS, "utf8"));
    } catch {
      return null;
    }
  };
}
