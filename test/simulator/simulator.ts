import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { isAdminPath, serveAdmin } from "./admin.ts";
import { refused } from "./answers.ts";
import { type ApiParts, serveApi } from "./api.ts";
import type { CodeView } from "./codes.ts";
import { deliver, whole } from "./delivery.ts";
import { Faults } from "./faults.ts";
import { FrameIo, type Project, type ProjectDevice } from "./frameio.ts";
import { Journal, type SeenRequest } from "./journal.ts";
import { isPagePath, servePage } from "./page.ts";
import { RateLimits } from "./ratelimit.ts";
import { AdminError } from "./refusals.ts";
import { type BodyEncoding, readBody, target } from "./requests.ts";
import { DeviceSockets } from "./socket.ts";
import { Wires } from "./wires.ts";

export interface SimulatorOptions {
  /** Address to listen on; loopback by default. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** PEM texts; https where given. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Base of the pairing page's addresses; the simulator's own by default. */
  readonly publicUrl?: string;
  /** The client_secret that it accepts. */
  readonly secret?: string;
  /** Prefix of device names. */
  readonly model?: string;
  readonly projects?: readonly string[];
  /** Seconds that a pairing code lives; 120. */
  readonly codeLife?: number;
  /** Seconds between polls; 5. */
  readonly interval?: number;
  /** Seconds that an access token lives; 28800. */
  readonly accessLife?: number;
  /** Seconds that a refresh token lives; 14 days. */
  readonly refreshLife?: number;
  /** Seconds after which a waiting code is authorized by itself; null, the default, for never. */
  readonly autoApproveAfter?: number | null;
  /** The one encoding of OAuth's calls that it understands; both by default. */
  readonly bodyEncoding?: BodyEncoding;
  /** False: the websocket's handshake is refused with 404, until that fault rule is removed. */
  readonly socket?: boolean;
  /** Wall time in ms since 1970; the machine's by default. */
  readonly now?: () => number;
  /** Of the generator behind the probability of faults. */
  readonly seed?: number;
  /** Takes one line for each request of a device. */
  readonly log?: (line: string) => void;
}

export interface Approval {
  /** The waiting code; by default the newest one. */
  readonly userCode?: string;
  /** Or the unit whose newest code is meant. */
  readonly clientId?: string;
  /** Name or id; the first one by default. */
  readonly project?: string;
  /** Wall time at which the authorization ends; null, the default, for never. */
  readonly expiresAt?: number | null;
}

