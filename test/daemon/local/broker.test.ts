/** The socket's own answer to those who ask for tokens all day: the same as the API's, which need not be loaded for it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { createLogger } from "../../../daemon/core/log.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { createBroker } from "../../../daemon/local/broker.ts";
import { createListener, listen } from "../../../daemon/local/listen.ts";
import { OnDemandServer } from "../../../daemon/local/on-demand.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { FakeBackend } from "./fake-backend.ts";
import { directoryFor, overSocket, start } from "./harness.ts";

const TOKEN = { type: "token", accessToken: new Secret("canary-token"), expiresIn: 1234 } as const;

/** A broker behind a real socket; without `api`, one whose API can't be loaded. */
async function alone(context: TestContext, api?: Promise<FastifyInstance>) {
  const backend = new FakeBackend();
  backend.tokenAnswer = TOKEN;
  const failures: unknown[] = [];
  let loads = 0;
  const error = new Error("the card is gone");
  const broker = createBroker({
    backend,
    log: createLogger("trace", "json", () => {}),
    fail: (reason) => failures.push(reason),
    loadApi: async () => {
      loads += 1;
      return api ?? Promise.reject(error);
    },
  });
  const server = new OnDemandServer(
    async () => broker,
    new ManualClock(),
    (reason) => failures.push(reason),
  );
  const listener = createListener(server.serve);
  const path = join(directoryFor(context), "socket");
  await listen(listener, { path });
  context.after(async () => {
    listener.close();
    broker.server.closeAllConnections();
  });
  /** What it says to a client until it hangs up. */
  async function say(text: string): Promise<string> {
    const socket: Socket = connect(path);
    let heard = "";
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
    });
    socket.on("error", () => {});
    socket.write(text);
    await once(socket, "close");
    return heard;
  }
  return { say, path, broker, server, failures, error, loads: () => loads };
}

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

test("a token is answered without the API, which is loaded for everything else, once", async (context) => {
  const { say, failures, error, loads } = await alone(context);
  for (const path of ["/v1/token", "/v1/token?minimum_life=0", "/v1/token?minimum_life=3600"])
    assert.match(await say(ask(path)), /^HTTP\/1\.1 200 OK[\s\S]*"access_token":"canary-token"/);
  assert.equal(loads(), 0);
  assert.equal(await say(ask("/v1/status")), "", "nobody is left waiting where it can't be loaded");
  assert.equal(await say(ask("/v1/token?minimum_life=3601")), "");
  assert.equal(loads(), 1);
  assert.deepEqual(failures, [error]);
});

test("requests that are not in order are not answered by itself", async (context) => {
  const { say, loads } = await alone(context);
  const refused = [
    "GET /v1/token HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    "GET /v1/token HTTP/1.0\r\n\r\n",
    "GET /v1/token HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nConnection: close\r\n\r\n",
    "GET http://a/v1/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "HEAD /v1/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST /v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  ];
  for (const text of refused) assert.equal(await say(text), "", text);
  assert.equal(loads(), 1);
  assert.match(await say("nonsense\r\n\r\n"), /^HTTP\/1\.1 400 [\s\S]*urn:c2cd:problem:invalid-request/);
});

test("whoever hangs up while the API is loaded is not served any more", async (context) => {
  const served: (string | undefined)[] = [];
  const routing = ({ url }: IncomingMessage, response: ServerResponse) => {
    served.push(url);
    response.end();
  };
  let loaded = (_: FastifyInstance) => {};
  const { say, path, broker } = await alone(
    context,
    new Promise((resolve) => {
      loaded = resolve;
    }),
  );
  const connected = once(broker.server, "connection");
  const client = connect(path);
  client.write(ask("/v1/events"));
  await once(broker.server, "request");
  const [connection] = await connected;
  client.destroy();
  await once(connection, "close");
  loaded({ routing } as Partial<FastifyInstance> as FastifyInstance);
  await say(ask("/v1/status"));
  assert.deepEqual(served, ["/v1/status"]);
});

test("closing ends what was never asked for more", async (context) => {
  const { say, server } = await alone(context);
  await say(ask("/v1/token"));
  await server.close();
});

test("whatever the answer is, it is the API's to the last header", async (context) => {
  const running = await start(context);
  const { backend } = running;
  const situations = {
    "a token": () => {
      backend.tokenAnswer = TOKEN;
    },
    "not paired": () => {
      backend.tokenAnswer = { type: "not-paired" };
    },
    unavailable: () => {
      backend.tokenAnswer = { type: "unavailable", retryAfter: 12.3, reason: "Out\u001b[2J of reach." };
    },
    "a bug": () => {
      backend.token = async () => {
        throw new Error("a bug");
      };
    },
  };
  for (const [name, arrange] of Object.entries(situations)) {
    arrange();
    const told = [];
    // The second has to be read by the API: a broker answers what is asked in one way alone.
    for (const path of ["/v1/token?minimum_life=60", "/v1/token?minimum_life=060&"]) {
      const before = running.log.length;
      const { status, headers, body } = await overSocket(running, path);
      const lines = running.log.slice(before).map((line) => {
        const { level, msg, err } = JSON.parse(line);
        return { level, msg, message: err.message };
      });
      told.push({ status, headers: { ...headers, date: "" }, body, lines });
    }
    assert.deepEqual(told[0], told[1], name);
  }
});
