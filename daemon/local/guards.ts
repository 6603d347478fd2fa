/** What a browser may do to the TCP listener. Pure: headers in, verdict out. */
import { isIP } from "node:net";

/** Split `Host` (RFC 9110 §7.2); null where it is no `uri-host [":" port]`. */
function hostOf(header: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+(?:%[a-z0-9._~-]+)?)\]|([a-z0-9_][a-z0-9._-]*))(?::\d{1,5})?$/i.exec(
    header,
  );
  if (match === null) return null;
  const [, v6, name] = match;
  if (v6 !== undefined) return isIP(v6) === 6 ? v6 : null;
  return name === undefined ? null : plainName(name);
}

/** Names are compared without case, and a final dot says the same (RFC 1034 §3.1). */
function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/**
 * The names by which this machine is reached, beside its addresses.
 *
 * @param hostName the machine's own name, with or without a domain
 * @param more what `http.hosts` adds
 */
export function ownNames(hostName: string, more: readonly string[]): readonly string[] {
  const own = plainName(hostName);
  const short = own.split(".", 1)[0] ?? own;
  const named = short === "" ? [] : [own, short, `${short}.local`];
  return [...new Set(["localhost", ...named, ...more.map(plainName)])];
}

/**
 * Whether a request names this machine. A page of a foreign site whose name was made to resolve to this address
 * (DNS rebinding) still sends that foreign name; an IP literal can't be rebound.
 *
 * @param names as `ownNames` gives them
 */
export function hostIsOwn(header: string | undefined, names: readonly string[]): boolean {
  const host = hostOf(header ?? "");
  if (host === null) return false;
  // Avahi's NAME-2.local, where two units have one name. Multicast DNS alone resolves `.local` (RFC 6762 §3): whoever
  // can claim this name could claim NAME.local as well.
  const first = host.replace(/-[1-9]\d{0,2}\.local$/, ".local");
  return isIP(host) !== 0 || names.includes(host) || names.includes(first);
}

/** Whether `Origin` is absent or the very page that `Host` names; `null` and anything malformed is foreign. */
export function originIsOwn(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const match = /^(https?:)\/\/[^/?#@]+$/.exec(origin);
  const own = `${match?.[1]}//${host}`;
  return URL.canParse(origin) && URL.canParse(own) && new URL(origin).host === new URL(own).host;
}

/**
 * Whether a request that changes something was sent by our own page or by a program, never by a foreign page: the
 * browser's own word for it (Fetch Metadata; only sent on secure origins, so absence says nothing). `Origin` is
 * judged apart.
 */
export function siteIsOwn(secFetchSite: string | undefined): boolean {
  return secFetchSite === undefined || secFetchSite === "same-origin";
}

/** Sent with every answer of the TCP listener: the page runs its own files and nothing else, framed by nobody. */
export const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not `no-referrer`: under that a browser sends `Origin: null` with our own forms.
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
} as const;
