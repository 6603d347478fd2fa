import { StorageError } from "../contract/storage.ts";
import { isSqliteError } from "./sqlite.ts";

/**
 * Turns what the system or SQLite reported into one sentence for a person. Anything that is no matter of storage (a
 * mistake in our own code, a typed error of the vault) comes back as it was.
 *
 * @param directory the state directory, for the sentence
 */
export function explain(error: unknown, directory: string): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const sentence = sentences[String(error.code)] ?? (isStorageCode(error) ? otherwise(error) : null);
  return sentence === null ? error : new StorageError(sentence(directory), { cause: error });
}

type Sentence = (directory: string) => string;

const full: Sentence = (directory) => `The storage is full: nothing more can be saved in ${directory}.`;
const readOnly: Sentence = (directory) =>
  `The storage is read-only: nothing can be saved in ${directory}. A worn-out or damaged card does this to protect what it holds.`;
const forbidden: Sentence = (directory) =>
  `c2cd may not use ${directory} or a file in it: all of it must belong to the user that runs c2cd.`;
const broken: Sentence = (directory) =>
  `The storage reports errors when ${directory} is read or written: the card may be failing.`;

const sentences: Readonly<Record<string, Sentence>> = {
  ENOSPC: full,
  EDQUOT: full,
  SQLITE_FULL: full,
  EROFS: readOnly,
  SQLITE_READONLY: readOnly,
  EACCES: forbidden,
  EPERM: forbidden,
  SQLITE_PERM: forbidden,
  EIO: broken,
  SQLITE_IOERR: broken,
  ENOTDIR: (directory) => `${directory} can't be used: a file is where a directory must be.`,
  EEXIST: (directory) => `${directory} can't be used: a file is where a directory must be.`,
  EISDIR: (directory) => `${directory} can't be used: a directory is where a file must be.`,
  SQLITE_CANTOPEN: (directory) => `The database in ${directory} can't be opened.`,
};

/** Every errno that a file operation may bring; a mistake of ours carries `ERR_…`. */
function isStorageCode(error: Error & { code: unknown }): boolean {
  return isSqliteError(error) || (typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code));
}

function otherwise(error: Error): Sentence {
  return (directory) => `The storage in ${directory} can't be used (${error.message}).`;
}
