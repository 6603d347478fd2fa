/** The listening socket that systemd hands over, see sd_listen_fds(3). */
import type { Server, Socket } from "node:net";
import { createListener, listen } from "./listen.ts";

/** The first descriptor that systemd passes. */
const FIRST_FD = 3;

/**
 * A socket that must outlive whoever serves it: once closed it is gone for this process, and a changed configuration
 * replaces the server. So it is opened once and lent to one server after the other; who connects meanwhile waits.
 */
export class HandedOverSocket {
  readonly #fd: number;
  #waiting: Socket[] = [];
  #listener: Server | null = null;
  #serve: ((socket: Socket) => void) | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Gives every connection to `serve`, until `takeBack`. */
  async lendTo(serve: (socket: Socket) => void): Promise<void> {
    this.#serve = serve;
    if (this.#listener === null) {
      this.#listener = createListener((socket) => this.#accept(socket));
      await listen(this.#listener, { fd: this.#fd });
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(serve);
  }

  takeBack(): void {
    this.#serve = null;
  }

  #accept(socket: Socket): void {
    if (this.#serve === null) this.#waiting.push(socket);
    else this.#serve(socket);
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
