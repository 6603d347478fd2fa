import { X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { ConfigurationError } from "../core/configuration-error.ts";

/** A file of root certificates can't be used. */
export class RootsError extends ConfigurationError {
  override readonly name = "RootsError";
}

const BLOCK = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates in a PEM file, each by itself.
 *
 * @throws {RootsError} where there is none, or one that can't be read
 */
export function readRoots(pem: string): readonly string[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new RootsError("holds no PEM certificate");
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block).toString();
    } catch {
      throw new RootsError(`holds a certificate that can't be read (number ${index + 1})`);
    }
  });
}

/** Which root certificates count. */
export interface Trust {
  /** Undefined where Node's own are all. Made when it is first asked for, since that takes a while on a small board. */
  context(): SecureContext | undefined;
  /** Takes the system's certificates in; false where that brings nothing new. */
  widen(): boolean;
}

/**
 * Trusts Node's own roots and those given. The system's, most of which Node has as well, are not read before there is
 * an issuer that none of these knows.
 *
 * @param systemRoots null where there is nothing new since it was last asked
 */
export function trusting(given: readonly string[], systemRoots: () => readonly string[] | null): Trust {
  let added = given;
  let made: SecureContext | null = null;
  return {
    context() {
      if (added.length === 0) return undefined;
      const all = [...rootCertificates, ...added].map((pem) => pem.trim());
      made ??= createSecureContext({ ca: [...new Set(all)] });
      return made;
    },
    widen() {
      const found = systemRoots();
      if (found === null) return false;
      added = [...given, ...found];
      made = null;
      return true;
    },
  };
}

/** Codes of X509_V_ERR_* (verify(1)) that another root certificate could do away with. */
export const ISSUER_UNKNOWN = [
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
];

export function issuerUnknown(error: unknown): boolean {
  return ISSUER_UNKNOWN.includes((error as NodeJS.ErrnoException).code ?? "");
}
