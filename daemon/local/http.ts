/** The HTTP server under the local API: its limits, and what it says to those who speak no HTTP. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { ApiProblem, PROBLEM_TYPE } from "./problems.ts";

const HEADER_LIMIT = 8 * 1024;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 8_000;
const KEEP_ALIVE_MS = 5_000;
/** How often Node looks for requests that overran the two timeouts: ten seconds are the most that they take together. */
const TIMEOUT_CHECK_MS = 1_000;
/** A connection on which nothing moves for so long is cut, whatever it waits for. */
const IDLE_SOCKET_MS = 60_000;
/** The same, where it waits for its client to read the answer. */
const UNREAD_MS = 8_000;

/** Listens nowhere: connections are handed to it. Who can't be understood is up to `refuseUnreadable`. */
export function createHttpServer(answer: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADER_LIMIT,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    answer,
  );
  return server.setTimeout(IDLE_SOCKET_MS);
}

/** From here on the client is waited for no longer than it may take to read its answer. */
export function limitReading({ socket }: IncomingMessage): void {
  socket.setTimeout(UNREAD_MS);
}

/**
 * What could not even be read as HTTP is answered by hand, then the connection ends: not only our half of it, since such
 * a client may never end its own.
 */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === "HPE_HEADER_OVERFLOW"
      ? new ApiProblem("headers-too-large", "The request's headers are too large.")
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? new ApiProblem("request-timeout", "The request took too long to arrive.")
        : new ApiProblem("invalid-request", "This is not HTTP/1.1.");
  const body = problem.body();
  socket.write(
    `HTTP/1.1 ${problem.status} ${JSON.parse(body).title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  socket.destroySoon();
}
