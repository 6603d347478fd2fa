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

/**
 * Trusts Node's own roots and those; undefined, which is Node's default, where that adds nothing. Made when it is first
 * asked for, and once: it takes a while on a small board.
 */
export function trusting(roots: readonly string[]): () => SecureContext | undefined {
  let made: { readonly context: SecureContext | undefined } | null = null;
  return () => {
    made ??= { context: makeContext(roots) };
    return made.context;
  };
}

function makeContext(roots: readonly string[]): SecureContext | undefined {
  const own = new Set(rootCertificates.map((pem) => pem.trim()));
  const added = roots.filter((pem) => !own.has(pem.trim()));
  return added.length === 0 ? undefined : createSecureContext({ ca: [...own, ...added] });
}
