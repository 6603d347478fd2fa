/** The listening sockets that systemd hands over, see sd_listen_fds(3). */
import type { Socket } from "node:net";
import { createListener, listen, SocketError } from "./listen.ts";
import { CONNECTION_LIMIT } from "./on-demand.ts";

/** The first descriptor that systemd passes. */
const FIRST_FD = 3;

/**
 * Sockets that must outlive whoever serves them: once closed they are gone for this process, and a changed configuration
 * replaces the server. So they are opened once and lent to one server after the other; who connects meanwhile waits.
 */
export class HandedOverSockets {
  readonly #count: number;
  #waiting: Socket[] = [];
  #open = false;
  #serve: ((socket: Socket) => void) | null = null;

  /** @param count how many there are, from descriptor 3 on */
  constructor(count: number) {
    this.#count = count;
  }

  /**
   * Gives every connection to `serve`, until `takeBack`.
   *
   * @throws {SocketError} where one of them is no UNIX socket: whoever reaches a control socket is given tokens
   */
  async lendTo(serve: (socket: Socket) => void): Promise<void> {
    this.#serve = serve;
    if (!this.#open) {
      for (let fd = FIRST_FD; fd < FIRST_FD + this.#count; fd++) await this.#listen(fd);
      this.#open = true;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(serve);
  }

  takeBack(): void {
    this.#serve = null;
  }

  async #listen(fd: number): Promise<void> {
    const listener = createListener((socket) => this.#accept(socket));
    try {
      await listen(listener, { fd });
    } catch (error) {
      throw new SocketError(
        `descriptor ${fd} from systemd is no socket to listen on: ${(error as Error).message}`,
      );
    }
    // Of a UNIX socket it is the path, and of a TCP one an object.
    const address = listener.address();
    if (address !== null && typeof address === "object")
      throw new SocketError(
        `systemd hands over ${address.address}:${address.port} as a control socket, which must be a UNIX one: remove that ListenStream= from c2cd.socket; the page is set by http.listen`,
      );
  }

  #accept(socket: Socket): void {
    if (this.#serve !== null) this.#serve(socket);
    else if (this.#waiting.push(socket) > CONNECTION_LIMIT) this.#waiting.shift()?.destroy();
  }
}

/** The sockets that systemd has handed over to this very process; null where there are none. */
export function handedOverSockets({
  LISTEN_FDS,
  LISTEN_PID,
}: Readonly<Record<string, string | undefined>>): HandedOverSockets | null {
  const count = Number(LISTEN_FDS);
  return count >= 1 && Number(LISTEN_PID) === process.pid ? new HandedOverSockets(count) : null;
}
