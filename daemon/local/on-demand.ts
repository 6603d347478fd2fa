import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { type Clock, every } from "../core/clock.ts";

/** Time for answers under way when closing. */
const CLOSE_GRACE_MS = 1_000;

/** How often connections are looked for that have got their answer meanwhile. */
const SWEEP_MS = 20;

/**
 * An HTTP server that is loaded when its first connection comes: many a device is paired, and uploads, without anyone
 * ever asking for its page. It listens nowhere by itself; connections are handed to it.
 */
export class OnDemandServer {
  readonly #load: () => Promise<FastifyInstance>;
  readonly #clock: Clock;
  readonly #fail: (error: unknown) => void;
  readonly #sockets = new Set<Socket>();
  #app: Promise<FastifyInstance> | null = null;

  /**
   * @param load called once at most
   * @param fail told why `load` failed; whoever waits is let go
   */
  constructor(load: () => Promise<FastifyInstance>, clock: Clock, fail: (error: unknown) => void) {
    this.#load = load;
    this.#clock = clock;
    this.#fail = fail;
  }

  /** Serves a connection that is paused, as `pauseOnConnect` leaves it: what it says waits in the kernel. */
  readonly serve = (socket: Socket): void => {
    this.#sockets.add(socket);
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
      for (const socket of this.#sockets) socket.destroy();
    });
    const app = await this.#app.catch(() => null);
    if (app !== null) await this.#finish(app);
    stopGrace();
  }

  async #begin(): Promise<FastifyInstance> {
    try {
      const app = await this.#load();
      // What node:http sets its time limits up by.
      app.server.emit("listening");
      return app;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async #finish(app: FastifyInstance): Promise<void> {
    const gone = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    app.server.closeIdleConnections();
    const stopSweep = every(this.#clock, SWEEP_MS, () => app.server.closeIdleConnections());
    await Promise.all([app.close(), ...gone]);
    stopSweep();
  }
}
