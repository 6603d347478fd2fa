import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createRawServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Something on a control socket that answers as a test says. */
export class ScriptedDaemon {
  readonly socket: string;
  /** "GET /v1/status", in the order in which they came. */
  readonly requests: string[];
  readonly #directory: string;
  readonly #server: Server;
  readonly #connections: Set<Socket>;

  private constructor(directory: string, server: Server, requests: string[], connections: Set<Socket>) {
    this.#directory = directory;
    this.#server = server;
    this.#connections = connections;
    this.socket = join(directory, "control.sock");
    this.requests = requests;
  }

  /** @param routes by "METHOD /path" without the query; whatever is not there is a 404 as the daemon gives it */
  static async http(routes: Readonly<Record<string, Answer>>): Promise<ScriptedDaemon> {
    const requests: string[] = [];
    const listener: RequestListener = (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const answer =
        routes[`${request.method} ${request.url?.split("?")[0]}`] ??
        problem(404, "not-found", "no such route");
      answer(request, response);
    };
    return ScriptedDaemon.#listen(createServer(listener), requests);
  }

  static async raw(onConnection: (socket: Socket) => void): Promise<ScriptedDaemon> {
    return ScriptedDaemon.#listen(createRawServer(onConnection), []);
  }

  static async #listen(server: Server, requests: string[]): Promise<ScriptedDaemon> {
    const connections = new Set<Socket>();
    server.on("connection", (socket: Socket) => connections.add(socket));
    const daemon = new ScriptedDaemon(
      mkdtempSync(join(tmpdir(), "c2cd-ctl-")),
      server,
      requests,
      connections,
    );
    server.listen(daemon.socket);
    await once(server, "listening");
    return daemon;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export function json(body: unknown, status = 200): Answer {
  return (_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** RFC 9457 */
export function problem(
  status: number,
  name: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (_, response) =>
    response
      .writeHead(status, { "content-type": "application/problem+json", ...headers })
      .end(JSON.stringify({ type: `urn:c2cd:problem:${name}`, title: "x", status, detail }));
}

/** Sends one event after the other, each when the test asks for it, and keeps the stream open. */
export class Stream {
  readonly #responses: ServerResponse[] = [];
  readonly #sent: unknown[] = [];
  #ended = false;

  readonly answer: Answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": hello\n\n");
    this.#responses.push(response);
    const last = this.#sent.at(-1);
    if (last !== undefined) response.write(`data: ${JSON.stringify(last)}\n\n`);
    if (this.#ended) response.end();
  };

  send(snapshot: unknown): void {
    this.#sent.push(snapshot);
    for (const response of this.#responses) response.write(`data: ${JSON.stringify(snapshot)}\n\n`);
  }

  /** Ends the stream of everyone who listens, and of who comes later. */
  end(): void {
    this.#ended = true;
    for (const response of this.#responses) response.end();
  }
}
