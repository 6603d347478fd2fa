/** The local API on its two listeners. Loads fastify, so `main.ts` imports it after the first frame is up. */
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { parseListen } from "../core/address.ts";
import { backOff } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Language } from "../texts/languages.ts";
import { type Audience, createApp } from "./app.ts";
import type { Backend } from "./backend.ts";
import type { HandedOverSocket } from "./handed-over.ts";
import { groupId, listen, listenOnSocket } from "./listen.ts";
import { type PageFile, readPageFiles } from "./page.ts";
import { addActions } from "./routes/actions.ts";
import { addEvents } from "./routes/events.ts";
import { addOperations } from "./routes/operations.ts";
import { addPage } from "./routes/page.ts";
import type { RouteParts } from "./routes/parts.ts";
import { addPictures } from "./routes/pictures.ts";
import { addStatus } from "./routes/status.ts";
import { addToken } from "./routes/token.ts";

export interface LocalOptions {
  readonly backend: Backend;
  /** `listen` as ADDRESS:PORT, "" for no page. */
  readonly http: { readonly listen: string; readonly allow_actions: boolean };
  /** What the page speaks to readers who ask for none of its languages. */
  readonly language: Language;
  /** Where the control socket is made. */
  readonly socketPath: string;
  /** A listening socket that systemd handed over, taken in place of `socketPath`; null where there is none. */
  readonly handedOver: HandedOverSocket | null;
  /** The system's group(5) file: the socket goes to group `c2cd` where there is one. */
  readonly groupFile: string;
  /** The built status page. */
  readonly webRoot: string;
  /** The machine's name, which browsers may call it by. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly log: Logger;
  randomBytes(count: number): Buffer;
  /** Told when the status page can't be served, in one sentence, and with null when it can again. */
  onPageProblem(problem: string | null): void;
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

/** Time for answers under way when closing. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Opens the control socket, then the status page. Without the socket there is no local API; without the page there
 * still is, and the port is tried again until it can be had.
 *
 * @throws {SocketError} where the control socket can't be had
 */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const formToken = options.randomBytes(32).toString("base64url");
  const socket = await build(options, { kind: "socket" }, formToken, []);
  const removeSocket = await openSocket(socket, options);
  const page = await startPage(options, formToken);
  let closed: Promise<unknown> | null = null;
  return {
    tcpAddress: () => page?.address() ?? null,
    async close() {
      if (closed === null) {
        removeSocket();
        const { clock, handedOver } = options;
        closed = Promise.all([
          page?.close(),
          shut(socket, clock),
          handedOver?.takeBack(clock, CLOSE_GRACE_MS),
        ]);
      }
      await closed;
    },
  };
}

async function build(
  options: LocalOptions,
  audience: Audience,
  formToken: string,
  files: readonly PageFile[],
): Promise<FastifyInstance> {
  const { backend, clock, log, http, language } = options;
  const parts: RouteParts = {
    backend,
    clock,
    log,
    audience,
    allowActions: http.allow_actions,
    language,
    formToken,
    async openApi() {
      const { openApiOf } = await import("./openapi.ts");
      const app = createApp({ kind: "socket" }, log);
      return openApiOf(app, backend.snapshot().version, () => addApi(app, parts));
    },
  };
  const app = createApp(audience, log);
  addApi(app, parts);
  if (audience.kind === "tcp") addPage(app, parts, files);
  await app.ready();
  return app;
}

/** The routes of the local API, the same on both listeners. */
function addApi(app: FastifyInstance, parts: RouteParts): void {
  addStatus(app, parts);
  const streams = addEvents(app, parts);
  addPictures(app, parts);
  addActions(app, parts);
  addToken(app, parts);
  addOperations(app, parts, streams);
}

async function openSocket(app: FastifyInstance, options: LocalOptions): Promise<() => void> {
  const { handedOver, socketPath, groupFile, log } = options;
  if (handedOver === null) return listenOnSocket(app.server, socketPath, groupId(groupFile, GROUP), log);
  await handedOver.lendTo(app.server);
  return () => {};
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
  const app = await build(options, { kind: "tcp", hostName }, formToken, files);
  let stopRetry = () => {};

  async function open(failures: number): Promise<void> {
    try {
      await listen(app.server, { ...where, exclusive: true });
      onPageProblem(null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = code === "EADDRINUSE" ? "another program uses this port" : (error as Error).message;
      onPageProblem(`The status page can't listen on ${http.listen}: ${reason}.`);
      stopRetry = clock.after(backOff(failures + 1, RETRY, 1), () => void open(failures + 1));
    }
  }

  await open(0);
  return {
    address: () => app.server.address() as AddressInfo | null,
    async close() {
      stopRetry();
      await shut(app, clock);
    },
  };
}

/** Streams end at once, answers under way within the grace. */
async function shut(app: FastifyInstance, clock: Clock): Promise<void> {
  const stop = clock.after(CLOSE_GRACE_MS, () => app.server.closeAllConnections());
  await app.close();
  stop();
}
