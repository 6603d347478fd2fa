import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { VaultNotice } from "../contract/storage.ts";
import { moveAside, publish, removeFile, restrict } from "./files.ts";
import { VaultKeyError } from "./vault.ts";

/** Bytes of an AES-256 key. */
const KEY_BYTES = 32;

/** The key that seals, and those that may have sealed before. */
export interface KeyRing {
  /** Null where there is no key and none could be made: nothing can be sealed then. */
  readonly sealing: VaultKey | null;
  /** The key of the key file, where that is the one that seals. */
  readonly ofFile: VaultKey | null;
  find(id: string): VaultKey | null;
}

export interface VaultKey {
  /** Tells keys apart, and nothing about the key. */
  readonly id: string;
  readonly secret: KeyObject;
}

export interface KeyPlaces {
  /** The state directory, where a key file is made when systemd hands over no key. */
  readonly directory: string;
  readonly credentialsDirectory: string | null;
}

/** Name of the systemd credential that holds the key. */
const CREDENTIAL = "vault_key";
/** Name of the key file in the state directory. */
const KEY_FILE = "vault.key";
/** Added to either name: the key before it, which still opens and no longer seals. */
const OLD = ".old";

/**
 * Reads the keys: the credential `vault_key` seals, or the file `vault.key` where systemd hands over no key. Those and
 * `vault_key.old` and `vault.key.old` open what they sealed before.
 *
 * @throws {VaultKeyError} a credential holds no key
 */
export async function readKeys(places: KeyPlaces): Promise<KeyRing> {
  const credential = await readCredential(places, CREDENTIAL);
  const file = await readKeyFile(places, KEY_FILE);
  const keys = [
    credential,
    file,
    await readCredential(places, CREDENTIAL + OLD),
    await readKeyFile(places, KEY_FILE + OLD),
  ].filter((key) => key !== null);
  return {
    sealing: credential ?? file,
    ofFile: credential === null ? file : null,
    find: (id) => keys.find((key) => key.id === id) ?? null,
  };
}

/**
 * Whether a credential seals, without the state directory.
 *
 * @throws {VaultKeyError} a credential holds no key
 */
export async function credentialSeals(places: Pick<KeyPlaces, "credentialsDirectory">): Promise<boolean> {
  await readCredential(places, CREDENTIAL + OLD);
  return (await readCredential(places, CREDENTIAL)) !== null;
}

/**
 * Makes sure that there is a key to seal with: makes the key file where neither a credential nor a good file is there.
 * A key file that holds no key is moved aside.
 *
 * @returns what was found wrong, or null
 */
export async function ensureKey(places: KeyPlaces): Promise<VaultNotice | null> {
  if ((await readCredential(places, CREDENTIAL)) !== null) return null;
  const file = join(places.directory, KEY_FILE);
  const bytes = await readOptional(file);
  if (bytes !== null && parseKey(bytes) !== null) {
    await restrict(file, 0o600);
    return null;
  }
  const aside = bytes && (await moveAside(places.directory, KEY_FILE, []));
  await writeKeyFile(file, randomBytes(KEY_BYTES));
  return (
    aside && {
      type: "moved-aside",
      path: aside.path,
      reason: `The key file ${file} held ${bytes?.length} bytes and no key. A new key was made; what the old one had sealed can't be read.`,
    }
  );
}

/**
 * Makes sure that the key file still holds the key that seals. Where it is gone it is written again; what has taken its
 * place is moved aside.
 *
 * @returns what was found wrong, or null
 */
export async function keepKey({ directory }: KeyPlaces, key: VaultKey): Promise<VaultNotice | null> {
  const file = join(directory, KEY_FILE);
  const bytes = await readOptional(file);
  if (bytes !== null && parseKey(bytes)?.id === key.id) return null;
  const aside = bytes && (await moveAside(directory, KEY_FILE, []));
  await writeKeyFile(file, key.secret.export());
  return aside === null
    ? { type: "restored", reason: `The key file ${file} was gone. It was written again.` }
    : {
        type: "moved-aside",
        path: aside.path,
        reason: `The key file ${file} was changed. It was moved to ${aside.path}, and the key written again.`,
      };
}

async function writeKeyFile(file: string, key: Buffer): Promise<void> {
  const unfinished = `${file}.new`;
  await removeFile(unfinished);
  await writeFile(unfinished, `${key.toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  await publish(unfinished, file);
}

async function readCredential(
  places: Pick<KeyPlaces, "credentialsDirectory">,
  name: string,
): Promise<VaultKey | null> {
  if (places.credentialsDirectory === null) return null;
  const bytes = await readOptional(join(places.credentialsDirectory, name));
  if (bytes === null) return null;
  const key = parseKey(bytes);
  if (key === null)
    throw new VaultKeyError(
      `The credential ${name} holds ${bytes.length} bytes and no key: it must be 64 hexadecimal digits, as "openssl rand -hex 32" makes them.`,
    );
  return key;
}

async function readKeyFile(places: KeyPlaces, name: string): Promise<VaultKey | null> {
  const bytes = await readOptional(join(places.directory, name));
  return bytes && parseKey(bytes);
}

/**
 * 32 bytes as they are, or written as 64 hexadecimal digits or as base64. Null where it is neither, nothing but zeros, or
 * 32 characters: those are a written key that was cut short.
 */
function parseKey(bytes: Buffer): VaultKey | null {
  const text = bytes.toString("latin1").trim();
  let raw: Buffer;
  if (bytes.length === KEY_BYTES && !/^[\x20-\x7e]+$/.test(text)) raw = bytes;
  else if (/^[0-9a-f]{64}$/i.test(text)) raw = Buffer.from(text, "hex");
  else if (/^[0-9a-z+/]{43}=$/i.test(text)) raw = Buffer.from(text, "base64");
  else return null;
  if (raw.every((byte) => byte === 0)) return null;
  const secret = createSecretKey(raw);
  return { id: createHmac("sha256", secret).update("c2cd vault key id").digest("hex").slice(0, 16), secret };
}

async function readOptional(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
