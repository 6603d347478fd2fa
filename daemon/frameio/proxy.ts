import { isLoopback } from "../core/address.ts";
import { ConfigurationError } from "../core/configuration-error.ts";

/** HTTPS_PROXY holds something that can't be used. */
export class ProxyError extends ConfigurationError {
  override readonly name = "ProxyError";
}

/**
 * The proxy that the environment asks for: HTTPS_PROXY, unless NO_PROXY covers the host; the lower-case names win.
 * NO_PROXY is a list of host names, each covering what lies below it, with an optional port, or `*`. This machine
 * itself is never reached through a proxy.
 *
 * @param baseUrl where the API is
 * @param environment `process.env`
 * @throws {ProxyError} where the proxy's address is none, or not of http or https
 */
export function proxyFor(
  baseUrl: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const { protocol, hostname, port } = new URL(baseUrl);
  const given = environment.https_proxy ?? environment.HTTPS_PROXY ?? "";
  if (given === "" || protocol !== "https:" || isLoopback(hostname)) return null;
  const exceptions = (environment.no_proxy ?? environment.NO_PROXY ?? "").toLowerCase().split(/[\s,]+/);
  if (exceptions.some((exception) => covers(exception, hostname, port || "443"))) return null;
  const address = given.includes("://") ? given : `http://${given}`;
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new ProxyError("HTTPS_PROXY must be an address such as http://proxy.example:3128");
}

function covers(exception: string, hostname: string, port: string): boolean {
  if (exception === "*") return true;
  const match = /^(?:\*?\.)?(.+?)(?::(\d+))?$/.exec(exception);
  const domain = match?.[1];
  if (domain === undefined || (match?.[2] ?? port) !== port) return false;
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
