import type { Fault, FaultKind } from "../contract/verdicts.ts";
import { safeText } from "../core/text.ts";
import { isPortal } from "./answer.ts";
import { ProxyRefused, ProxyUnreached } from "./tunnel.ts";

const DNS = /^(ENOTFOUND|EAI_[A-Z]+|ENODATA|EDNS)$/;

/** X509_V_ERR_* that a wrong clock brings about with a good certificate (verify(1)). */
export const DATED = ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED", "CRL_NOT_YET_VALID", "CRL_HAS_EXPIRED"];

/** Codes of node:tls: X509_V_ERR_* without its prefix, OpenSSL's own, and those of the name check. */
const TLS =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|HOSTNAME_MISMATCH$|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|ERROR_IN_CERT_|OUT_OF_MEM$)/;

const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError, URIError];

/**
 * What went wrong below HTTP. Names the reason in the kernel's or OpenSSL's own word, never with a text that came over
 * the network.
 *
 * @throws {unknown} the error itself where it is a mistake in the program
 */
export function faultOf(error: unknown, wallTrusted: boolean): Fault {
  if (!(error instanceof Error)) throw error;
  const code = codeOf(error);
  if (code === "" && BUGS.some((bug) => error instanceof bug)) throw error;
  const atProxy = error instanceof ProxyUnreached;
  const is = (kind: FaultKind, detail: string): Fault => ({
    kind,
    detail: atProxy ? `proxy: ${detail}` : detail,
    retryAfter: null,
  });

  // Where a proxy has no name, nothing is known of Frame.io's.
  if (DNS.test(code)) return is(atProxy ? "connect" : "dns", `the name did not resolve (${code})`);
  if (code === "ETIMEDOUT") return is("timeout", `no connection in time (${code})`);
  if (DATED.includes(code) && !wallTrusted)
    return is("clock", `certificate not accepted while the clock is not to be trusted (${code})`);
  if (TLS.test(code))
    return is("tls", `certificate or TLS not accepted (${code}); something in between may be answering`);
  if (code === "HPE_HEADER_OVERFLOW") return is("oversized", "longer headers than any documented answer's");
  if (code.startsWith("HPE_")) return is("malformed", `not an HTTP answer (${code})`);
  if (error instanceof ProxyRefused) return is(...refusalOf(error));
  return is("connect", `the connection failed (${code || nameOf(error)})`);
}

function refusalOf({ status }: ProxyRefused): readonly [FaultKind, string] {
  if (status === 407) return ["proxy", "the proxy wants other credentials (HTTP 407)"];
  if (isPortal(status)) return ["captive-portal", `the proxy wants a sign-in first (HTTP ${status})`];
  return ["connect", `the proxy refused to connect (HTTP ${status})`];
}

/** Errors of node:http and ws that have no code have plain words of their own. */
function nameOf({ name, message }: Error): string {
  return safeText(`${name}: ${message}`, 120) ?? name;
}

function codeOf(error: Error): string {
  const code: unknown = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
