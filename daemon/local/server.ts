/** The local API on its two listeners, each loaded when somebody knocks: the picture on the display waits for neither. */
import type { AddressInfo } from "node:net";
import { parseListen } from "../core/address.ts";
import { backOff } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Language } from "../texts/languages.ts";
import type { Audience } from "./app.ts";
import type { Backend } from "./backend.ts";
import { ownNames } from "./guards.ts";
import type { HandedOverSockets } from "./handed-over.ts";
import { createListener, groupId, listen, listenOnSocket } from "./listen.ts";
import { OnDemandServer } from "./on-demand.ts";
import { type PageFile, readPageFiles } from "./page-files.ts";
import type { Visitors } from "./visitors.ts";

export interface LocalOptions {
  readonly backend: Backend;
  /** `listen` as ADDRESS:PORT, "" for no page; `hosts` are more names by which browsers may call it. */
  readonly http: {
    readonly listen: string;
    readonly hosts: readonly string[];
    readonly allow_actions: boolean;
  };
  /**
   * Who has to show that they are at the device before they see a code or change something; null where the page is for
   * this machine alone.
   */
  readonly visitors: Visitors | null;
  /** What the page speaks to readers who ask for none of its languages. */
  readonly language: Language;
  /** Where the control socket is made. */
  readonly socketPath: string;
  /** A listening socket that systemd handed over, taken in place of `socketPath`; null where there is none. */
  readonly handedOver: HandedOverSockets | null;
  /** The system's group(5) file: the socket goes to group `c2cd` where there is one. */
  readonly groupFile: string;
  /** The built status page. */
  readonly webRoot: string;
  /** The machine's name at this moment: first boots, DHCP and people change it. */
  hostName(): string;
  readonly clock: Clock;
  readonly log: Logger;
  randomBytes(count: number): Buffer;
  /** Told when the status page can't be served, in one sentence, and with null when it can again. */
  onPageProblem(problem: string | null): void;
  /** Told when the API can't be loaded at all. */
  fail(error: unknown): void;
}

export interface Local {
  /** Where the status page is; null while it is switched off or its port can't be had. */
  tcpAddress(): AddressInfo | null;
  /** Ends every stream and connection and removes the socket file. Safe to call twice. */
  close(): Promise<void>;
}

const GROUP = "c2cd";

/** How long a port that could not be had is left alone. */
const RETRY = { first: 2_000, most: 60_000 };

/**
 * Opens the control socket, then the status page. Without the socket there is no local API; without the page there
 * still is, and the port is tried again until it can be had.
 *
 * @throws {SocketError} where the control socket can't be had
 */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const formToken = options.randomBytes(32).toString("base64url");
  const closeSocket = await openSocket(serverFor(options, { kind: "socket" }, formToken, []), options);
  const page = await startPage(options, formToken);
  let closed: Promise<unknown> | null = null;
  return {
    tcpAddress: () => page?.address() ?? null,
    async close() {
      closed ??= Promise.all([page?.close(), closeSocket()]);
      await closed;
    },
  };
}

/** The API for one audience, not loaded yet. */
function serverFor(
  { backend, clock, log, http, visitors, language, fail }: LocalOptions,
  audience: Audience,
  formToken: string,
  files: readonly PageFile[],
): OnDemandServer {
  const allowActions = http.allow_actions;
  const parts = { backend, clock, log, audience, allowActions, visitors, language, formToken };
  const loadApi = async () => (await import("./api.ts")).buildApi(parts, files);
  const loadBroker = async () => (await import("./broker.ts")).createBroker({ backend, log, loadApi, fail });
  return new OnDemandServer(audience.kind === "socket" ? loadBroker : loadApi, clock, fail);
}

/** Returns what ends it. */
async function openSocket(server: OnDemandServer, options: LocalOptions): Promise<() => Promise<void>> {
  const { handedOver, socketPath, groupFile, log } = options;
  if (handedOver !== null) {
    await handedOver.lendTo(server.serve);
    return () => {
      handedOver.takeBack();
      return server.close();
    };
  }
  const listener = createListener(server.serve);
  const remove = await listenOnSocket(listener, socketPath, groupId(groupFile, GROUP), log);
  return () => {
    remove();
    listener.close();
    return server.close();
  };
}

interface Page {
  address(): AddressInfo | null;
  close(): Promise<void>;
}

async function startPage(options: LocalOptions, formToken: string): Promise<Page | null> {
  const { http, clock, hostName, onPageProblem } = options;
  const where = parseListen(http.listen);
  if (where === null) return null;
  let files: readonly PageFile[];
  try {
    files = readPageFiles(options.webRoot);
  } catch (error) {
    onPageProblem(`The status page is not installed: ${(error as Error).message}.`);
    return null;
  }
  const names = () => ownNames(hostName(), http.hosts);
  const server = serverFor(options, { kind: "tcp", names }, formToken, files);
  const listener = createListener(server.serve);
  let stopRetry = () => {};

  async function open(failures: number): Promise<void> {
    try {
      await listen(listener, { ...where, exclusive: true });
      onPageProblem(null);
    } catch (error) {
      onPageProblem(
        `The status page can't listen on ${http.listen}: ${reasonOf(error as NodeJS.ErrnoException)}.`,
      );
      stopRetry = clock.after(backOff(failures + 1, RETRY, 1), () => void open(failures + 1));
    }
  }

  await open(0);
  return {
    address: () => listener.address() as AddressInfo | null,
    async close() {
      stopRetry();
      listener.close();
      await server.close();
    },
  };
}

/** Why an address can't be listened on, and what to do. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE":
      return "another program uses this port; stop it, or choose another port in http.listen";
    case "EACCES":
      return "a port below 1024 needs CAP_NET_BIND_SERVICE (AmbientCapabilities= and CapabilityBoundingSet= of the unit); or choose another port in http.listen";
    case "EADDRNOTAVAIL":
      return "this device does not have that address now";
    default:
      return message;
  }
}
