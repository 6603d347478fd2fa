import { execFile } from "node:child_process";
import { isIP } from "node:net";
import { promisify } from "node:util";
import type { Fault, Outcome } from "../../contract/verdicts.ts";
import { isLoopback } from "../../core/address.ts";
import type { Clock, SystemClock } from "../../core/clock.ts";
import { createFrameio } from "../../frameio/client.ts";
import { DATED } from "../../frameio/faults.ts";
import { ProxyError, proxyFor } from "../../frameio/proxy.ts";
import { loadRoots, systemRoots } from "../../frameio/root-files.ts";
import { ISSUER_UNKNOWN, RootsError } from "../../frameio/roots.ts";
import { portOf } from "../../frameio/transport.ts";
import type { Config } from "../../setup/config.ts";
import { type Environment, EXTRA_CERTIFICATES, HIDDEN } from "../../setup/environment.ts";
import { defaultRoutes, systemNetwork, watchNetwork } from "../../watch/network.ts";
import { type Check, fail, failed, ok, warn } from "./check.ts";

/** Milliseconds for a look-up; the daemon waits no longer for a whole connection. */
const DNS_MS = 10_000;

/** An interface with an address, and a way out of the local network. */
export function checkInterface(root: string, clock: Clock, baseUrl: URL): Check {
  if (isLoopback(baseUrl.hostname))
    return ok("interface", "not needed: frameio.base_url is this device itself");
  const watch = watchNetwork(
    clock,
    systemNetwork(root),
    () => 60_000,
    () => {},
  );
  const { up, addresses } = watch.current();
  watch.stop();
  if (!up)
    return fail(
      "interface",
      "no network interface has an address",
      "plug in a cable or set up Wi-Fi, see: ip address",
    );
  return defaultRoutes(root)?.length === 0
    ? fail("interface", "there is no default route", "ask the network for a gateway (DHCP), see: ip route")
    : ok("interface", `this device has ${addresses.join(", ") || "an address"}`);
}

/** The proxy that the environment asks for; `check` is null where it asks for none. */
export function checkProxy(
  baseUrl: URL,
  environment: Environment,
): { readonly proxy: URL | null; readonly check: Check | null } {
  try {
    const address = proxyFor(baseUrl.href, environment);
    if (address === null) return { proxy: null, check: null };
    const proxy = new URL(address);
    return {
      proxy,
      check: ok("proxy", `by HTTPS_PROXY, ${baseUrl.hostname} is reached through ${proxy.host}`),
    };
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error;
    return { proxy: null, check: failed("proxy", error, "correct it for this shell and for c2cd") };
  }
}

/** In a process of its own: getaddrinfo(3) can't be cancelled, and with a dead name server holds its process for long. */
const LOOK_UP =
  'require("node:dns").lookup(process.argv[1], { all: true }, (error, found) => ' +
  'process.stdout.write(error ? error.code : found.map(({ address }) => address).join(", "), () => process.exit(error ? 1 : 0)))';

/** Nothing where the variable is not set, or costs nothing. @param nodeVersion `process.versions.node` */
export function checkExtraCertificates(environment: Environment, nodeVersion: string): Check[] {
  const file = environment[EXTRA_CERTIFICATES] ?? "";
  if (file === "" || Number(nodeVersion.split(".", 1)[0]) > 20) return [];
  return [
    warn(
      "environment",
      `${EXTRA_CERTIFICATES} has Node.js ${nodeVersion} read ${file} at each start, which takes tens of milliseconds`,
      "unset it, and trust the root certificate by update-ca-certificates or frameio.ca_file",
    ),
  ];
}

export async function checkDns({ hostname }: URL, signal: AbortSignal): Promise<Check> {
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return ok("dns", `not needed: ${hostname} is an address`);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", LOOK_UP, hostname], {
      timeout: DNS_MS,
      signal,
    });
    return ok("dns", `${hostname} is ${stdout}`);
  } catch (error) {
    const { killed, stdout } = error as { killed?: boolean; stdout?: string };
    return fail(
      "dns",
      `the name ${hostname} does not resolve (${killed === true ? "ETIMEDOUT" : stdout})`,
      "check the name server: resolvectl status, or /etc/resolv.conf",
    );
  }
}

