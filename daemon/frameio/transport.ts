import type { LookupFunction, Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { type ReachOptions, tunnelConnector } from "./tunnel.ts";

export interface TransportOptions {
  secureContext(): SecureContext | undefined;
  readonly proxy: string | null;
  /** Milliseconds for name, TCP and TLS together. */
  readonly connectTimeout: number;
  readonly lookup: LookupFunction;
}

/** Polls come every 5 s and share a connection; a longer silence ends it, since networks change under a camera. */
const IDLE_MS = 8000;

/**
 * One address is given so long before the next one is tried. Node drops the slower attempt, so this must be longer
 * than a handshake over a saturated uplink; RFC 8305's 250 ms is meant for attempts that run on.
 */
const ATTEMPT_MS = 2000;

/** Bytes of a message on the status socket; a push has some hundred. */
const FRAME_LIMIT = 64 * 1024;

/** A connection, or an attempt at one. */
interface Link {
  /** Null until it stands. */
  socket: Socket | null;
  fail(error: Error): void;
}

/** The pool of connections to Frame.io, made when it is first used. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #closing = new AbortController();
  readonly #links = new Set<Link>();
  #dispatcher: Dispatcher | null = null;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Aborted once and for all by `close`. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  get dispatcher(): Dispatcher {
    this.#dispatcher ??= this.#open();
    return this.#dispatcher;
  }

  /**
   * The network is another one: idle connections go, and lookups and attempts that may hang in the old one fail at
   * once, since nothing was sent on them. A request under way keeps its connection, for its answer may be the only
   * copy of a token; unless the address it was sent from is gone and no answer can come.
   *
   * @param gone addresses that this machine no longer has
   */
  reset(gone: readonly string[]): void {
    const old = this.#dispatcher;
    this.#dispatcher = null;
    void old?.close();
    for (const link of this.#links)
      if (link.socket === null || gone.includes(link.socket.localAddress ?? ""))
        link.fail(broken("ENETDOWN"));
  }

  /** Ends what is under way, too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#dispatcher?.destroy();
    for (const link of this.#links) link.fail(broken("ECONNABORTED"));
  }

  #open(): Dispatcher {
    const { proxy, connectTimeout, lookup } = this.#options;
    const secureContext = this.#options.secureContext();
    const reach: ReachOptions = {
      ...(secureContext && { secureContext }),
      timeout: connectTimeout,
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
      // A resumed session would take the certificate as it was found earlier: by another clock, perhaps.
      maxCachedSessions: 0,
    };
    return new Agent({
      connect: this.#linked(proxy === null ? directConnector(reach) : tunnelConnector(new URL(proxy), reach)),
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      // The exchange's own deadlines run on the injected clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      webSocket: { maxPayloadSize: FRAME_LIMIT },
    });
  }

  #linked(connect: buildConnector.connector): buildConnector.connector {
    return (target, callback) => {
      const link: Link = {
        socket: null,
        fail: (error) => {
          this.#links.delete(link);
          callback(error, null);
        },
      };
      this.#links.add(link);
      connect(target, (...[error, socket]) => {
        if (!this.#links.has(link)) {
          socket?.destroy();
        } else if (error !== null) {
          link.fail(error);
        } else {
          link.socket = socket;
          link.fail = (reason) => socket.destroy(reason);
          socket.once("close", () => this.#links.delete(link));
          callback(null, socket);
        }
      });
    };
  }
}

/**
 * Connects, then speaks TLS, and drops what was not sent when the connection is given up. A mere close leaves it to
 * the kernel, which goes on sending for minutes: a refresh that we took for failed would then spend the token behind
 * our back as soon as the network returns.
 */
function directConnector(reach: ReachOptions): buildConnector.connector {
  const connect = buildConnector(reach);
  return (target, callback) => {
    if (target.protocol !== "https:") return connect(target, callback);
    connect({ ...target, protocol: "http:" }, (...[error, wire]) => {
      if (error !== null) return callback(error, null);
      // TLS ends by destroying the wire under it; `resetAndDestroy` comes back to the method of the prototype.
      wire.destroy = () => {
        Reflect.deleteProperty(wire, "destroy");
        return wire.resetAndDestroy();
      };
      connect({ ...target, httpSocket: wire }, (...[failure, secure]) => {
        if (failure !== null) {
          wire.destroy();
          return callback(failure, null);
        }
        callback(null, secure);
      });
    });
  };
}

function broken(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error("the connection was given up"), { code });
}
