import { networkInterfaces } from "node:os";
import { type Clock, type Paced, paced } from "../core/clock.ts";
import { readText } from "../core/files.ts";

/** What the interfaces say; whether Frame.io answers is another matter. */
export interface Network {
  /** Some interface has an address that can lead somewhere. */
  readonly up: boolean;
  /** Those addresses, sorted: neither loopback nor link-local. */
  readonly addresses: readonly string[];
}

export interface NetworkWatch extends Paced {
  current(): Network;
  /** Its addresses, each with its interface. */
  places(): readonly { readonly interface: string; readonly address: string }[];
}

/** Where the network is read. */
export interface NetworkSource {
  /**
   * `os.networkInterfaces`. Where it fails (a sandbox without AF_NETLINK) the last answer stands; before there is one,
   * the network is taken to be up, since nothing is gained by waiting for it.
   */
  readonly interfaces: typeof networkInterfaces;
  /** What an address is of no use without: gateways and name servers, as text that changes when they do. */
  ways(): string;
}

/**
 * Compares the machine's addresses, gateways and name servers every `interval()` milliseconds and reports every change,
 * so that a cable or a Wi-Fi that comes back is used at once. DHCP brings the three one after the other, and a try
 * between them is a try in vain. An interface counts while it is up and running, as node:os lists it.
 *
 * @param onChange is told what there is now, and which addresses are gone
 */
export function watchNetwork(
  clock: Clock,
  source: NetworkSource,
  interval: () => number,
  onChange: (network: Network, gone: readonly string[]) => void,
): NetworkWatch {
  let routes = readRoutes(source);
  let ways = source.ways();

  function look(): void {
    const before = { routes, ways };
    routes = readRoutes(source) ?? routes;
    ways = source.ways();
    if (routes?.join() === before.routes?.join() && ways === before.ways) return;
    const network = networkOf(routes);
    onChange(
      network,
      networkOf(before.routes).addresses.filter((address) => !network.addresses.includes(address)),
    );
  }

  function places() {
    return (routes ?? []).map((route) => {
      const [address = "", name = ""] = route.split(" ");
      return { interface: name, address };
    });
  }

  return { current: () => networkOf(routes), places, ...paced(clock, interval, look) };
}

/** The network as it is at this moment. */
export function readNetwork(source: NetworkSource): Network {
  return networkOf(readRoutes(source));
}

/** The network of this machine. @param root prefix of the system paths */
export function systemNetwork(root: string): NetworkSource {
  return {
    interfaces: networkInterfaces,
    ways: () => [...(defaultRoutes(root) ?? []), readText(`${root}/etc/resolv.conf`)].join("\n"),
  };
}

/**
 * Interface and gateway of every default route, from `/proc/net/route` and `/proc/net/ipv6_route` (proc(5)); null where
 * neither can be read.
 */
export function defaultRoutes(root: string): readonly string[] | null {
  const v4 = readText(`${root}/proc/net/route`);
  const v6 = readText(`${root}/proc/net/ipv6_route`);
  if (v4 === null && v6 === null) return null;
  const columns = (table: string | null) => (table ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  return [
    ...columns(v4)
      .filter(([, destination]) => destination === "00000000")
      .map(([name, , gateway]) => `${name} ${gateway}`),
    // The kernel's own "unreachable" default is on lo.
    ...columns(v6)
      .filter(
        ([to, length, , , , , , , , name]) => /^0{32}$/.test(to ?? "") && length === "00" && name !== "lo",
      )
      .map(([, , , , gateway, , , , , name]) => `${name} ${gateway}`),
  ];
}

function networkOf(routes: readonly string[] | null): Network {
  if (routes === null) return { up: true, addresses: [] };
  return {
    up: routes.length > 0,
    addresses: routes.map((route) => route.slice(0, route.indexOf(" "))).sort(),
  };
}

/** "address interface", sorted: the same address on another interface is another network. */
function readRoutes({ interfaces }: NetworkSource): readonly string[] | null {
  try {
    return Object.entries(interfaces())
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
