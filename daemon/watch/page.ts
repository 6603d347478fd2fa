/** Where the status page can be opened. */
import { existsSync } from "node:fs";
import { type AddressInfo, isIPv6 } from "node:net";
import { hostname } from "node:os";
import { isLoopbackAddress } from "../core/address.ts";
import type { Network } from "./network.ts";

/** Where a server listens. */
type Where = Pick<AddressInfo, "address" | "port">;

/** What a server listens on that takes every address. */
const UNSPECIFIED = ["0.0.0.0", "::"];

/**
 * Where other devices can open the page: at each address where it listens on all, and by Avahi's name.
 *
 * @param root prefix of the system paths
 */
export function pageUrls({ address, port }: Where, network: Network, root: string): readonly string[] {
  if (isLoopbackAddress(address)) return [];
  if (!UNSPECIFIED.includes(address)) return [pageUrl({ address, port })];
  const name = hostname().replace(/\..*$/, "");
  const addresses = network.addresses.filter((each) => address === "::" || !isIPv6(each));
  const named = existsSync(`${root}/run/avahi-daemon/socket`) ? [`http://${name}.local:${port}`] : [];
  return [...addresses.map((each) => pageUrl({ address: each, port })), ...named];
}

export function pageUrl({ address, port }: Where): string {
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
