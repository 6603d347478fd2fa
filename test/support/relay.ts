import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { pipeline, Transform } from "node:stream";

export type Direction = "questions" | "answers";

/** A way to a server that may change its port or be gone: its own address stays, and it can lose what passes. */
export class Relay {
  readonly url: string;
  /** The server's port; null while there is none. */
  target: number | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #losing: { readonly direction: Direction; readonly what: RegExp; lost(): void } | null = null;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (device) => this.#connect(device));
  }

  static async open(): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Relay(server);
  }

  /**
   * Loses what goes in that direction until the way is cut. Resolves when something has been lost.
   *
   * @param what every packet where it is not given
   */
  lose(direction: Direction, what = /^/): Promise<void> {
    return new Promise((resolve) => {
      this.#losing = { direction, what, lost: resolve };
    });
  }

  /** Ends every connection; the next ones lose nothing. */
  cut(): void {
    this.#losing = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #connect(device: Socket): void {
    if (this.target === null) {
      device.destroy();
      return;
    }
    const server = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [device, server]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    }
    const ended = () => {};
    pipeline(device, this.#gate("questions"), server, ended);
    pipeline(server, this.#gate("answers"), device, ended);
  }

  #gate(direction: Direction): Transform {
    return new Transform({
      transform: (chunk, _, done) => {
        const losing = this.#losing;
        if (losing?.direction !== direction || !losing.what.test(chunk.toString("latin1")))
          return done(null, chunk);
        losing.lost();
        done();
      },
    });
  }
}
