import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../core/configuration-error.ts";
import { Secret } from "../core/secret.ts";

/** A secret that is there and can't be used; `message` says what to do. */
export class CredentialError extends ConfigurationError {
  override readonly name = "CredentialError";
}

export interface Credential {
  readonly secret: Secret;
  /** For people: where it came from. */
  readonly origin: string;
}

/** What was named is not there, which is to be told as if nothing had been named. */
class NoCredential extends CredentialError {}

/**
 * The model's client_secret: systemd's credential first (systemd.exec(5), LoadCredential=), else the configured file.
 *
 * @param credentialsDirectory `$CREDENTIALS_DIRECTORY`; null outside systemd
 * @param file `frameio.client_secret_file`; "" for none
 * @returns null where neither is there
 * @throws {CredentialError} where it can't be read, is empty, or is readable by others
 */
export function loadClientSecret(credentialsDirectory: string | null, file: string): Credential | null {
  if (credentialsDirectory !== null) {
    const path = join(credentialsDirectory, "client_secret");
    const stat = statSync(path, { throwIfNoEntry: false });
    // As c2cd-unseal.socket leaves it.
    if (stat?.size === 0)
      throw new CredentialError(
        "the client_secret can't be opened here: it was sealed for another device or its TPM was reset, or the file is damaged; seal it anew: sudo c2cd-provision",
      );
    if (stat !== undefined) return { secret: readSecret(path), origin: "the credential client_secret" };
  }
  if (file === "") return null;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new NoCredential(`${file} does not exist; put the client_secret there`);
  if ((stat.mode & 0o077) !== 0)
    throw new CredentialError(`${file} can be read by others; run: chmod 600 ${file}`);
  return { secret: readSecret(file), origin: file };
}

/** Where systemd looks for what c2cd.service loads (systemd.exec(5)), and c2cd-provision(8) stores. */
const STORES = ["/etc/credstore", "/etc/credstore.encrypted", "/run/credstore", "/run/credstore.encrypted"];

/**
 * The client_secret that systemd would hand over, for programs that it has not started.
 *
 * @returns the first store that has one, or that this user may not look into; null where there is none
 */
export function storedForSystemd(root: string): { readonly store: string; readonly hidden: boolean } | null {
  for (const store of STORES)
    try {
      if (statSync(`${root}${store}/c2cd.client_secret`, { throwIfNoEntry: false }) !== undefined)
        return { store, hidden: false };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTDIR" && code !== "ELOOP") return { store, hidden: true };
    }
  return null;
}

/** Owns the client_secret of a running daemon: reads it at the start and whenever it may have changed. */
export class ClientSecret {
  readonly #read: () => Credential | null;
  readonly #warn: (message: string) => void;
  #secret: Secret | null = null;
  #unusable: string | null = null;

  /** @param warn told in one sentence why a secret that is there can't be used */
  constructor(read: () => Credential | null, warn: (message: string) => void) {
    this.#read = read;
    this.#warn = warn;
    this.reload();
  }

  get secret(): Secret | null {
    return this.#secret;
  }

  /** Why the secret that is there can't be used, and what to do; null where it can, or there is none. */
  get unusable(): string | null {
    return this.#unusable;
  }

  reload(): void {
    this.#unusable = null;
    try {
      this.#secret = this.#read()?.secret ?? null;
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      this.#secret = null;
      this.#unusable = error instanceof NoCredential ? null : error.message;
      this.#warn(error.message);
    }
  }
}

function readSecret(path: string): Secret {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new CredentialError(
      `${path} can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
    );
  }
  if (text === "") throw new CredentialError(`${path} is empty; put the client_secret there`);
  if (!/^[\x21-\x7e]{1,1024}$/.test(text))
    throw new CredentialError(
      `${path} holds more than one line of printable characters; put the client_secret alone there`,
    );
  return new Secret(text);
}
