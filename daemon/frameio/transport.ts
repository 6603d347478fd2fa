import { Agent, type ClientRequest, type ClientRequestArgs, request } from "node:http";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { connect as secure, type TLSSocket } from "node:tls";
import { issuerUnknown, type Trust } from "./roots.ts";
import { openTunnel, ProxyUnreached } from "./tunnel.ts";
import { Wire } from "./wire.ts";

export interface TransportOptions {
  /** Where every request goes. */
  readonly baseUrl: URL;
  readonly trust: Trust;
  /** As `proxyFor` gives it. */
  readonly proxy: string | null;
  readonly lookup: LookupFunction;
}

/** Polls come every 5 s and share a connection; a longer silence ends it, since networks change under a camera. */
const IDLE_MS = 8000;

/** Bytes; as Node has it, where nothing in the environment says otherwise. */
const HEADERS_LIMIT = 16 * 1024;

interface ConnectionOptions extends ClientRequestArgs {
  /** The request's `signal`, which node:http keeps to itself. */
  readonly ending?: AbortSignal | undefined;
}

/** As node:http wants to be told. */
type OnConnection = (error: Error | null, socket: Socket) => void;

/** A connection, or an attempt at one. */
interface Link {
  readonly wire: Wire;
  /** Null until it stands. */
  socket: Socket | null;
  /** Whether there is a proxy, and no tunnel through it yet. */
  atProxy: boolean;
}

/** The connections to Frame.io. None of them sends a request again by itself. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #proxy: URL | null;
  readonly #closing = new AbortController();
  readonly #links = new Set<Link>();
  #pool: Pool;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#proxy = options.proxy === null ? null : new URL(options.proxy);
    this.#pool = new Pool(this.connect);
  }

  /** Aborted once and for all by `close`. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * A request on a connection of its own or, where there is one, on an idle one. `socket` tells that the connection
   * stands; `options.signal` gives up the attempt at it as well as the request.
   *
   * @param alone for what must not be lost to a server that closes an idle connection in this moment
   */
  request(options: ClientRequestArgs, alone: boolean): ClientRequest {
    const given: ConnectionOptions = { ...options, ending: options.signal };
    return request({
      ...given,
      maxHeaderSize: HEADERS_LIMIT,
      ...(alone ? { createConnection: this.connect } : { agent: this.#pool }),
    });
  }

  /** A new connection, in the words of `createConnection` in node:http. */
  readonly connect = ({ ending }: ConnectionOptions, onConnection: OnConnection): undefined => {
    const connected = this.#connect(ending);
    connected.then((socket) => onConnection(null, socket), onConnection as (error: Error) => void);
  };

  /**
   * The network is another one: idle connections go, and lookups and attempts that may hang in the old one fail at
   * once, since nothing was sent on them. A request under way keeps its connection, for its answer may be the only
   * copy of a token; unless the address it was sent from is gone and no answer can come.
   *
   * @param gone addresses that this machine no longer has
   */
  reset(gone: readonly string[]): void {
    this.#pool.endIdle();
    this.#pool = new Pool(this.connect);
    for (const { wire, socket } of this.#links)
      if (socket === null) wire.destroy(broken("ENETDOWN"));
      else if (gone.includes(wire.localAddress ?? "")) socket.destroy(broken("ENETDOWN"));
  }

  /** Ends what is under way, too. */
  close(): void {
    this.#closing.abort();
    for (const { wire, socket } of this.#links) (socket ?? wire).destroy(broken("ECONNABORTED"));
  }

  async #connect(signal: AbortSignal | undefined): Promise<Socket> {
    try {
      return await this.#attempt(signal);
    } catch (error) {
      // Nothing was sent, so it may be tried again with what the system trusts, which takes long to read.
      if (!issuerUnknown(error) || !this.#options.trust.widen()) throw error;
      return this.#attempt(signal);
    }
  }

  async #attempt(signal: AbortSignal | undefined): Promise<Socket> {
    if (signal?.aborted || this.closed.aborted) throw broken("ECONNABORTED");
    const wire = new Wire();
    const link: Link = { wire, socket: null, atProxy: this.#proxy !== null };
    const giveUp = () => wire.destroy(broken("ECONNABORTED"));
    this.#links.add(link);
    wire.once("close", () => this.#links.delete(link));
    signal?.addEventListener("abort", giveUp);
    const ended = untilEnded(wire);
    try {
      link.socket = await Promise.race([this.#reach(link), ended]);
      return link.socket;
    } catch (error) {
      wire.destroy();
      throw link.atProxy && hasCode(error) ? new ProxyUnreached(error) : error;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Name, TCP and TLS, and the way through the proxy between them. */
  async #reach(link: Link): Promise<Socket> {
    const { wire } = link;
    const { baseUrl, trust } = this.#options;
    const proxy = this.#proxy;
    const next = proxy ?? baseUrl;
    wire.dial(hostOf(next), portOf(next), this.#options.lookup);
    await happens(wire, "connect");
    let socket: Socket = wire;
    if (proxy !== null) {
      if (proxy.protocol === "https:") socket = await secured(socket, proxy, trust);
      await openTunnel(socket, proxy, `${baseUrl.hostname}:${portOf(baseUrl)}`);
      link.atProxy = false;
    }
    if (baseUrl.protocol === "https:") socket = await secured(socket, baseUrl, trust);
    wire.speaker = socket;
    return socket;
  }
}

/** Connections that wait for the next request. */
class Pool extends Agent {
  readonly #connect: Transport["connect"];

  constructor(connect: Transport["connect"]) {
    super({ keepAlive: true, timeout: IDLE_MS });
    this.#connect = connect;
  }

  override createConnection(options: ConnectionOptions, onConnection: OnConnection = () => {}): undefined {
    this.#connect(options, onConnection);
  }

  /** Those that wait; the others may have an answer to bring. */
  endIdle(): void {
    for (const socket of Object.values(this.freeSockets).flat()) socket?.destroy();
  }
}

/** Speaks TLS over that connection, which stands when the certificate was found good for the host of `url`. */
async function secured(under: Socket, url: URL, trust: Trust): Promise<TLSSocket> {
  const host = hostOf(url);
  const secureContext = trust.context();
  const socket = secure({
    socket: under,
    host,
    // RFC 6066 §3: a name without its final dot, never an address.
    servername: isIP(host) === 0 ? host.replace(/\.$/, "") : "",
    ALPNProtocols: ["http/1.1"],
    // Written out, since NODE_TLS_REJECT_UNAUTHORIZED would decide it otherwise.
    rejectUnauthorized: true,
    ...(secureContext && { secureContext }),
  });
  await happens(socket, "secureConnect");
  return socket;
}

/** Resolves with that event, rejects with the socket's error; errors later on are for whoever uses it. */
function happens(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.on("error", reject);
  });
}

/** Rejects when the wire ends, with its error where it has one. */
function untilEnded(wire: Wire): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    wire.on("error", reject);
    wire.once("close", () => reject(broken("ECONNRESET")));
  });
  ended.catch(() => {});
  return ended;
}

/** Errors of sockets and of TLS have one; what the proxy itself says has none, nor has a mistake in the program. */
function hasCode(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Where a URL leads, with its protocol's own port where it names none. */
export function portOf({ protocol, port }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

function broken(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error("the connection was given up"), { code });
}
