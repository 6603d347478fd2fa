/** The listening socket that systemd hands over, see sd_listen_fds(3). */
import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../core/clock.ts";

/** The first descriptor that systemd passes. */
const FIRST_FD = 3;

/** How often connections are looked for that have got their answer while the socket is taken back. */
const SWEEP_MS = 20;

/**
 * A socket that must outlive whoever serves it: once closed it is gone for this process, and a changed configuration
 * replaces the server. So it is opened once and lent to one server after the other; who connects meanwhile waits.
 */
export class HandedOverSocket {
  readonly #fd: number;
  readonly #waiting = new Set<Socket>();
  readonly #lent = new Set<Socket>();
  #listener: Server | null = null;
  #server: HttpServer | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Gives every connection to `server`, until `takeBack`. */
  async lendTo(server: HttpServer): Promise<void> {
    this.#server = server;
    // What node:http sets its time limits up by.
    server.emit("listening");
    if (this.#listener === null) {
      this.#listener = createServer((socket) => this.#accept(socket));
      this.#listener.listen({ fd: this.#fd });
      await once(this.#listener, "listening");
    }
    for (const socket of this.#waiting) this.#pass(socket, server);
    this.#waiting.clear();
  }

  /** Resolves when the server has answered what it was asked, or after `grace` milliseconds. */
  async takeBack(clock: Clock, grace: number): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = Promise.all([...this.#lent].map((socket) => once(socket, "close")));
    const stopGrace = clock.after(grace, () => server.closeAllConnections());
    let stopSweep = () => {};
    const sweep = () => {
      server.closeIdleConnections();
      stopSweep = clock.after(SWEEP_MS, sweep);
    };
    sweep();
    await closed;
    stopSweep();
    stopGrace();
  }

  #accept(socket: Socket): void {
    if (this.#server !== null) this.#pass(socket, this.#server);
    else {
      this.#waiting.add(socket);
      socket.once("close", () => this.#waiting.delete(socket)).on("error", () => {});
    }
  }

  #pass(socket: Socket, server: HttpServer): void {
    this.#lent.add(socket);
    socket.once("close", () => this.#lent.delete(socket));
    server.emit("connection", socket);
  }
}

/** The socket that systemd has handed over to this very process; null where there is none. */
export function handedOverSocket({
  LISTEN_FDS,
  LISTEN_PID,
}: Readonly<Record<string, string | undefined>>): HandedOverSocket | null {
  return Number(LISTEN_FDS) >= 1 && Number(LISTEN_PID) === process.pid
    ? new HandedOverSocket(FIRST_FD)
    : null;
}
