import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { VaultKey } from "./keys.ts";

const ALGORITHM = "aes-256-gcm";
const FORMAT = 1;
/** Bytes, as NIST SP 800-38D §5.2.1.1 recommends; random, which is safe for 2^32 seals under one key (§8.3). */
const NONCE = 12;
const TAG = 16;

/** Which record of which unit a sealed value belongs to: bound into the seal, so that none can take another's place. */
export interface Place {
  readonly record: string;
  readonly clientId: string;
}

/** Format byte, nonce, tag, ciphertext. */
export function seal(key: VaultKey, place: Place, text: string): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, key.secret, nonce, { authTagLength: TAG });
  cipher.setAAD(bound(place));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), body]);
}

/** Null where the seal does not hold: altered, another place, or another key. */
export function unseal(key: VaultKey, place: Place, sealed: Uint8Array): string | null {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== FORMAT || bytes.length < 1 + NONCE + TAG) return null;
  const decipher = createDecipheriv(ALGORITHM, key.secret, bytes.subarray(1, 1 + NONCE), {
    authTagLength: TAG,
  });
  decipher.setAAD(bound(place));
  decipher.setAuthTag(bytes.subarray(1 + NONCE, 1 + NONCE + TAG));
  try {
    const body = decipher.update(bytes.subarray(1 + NONCE + TAG));
    return Buffer.concat([body, decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

function bound(place: Place): Buffer {
  return Buffer.from(JSON.stringify(["c2cd", FORMAT, place.record, place.clientId]), "utf8");
}
