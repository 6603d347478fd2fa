import type { Server, Socket } from "node:net";

/** The TCP connections under a server, TLS or not, so that they can be cut and reset. */
export class Wires {
  readonly #open = new Map<string, Socket>();

  constructor(server: Server) {
    server.on("connection", (wire: Socket) => {
      const peer = peerOf(wire);
      this.#open.set(peer, wire);
      wire.on("close", () => this.#open.delete(peer));
    });
  }

  /** Ends the connection that carries this socket by RST; a TLS socket can't do that itself. */
  reset(socket: Socket): void {
    this.#open.get(peerOf(socket))?.resetAndDestroy();
  }

  /** Destroys every connection. */
  cut(): void {
    for (const wire of this.#open.values()) wire.destroy();
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