/** A running stand-in for Frame.io. What can't be done throws an `AdminError` that says why. */
export interface Simulator {
  readonly url: string;
  /** The client_secret that it accepts. */
  readonly secret: string;
  readonly faults: Faults;
  approve(approval?: Approval): CodeView;
  deny(approval?: Pick<Approval, "userCode" | "clientId">): CodeView;
  autoApprove(afterSeconds: number | null): void;
  /** Without a client_id, the only paired device is meant; likewise below. */
  forget(clientId?: string): void;
  pause(clientId?: string): void;
  resume(clientId?: string): void;
  /** Chooses the end of the authorization anew; null for none. */
  expire(expiresAt: number | null, clientId?: string): void;
  /** Name or id. */
  renameProject(project: string, name: string): void;
  projects(): readonly Project[];
  codes(): CodeView[];
  devices(): ProjectDevice[];
  /** Moves the server's clock forwards; all lives follow. */
  advance(ms: number): void;
  /** The server's wall clock. */
  now(): number;
  /** What devices asked, in the order of the answers. */
  requests(): SeenRequest[];
  /** The next request that is accepted by `wanted`, once it was answered or swallowed. */
  nextRequest(wanted?: (request: SeenRequest) => boolean): Promise<SeenRequest>;
  /** Every secret in use, for leak tests. */
  secrets(): string[];
  /** Changes the certificate that new connections see. @throws AdminError where it does not speak https */
  useCertificate(certificate: { readonly cert: string; readonly key: string }): void;
  /** Stops listening and cuts every connection: devices are refused until `goOnline`. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  close(): Promise<void>;
}

export const DEFAULTS = {
  host: "127.0.0.1",
  secret: "simulator-canary-secret",
  model: "Demo-Camera",
  projects: ["Feature Film", "Music Video", "Documentary"],
  codeLife: 120,
  interval: 5,
  accessLife: 28_800,
  refreshLife: 14 * 86_400,
} as const;

/** Starts a simulator; it listens once this resolves. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const started = performance.now();
  const source = options.now ?? (() => performance.timeOrigin + performance.now());
  let offset = 0;
  let url = "";
  const now = () => Math.round(source() + offset);

  const terms = { ...DEFAULTS, ...options };
  const frameio = new FrameIo(terms, terms.projects, now);
  frameio.autoApprove(options.autoApproveAfter ?? null);
  const faults = new Faults(options.seed ?? 1);
  if (options.socket === false) faults.add({ call: "socket", fault: { type: "status", status: 404 } });
  const journal = new Journal(options.log ?? (() => {}));
  // What serve throws is a bug of the simulator: it ends the process, lest it look like a fault of the network.
  const listener = (request: IncomingMessage, response: ServerResponse) => void serve(request, response);
  const tls = options.tls ? createTlsServer(options.tls, listener) : null;
  const server = tls ?? createServer(listener);
  const wires = new Wires(server);
  const api: ApiParts = {
    frameio,
    faults,
    journal,
    limits: new RateLimits(),
    wires,
    addresses: () => ({ pairing: options.publicUrl ?? url, api: url }),
    bodyEncoding: options.bodyEncoding ?? null,
    now,
    monotonic: () => performance.now() - started,
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { path } = target(request);
      if (isAdminPath(path)) {
        await deliver(whole(serveAdmin(request, await readBody(request), simulator)), response, wires);
      } else if (isPagePath(path)) {
        await deliver(whole(await servePage(request, frameio, now())), response, wires);
      } else await serveApi(api, request, response);
    } catch (error) {
      // The device left in mid-body: there is nobody to answer.
      if (request.readableAborted) return;
      await deliver(whole(refused(error)), response, wires);
    }
  }

  const sockets = new DeviceSockets(api);
  server.on("upgrade", (request, socket: Socket, head) => void sockets.upgrade(request, socket, head));

  async function listen(port: number): Promise<void> {
    server.listen(port, options.host ?? DEFAULTS.host);
    await once(server, "listening");
    const { address, port: taken } = server.address() as AddressInfo;
    url = `${tls ? "https" : "http"}://${address.includes(":") ? `[${address}]` : address}:${taken}`;
  }

  async function stop(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    wires.cut();
    await closed;
  }

  const waitingCode = ({ userCode, clientId }: Pick<Approval, "userCode" | "clientId">) =>
    userCode ?? frameio.newestWaiting(clientId);

  const simulator: Simulator = {
    get url() {
      return url;
    },
    secret: terms.secret,
    faults,
    approve: (approval = {}) =>
      frameio.approve(waitingCode(approval), approval.project, approval.expiresAt ?? null),
    deny: (which = {}) => frameio.deny(waitingCode(which)),
    autoApprove: (afterSeconds) => frameio.autoApprove(afterSeconds),
    forget: (clientId) => frameio.forget(clientId),
    pause: (clientId) => frameio.pause(clientId),
    resume: (clientId) => frameio.resume(clientId),
    expire: (expiresAt, clientId) => frameio.expire(expiresAt, clientId),
    renameProject: (project, name) => frameio.renameProject(project, name),
    projects: () => frameio.projects,
    codes: () => frameio.codes(),
    devices: () => frameio.devices(),
    advance(ms) {
      offset += ms;
    },
    now,
    requests: () => journal.list(),
    nextRequest: (wanted = () => true) => journal.next(wanted),
    secrets: () => frameio.secrets(),
    useCertificate({ cert, key }) {
      if (!tls) throw new AdminError("The simulator was started without TLS.");
      tls.setSecureContext({ cert, key });
    },
    goOffline: stop,
    goOnline: () => listen(Number(new URL(url).port)),
    async close() {
      sockets.close();
      if (server.listening) await stop();
    },
  };
  await listen(options.port ?? 0);
  return simulator;
}
