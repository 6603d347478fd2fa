import { BlockList, isIP, isIPv6 } from "node:net";
import { isLoopback } from "../core/address.ts";
import { ConfigurationError } from "../core/configuration-error.ts";

/** HTTPS_PROXY holds something that can't be used. */
export class ProxyError extends ConfigurationError {
  override readonly name = "ProxyError";
}

/**
 * The proxy that the environment asks for: HTTPS_PROXY, unless NO_PROXY covers the host; the lower-case names win.
 * NO_PROXY is read as curl documents it: host names, each covering what lies below it, with or without a dot at either
 * end; addresses, IPv6 ones with or without brackets; networks as in 10.0.0.0/8; or `*`. A port may follow a name or an
 * address. The package proxy-from-env knows neither networks nor final dots, and takes "frame.io" for that one host.
 * This machine itself is never reached through a proxy.
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
  if (exceptions.some((exception) => covers(exception, bare(hostname), port || "443"))) return null;
  const address = given.includes("://") ? given : `http://${given}`;
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new ProxyError("HTTPS_PROXY must be an address such as http://proxy.example:3128");
}

function covers(exception: string, host: string, port: string): boolean {
  if (exception === "*") return true;
  // The colons of an IPv6 address without brackets lead to no port.
  const match = isIPv6(exception.replace(/\/.*/, "")) ? null : /^(.+):(\d+)$/.exec(exception);
  if (match !== null && match[2] !== port) return false;
  const named = bare(match?.[1] ?? exception);
  if (isIP(host) !== 0) return coversAddress(named, host);
  const domain = named.replace(/^\*?\./, "");
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

/** An address or a network (RFC 4632), however either is spelled. */
function coversAddress(exception: string, address: string): boolean {
  const [network = "", length] = exception.split("/");
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  const whole = family === "ipv6" ? 128 : 32;
  const prefix = length === undefined ? whole : Number.parseInt(length, 10);
  if (isIP(network) === 0 || !(prefix >= 0 && prefix <= whole)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Without the brackets of an IPv6 address, or the final dot of a name. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\](\/\d+)?$/, "$1$2").replace(/\.$/, "");
}
