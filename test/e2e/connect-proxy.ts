/** An HTTP proxy that knows CONNECT (RFC 9110 §9.3.6), and which way each name leads. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export class ConnectProxy {
  /** What it was asked to connect to. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  /** @param ways from "host:port" to the address where that is */
  constructor(ways: Readonly<Record<string, { readonly host: string; readonly port: number }>>) {
    this.#server = createServer((_, response) => response.writeHead(405).end());
    this.#server.on("connect", ({ url = "" }, near: Socket, head: Buffer) => {
      this.asked.push(url);
      const way = ways[url];
      if (way === undefined) return near.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      const far = connect(way, () => {
        near.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        far.write(head);
        near.pipe(far).pipe(near);
      });
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#open.add(end);
        end.on("error", () => {});
        end.on("close", () => {
          this.#open.delete(end);
          other.destroy();
        });
      }
    });
  }

  /** @returns its address, as HTTPS_PROXY holds it */
  async listen(host: string): Promise<string> {
    this.#server.listen(0, host);
    await once(this.#server, "listening");
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }
}
