import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Clock, every } from "../core/clock.ts";

/** A server that listens nowhere, and what ends it. */
export interface Served {
  readonly server: Server;
  close(): Promise<unknown>;
}

/** Connections that one server has open at once. */
export const CONNECTION_LIMIT = 1_024;

/** Time for answers under way when closing. */
const CLOSE_GRACE_MS = 1_000;

/** How often connections are looked for that have got their answer meanwhile. */
const SWEEP_MS = 20;

/**
 * An HTTP server that is loaded when its first connection comes: many a device is paired, and uploads, without anyone
 * ever asking for its page. It listens nowhere by itself; connections are handed to it.
 */
export class OnDemandServer {
  readonly #load: () => Promise<Served>;
  readonly #clock: Clock;
  readonly #fail: (error: unknown) => void;
  /** Every connection, oldest first, with the request on it that is not answered to its end; null between requests. */
  readonly #sockets = new Map<Socket, IncomingMessage | null>();
  #app: Promise<Served> | null = null;

  /**
   * @param load called once at most
   * @param fail told why `load` failed; whoever waits is let go
   */
  constructor(load: () => Promise<Served>, clock: Clock, fail: (error: unknown) => void) {
    this.#load = load;
    this.#clock = clock;
    this.#fail = fail;
  }

  /** Serves a connection that is paused, as `pauseOnConnect` leaves it: what it says waits in the kernel. */
  readonly serve = (socket: Socket): void => {
    if (this.#sockets.size >= CONNECTION_LIMIT && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#sockets.set(socket, null);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#app ??= this.#begin();
    this.#app.then(
      ({ server }) => {
        if (socket.destroyed) return;
        server.emit("connection", socket);
        socket.resume();
      },
      () => socket.destroy(),
    );
  };

  /**
   * Ends every stream and every connection that has got its answer, and after a second all others. Whoever hands over
   * connections must have stopped before.
   */
  async close(): Promise<void> {
    if (this.#app === null) return;
    const stopGrace = this.#clock.after(CLOSE_GRACE_MS, () => {
      for (const socket of this.#sockets.keys()) socket.destroy();
    });
    const app = await this.#app.catch(() => null);
    if (app !== null) await this.#finish(app);
    stopGrace();
  }

  async #begin(): Promise<Served> {
    try {
      const app = await this.#load();
      // What node:http sets its time limits up by.
      app.server.emit("listening");
      app.server.on("request", this.#asked);
      return app;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  readonly #asked = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    if (!this.#sockets.has(socket)) return;
    this.#sockets.set(socket, request);
    response.once("close", () => {
      if (this.#sockets.get(socket) === request) this.#sockets.set(socket, null);
    });
  };

  /**
   * Cuts the oldest connection that waits for its client: those that only sit there, or talk slowly, keep nobody else
   * away. What has been asked to its end is answered to its end.
   *
   * @returns false where all are being answered
   */
  #makeRoom(): boolean {
    for (const [socket, request] of this.#sockets)
      if (request?.complete !== true) {
        this.#sockets.delete(socket);
        socket.destroy();
        return true;
      }
    return false;
  }

  async #finish(app: Served): Promise<void> {
    const gone = [...this.#sockets.keys()].map(
      (socket) => new Promise((resolve) => socket.once("close", resolve)),
    );
    app.server.closeIdleConnections();
    const stopSweep = every(this.#clock, SWEEP_MS, () => app.server.closeIdleConnections());
    await Promise.all([app.close(), ...gone]);
    stopSweep();
  }
}
