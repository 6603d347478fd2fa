/**
 * The server of the control socket. Uploaders ask it for a token all their life, and for nothing else: that it answers
 * by itself. For everything else, fastify with all routes is loaded.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Logger } from "../core/log.ts";
import { escaped } from "../core/text.ts";
import type { Backend } from "./backend.ts";
import { SECURITY_HEADERS } from "./guards.ts";
import { createHttpServer, limitReading, refuseUnreadable } from "./http.ts";
import type { Served } from "./on-demand.ts";
import { PROBLEM_TYPE, problemFor } from "./problems.ts";
import { LONGEST_MINIMUM_LIFE, MINIMUM_LIFE, tokenFor } from "./token.ts";

export interface BrokerOptions {
  readonly backend: Backend;
  readonly log: Logger;
  /** The API with all its routes, this one too. Called once at most. */
  loadApi(): Promise<FastifyInstance>;
  /** Told why that failed; whoever waits is let go. */
  fail(error: unknown): void;
}

export function createBroker({ backend, log, loadApi, fail }: BrokerOptions): Served {
  let api: Promise<FastifyInstance> | null = null;

  function answerByApi(request: IncomingMessage, response: ServerResponse): void {
    if (api === null) {
      api = loadApi();
      api.catch(fail);
    }
    api.then(
      ({ routing }) => {
        // Who has hung up meanwhile is not served: the end of that connection has been told, and comes no second time.
        if (!request.socket.destroyed) routing(request, response);
      },
      () => request.socket.destroy(),
    );
  }

  const server = createHttpServer((request, response) => {
    const minimumLife = askedLife(request);
    if (minimumLife === null) answerByApi(request, response);
    else void answer(request, response, minimumLife);
  });
  server.on("clientError", refuseUnreadable);

  async function answer(request: IncomingMessage, response: ServerResponse, life: number): Promise<void> {
    try {
      const body = escaped(JSON.stringify(await tokenFor(backend, life)));
      send(request, response, 200, { "content-type": `application/json${CHARSET}` }, body);
    } catch (error) {
      const problem = problemFor(error as Error, "GET /v1/token", log);
      const headers = { ...problem.extras.headers, "content-type": PROBLEM_TYPE + CHARSET };
      send(request, response, problem.status, headers, problem.body());
    }
  }

  return {
    server,
    close: async () => {
      server.close();
      await (await api?.catch(() => null))?.close();
    },
  };
}

/** As fastify adds it. */
const CHARSET = "; charset=utf-8";

const TOKEN = /^\/v1\/token(?:\?minimum_life=(\d{1,4}))?$/;

/**
 * The `minimum_life` of a request for a token that is in perfect order, in seconds; null for all others, which the API
 * refuses or answers.
 */
function askedLife({ method, url, headers, headersDistinct }: IncomingMessage): number | null {
  const asked = TOKEN.exec(url ?? "");
  if (method !== "GET" || asked === null) return null;
  if (headersDistinct.host?.length !== 1 || headers.origin !== undefined) return null;
  const life = Number(asked[1] ?? MINIMUM_LIFE);
  return life <= LONGEST_MINIMUM_LIFE ? life : null;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  limitReading(request);
  response
    .writeHead(status, {
      ...SECURITY_HEADERS,
      "cache-control": "no-store",
      ...headers,
      "content-length": Buffer.byteLength(body),
    })
    .end(body);
}
