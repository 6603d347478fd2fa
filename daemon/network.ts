import type { networkInterfaces } from "node:os";
import type { Clock } from "./clock.ts";

/** What the interfaces say; whether Frame.io answers is another matter. */
export interface Network {
  /** Some interface has an address that can lead somewhere. */
  readonly up: boolean;
  /** Those addresses, sorted: neither loopback nor link-local. */
  readonly addresses: readonly string[];
}

export interface NetworkWatch {
  current(): Network;
  stop(): void;
}

/**
 * Compares the machine's addresses every `interval` milliseconds and reports every change, so that a cable or a Wi-Fi
 * that comes back is used at once. An interface counts while it is up and running, as node:os lists it.
 *
 * @param read `os.networkInterfaces`. Where it fails (a sandbox without AF_NETLINK) the last answer stands; before
 *   there is one, the network is taken to be up, since nothing is gained by waiting for it.
 * @param onChange is told what there is now, and which addresses are gone
 */
export function watchNetwork(
  clock: Clock,
  read: typeof networkInterfaces,
  interval: number,
  onChange: (network: Network, gone: readonly string[]) => void,
): NetworkWatch {
  let routes = readRoutes(read);
  let cancel = clock.after(interval, check);

  function check(): void {
    cancel = clock.after(interval, check);
    const now = readRoutes(read) ?? routes;
    if (now === null || now.join() === routes?.join()) return;
    const before = networkOf(routes);
    routes = now;
    const network = networkOf(now);
    onChange(
      network,
      before.addresses.filter((address) => !network.addresses.includes(address)),
    );
  }

  return { current: () => networkOf(routes), stop: () => cancel() };
}

function networkOf(routes: readonly string[] | null): Network {
  if (routes === null) return { up: true, addresses: [] };
  return {
    up: routes.length > 0,
    addresses: routes.map((route) => route.slice(0, route.indexOf(" "))).sort(),
  };
}

/** "address interface", sorted: the same address on another interface is another network. */
function readRoutes(read: typeof networkInterfaces): readonly string[] | null {
  try {
    return Object.entries(read())
      .flatMap(([name, list]) =>
        (list ?? [])
          .filter(({ internal, address }) => !internal && !isLinkLocal(address))
          .map(({ address }) => `${address} ${name}`),
      )
      .sort();
  } catch {
    return null;
  }
}

/** RFC 3927 §2.1, RFC 4291 §2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith("169.254.") || /^fe[89ab][0-9a-f]:/i.test(address);
}
