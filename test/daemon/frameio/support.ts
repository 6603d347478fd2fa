import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { after } from "node:test";
import type { Fault, Outcome } from "../../../daemon/contract/verdicts.ts";
import type { Clock } from "../../../daemon/core/clock.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { createFrameio, type Frameio, type FrameioOptions } from "../../../daemon/frameio/client.ts";

export const CLIENT_SECRET = "s3cret-of-the-model";

/** The answer to a code request as the reference prints it (API facts §3.1). */
export const CODE = {
  device_code: "d".repeat(74),
  expires_in: 120,
  interval: 5,
  name: "my-device-abc123",
  user_code: "987654",
  verification_uri: "https://next.frame.io/pair",
  verification_uri_complete: "https://next.frame.io/pair/987654",
};

/** Likewise that to a poll or a refresh (§3.2). */
export const TOKENS = {
  access_token: "access-1",
  expires_in: 28_800,
  refresh_token: "refresh-1",
  token_type: "bearer",
};

/** Real time, since the sockets are real; what the wall clock claims is the test's to say. */
export function realClock(wallTrusted = true): Clock {
  return {
    elapsed: () => performance.now(),
    wall: () => Date.now(),
    wallTrusted: () => wallTrusted,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** A client of that server, closed when the file's tests are done. */
export function client(baseUrl: string, options: Partial<FrameioOptions> = {}): Frameio {
  const frameio = createFrameio({
    baseUrl,
    clientVersion: "2.16.4",
    scope: "asset_create offline",
    urlPairing: true,
    bodyEncoding: "multipart",
    verificationHosts: ["frame.io"],
    clientId: () => "ACME-0001",
    clientSecret: () => new Secret(CLIENT_SECRET),
    roots: [],
    systemRoots: () => null,
    proxy: null,
    clock: realClock(),
    ...options,
  });
  after(() => frameio.close());
  return frameio;
}

/** Listens on loopback, on any port where none is given, until the file's tests are done; returns "host:port". */
export async function listen(server: Server, host = "127.0.0.1", wanted = 0): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(wanted, host, resolve));
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export async function httpServer(listener: RequestListener): Promise<string> {
  return `http://${await listen(createServer(listener))}`;
}

/** A server that speaks bytes: `talk` has the socket once the first bytes of a request are there. */
export async function rawServer(talk: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => talk(socket));
  });
  return `http://${await listen(server)}`;
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

export function expectVerdict<V>(outcome: Outcome<V>): V {
  if (outcome.kind === "fault") throw new Error(`fault ${outcome.fault.kind}: ${outcome.fault.detail}`);
  return outcome.verdict;
}

export function expectFault(outcome: Outcome<unknown>): Fault {
  if (outcome.kind === "verdict") throw new Error(`verdict ${JSON.stringify(outcome.verdict)}`);
  return outcome.fault;
}

/** A promise and what resolves it. */
export function promised<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