/**
 * Asks `GET /health` once, as the daemon would, and tells which link of the chain holds.
 *
 * @param clock hears the time that the answer tells
 */
export async function checkApi(
  root: string,
  config: Config,
  proxy: URL | null,
  clock: SystemClock,
  signal: AbortSignal,
): Promise<Check[]> {
  const { base_url: baseUrl, ca_file: caFile } = config.frameio;
  let roots: readonly string[];
  try {
    roots = loadRoots(caFile);
  } catch (error) {
    if (!(error instanceof RootsError)) throw error;
    return [failed("tls", error, "correct frameio.ca_file")];
  }
  const frameio = createFrameio({
    baseUrl,
    clientVersion: config.frameio.client_version,
    scope: config.frameio.scope,
    urlPairing: config.frameio.url_pairing,
    bodyEncoding: config.frameio.body_encoding,
    verificationHosts: config.frameio.verification_hosts,
    clientId: () => "",
    clientSecret: () => null,
    roots,
    systemRoots: systemRoots(root),
    proxy: proxy && withoutHidden(proxy).href,
    clock,
    heardTime: (wall) => clock.heard(wall),
  });
  const begun = clock.elapsed();
  const outcome = await frameio.health(signal);
  frameio.close();
  return judge(outcome, baseUrl, proxy, Math.round(clock.elapsed() - begun));
}

/** What stands for credentials is none: a proxy would take it for a failed sign-in. */
function withoutHidden(proxy: URL): URL {
  const open = new URL(proxy);
  if (open.username === HIDDEN) open.username = "";
  return open;
}

const TRUST =
  "leave the network that inspects traffic, or trust its root certificate: update-ca-certificates, or frameio.ca_file";
const DATE =
  "set the clock right where it is wrong, see clock; else what answers is not that server, or its certificate is out of date";
const MOVE =
  "what answers is not that server: leave the network that inspects traffic, or check frameio.base_url";

function judge(outcome: Outcome<unknown>, baseUrl: string, proxy: URL | null, milliseconds: number): Check[] {
  const url = new URL(baseUrl);
  const tls = url.protocol === "https:" ? [ok("tls", "the certificate is good")] : [];
  if (outcome.kind === "verdict") return [...tls, ok("api", `${baseUrl} answers in ${milliseconds} ms`)];
  const { kind, detail }: Fault = outcome.fault;
  const because = `${baseUrl}: ${detail}`;
  switch (kind) {
    case "dns":
      return [fail("api", because, "see dns above")];
    case "connect":
    case "timeout":
      return [fail("api", because, opening(url, proxy))];
    case "proxy":
      return proxy?.username === HIDDEN
        ? [ok("api", `left to c2cd, which does not tell its credentials for ${proxy.host}`)]
        : [
            fail(
              "proxy",
              because,
              "put user name and password into HTTPS_PROXY, for c2cd: systemctl edit c2cd",
            ),
          ];
    case "tls":
      return [fail("tls", because, certifying(detail))];
    case "clock":
      return [fail("tls", because, "set the clock right first, see clock")];
    case "captive-portal":
      return [
        fail(
          "portal",
          `the network answers in Frame.io's place: ${detail}`,
          "log in to it with a browser, use another one, or check frameio.base_url",
        ),
      ];
    case "rate-limited":
    case "server":
      return [...tls, warn("api", because, "wait: the trouble is at Frame.io")];
    case "status":
    case "oversized":
    case "malformed":
      return [...tls, fail("api", because, "check frameio.base_url; a proxy in between may be answering")];
  }
}

function opening(url: URL, proxy: URL | null): string {
  return proxy === null
    ? `let this device reach that address, port ${portOf(url)}, through the firewall`
    : `let this device reach the proxy ${proxy.host}, and that one ${url.hostname}, port ${portOf(url)}`;
}

function certifying(detail: string): string {
  const names = (codes: readonly string[]) => codes.some((code) => detail.includes(code));
  if (names(ISSUER_UNKNOWN)) return TRUST;
  return names(DATED) ? DATE : MOVE;
}
