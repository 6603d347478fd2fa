import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { LookupFunction, Socket } from "node:net";
import { describe, test } from "node:test";
import type { FaultKind } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import {
  CLIENT_SECRET,
  client,
  expectFault,
  expectVerdict,
  httpServer,
  listen,
  promised,
  rawServer,
  readBody,
  TOKENS,
} from "./support.ts";

/** Where the answer is awaited in vain; everywhere else the product's own, so that a busy machine changes nothing. */
const SHORT = { connect: 5000, headers: 300, total: 6000 };
const SHORT_BODY = { connect: 5000, headers: 6000, total: 500 };
const OK = '{"status":"ok"}';

function head(status: string, ...headers: string[]): string {
  return `${[`HTTP/1.1 ${status}`, ...headers].join("\r\n")}\r\n\r\n`;
}

const JSON_TYPE = "content-type: application/json";

interface Case {
  readonly name: string;
  readonly kind: FaultKind;
  readonly detail: RegExp;
  readonly timeouts?: typeof SHORT;
  talk(socket: Socket): void;
}

const CASES: readonly Case[] = [
  {
    name: "swallows the request",
    kind: "timeout",
    detail: /^no answer within 0\.3 s$/,
    timeouts: SHORT,
    talk: () => {},
  },
  {
    name: "resets the connection",
    kind: "connect",
    detail: /ECONNRESET/,
    talk: (socket) => socket.resetAndDestroy(),
  },
  { name: "hangs up", kind: "connect", detail: /ECONNRESET/, talk: (socket) => socket.end() },
  {
    name: "hangs up in the middle of the headers",
    kind: "connect",
    detail: /ECONNRESET|HPE_/,
    talk: (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-ty"),
  },
  {
    name: "breaks off a body of known length",
    kind: "connect",
    detail: /ECONNRESET/,
    talk: (socket) => socket.end(`${head("200 OK", JSON_TYPE, "content-length: 90")}${OK}`),
  },
  {
    name: "breaks off a chunked body",
    kind: "connect",
    detail: /ECONNRESET/,
    talk: (socket) => socket.end(`${head("200 OK", JSON_TYPE, "transfer-encoding: chunked")}f\r\n${OK}\r\n`),
  },
  {
    name: "breaks off a body that ends with the connection",
    kind: "malformed",
    detail: /without a JSON object/,
    talk: (socket) => socket.end(`${head("200 OK", JSON_TYPE)}{"status":`),
  },
  {
    name: "trickles the body for ever",
    kind: "timeout",
    detail: /^no whole answer within 0\.5 s$/,
    timeouts: SHORT_BODY,
    talk(socket) {
      socket.write(head("200 OK", JSON_TYPE, "transfer-encoding: chunked"));
      const timer = setInterval(() => socket.write("1\r\n \r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    },
  },
  {
    name: "trickles the headers for ever",
    kind: "timeout",
    detail: /^no answer within 0\.3 s$/,
    timeouts: SHORT,
    talk(socket) {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("x: y\r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    },
  },
  {
    name: "announces a longer body than the limit",
    kind: "oversized",
    detail: /longer body/,
    talk: (socket) =>
      socket.end(`${head("200 OK", JSON_TYPE, "content-length: 65537")}"${"x".repeat(65_535)}"`),
  },
  {
    name: "sends chunks without end",
    kind: "oversized",
    detail: /longer body/,
    talk(socket) {
      socket.write(head("200 OK", JSON_TYPE, "transfer-encoding: chunked"));
      const more = () => {
        while (!socket.destroyed && socket.write(`1000\r\n${"x".repeat(4096)}\r\n`));
      };
      socket.on("drain", more);
      more();
    },
  },
  {
    name: "sends headers without end",
    kind: "oversized",
    detail: /headers/,
    talk: (socket) => socket.write(`HTTP/1.1 200 OK\r\n${`x: ${"y".repeat(1000)}\r\n`.repeat(200)}`),
  },
  {
    name: "speaks another protocol",
    kind: "malformed",
    detail: /not an HTTP answer \(HPE_/,
    talk: (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
  },
  {
    name: "sends invalid UTF-8",
    kind: "malformed",
    detail: /without a JSON object/,
    talk: (socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from(`${head("200 OK", JSON_TYPE)}{"status":"`),
          Buffer.of(0xff),
          Buffer.from('"}'),
        ]),
      ),
  },
  {
    name: "shows a portal's page, larger than the limit",
    kind: "captive-portal",
    detail: /^HTTP 200 OK with a web page/,
    talk: (socket) =>
      socket.end(`${head("200 OK", "content-type: text/html")}<html>${"x".repeat(100_000)}</html>`),
  },
  {
    name: "shows a portal's page that claims to be JSON",
    kind: "captive-portal",
    detail: /^HTTP 200 OK with a web page/,
    talk: (socket) => socket.end(`${head("200 OK", JSON_TYPE)}\n<!DOCTYPE html><title>Hotel</title>`),
  },
  {
    name: "fails with a page in Latin-1",
    kind: "server",
    detail: /^HTTP 502 Bad Gateway$/,
    talk: (socket) =>
      socket.end(
        Buffer.from(
          `${head("502 Bad Gateway", "content-type: text/html")}<h1>d\u00e9sol\u00e9</h1>`,
          "latin1",
        ),
      ),
  },
];

describe("a server that", () => {
  for (const { name, kind, detail, talk, ...options } of CASES)
    test(`${name} is a fault: ${kind}`, async () => {
      const frameio = client(await rawServer(talk), options);
      const fault = expectFault(await frameio.health());
      assert.equal(fault.kind, kind, fault.detail);
      assert.match(fault.detail, detail);
    });
});

test("answers of 1xx are read past", async () => {
  const tokens = JSON.stringify(TOKENS);
  const baseUrl = await rawServer((socket) =>
    socket.end(
      [
        head("100 Continue"),
        head("102 Processing"),
        head("103 Early Hints", "link: </style.css>; rel=preload"),
        head("200 OK", JSON_TYPE, `content-length: ${tokens.length}`),
        tokens,
      ].join(""),
    ),
  );
  assert.equal(expectVerdict(await client(baseUrl).refresh(new Secret("refresh-0"))).type, "refreshed");
});

test("nothing listens: connect", async () => {
  const server = createServer();
  const address = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const fault = expectFault(await client(`http://${address}`).health());
  assert.deepEqual(fault, {
    kind: "connect",
    detail: "the connection failed (ECONNREFUSED)",
    retryAfter: null,
  });
});

test("the body limit is 64 KiB, not one byte less", async () => {
  const body = `{"status":"ok"}${" ".repeat(64 * 1024 - 15)}`;
  const baseUrl = await httpServer((_, response) =>
    response.setHeader("content-type", "application/json").end(body),
  );
  assert.deepEqual(expectVerdict(await client(baseUrl).health()), { type: "reachable" });
});

for (const status of [301, 302, 303, 307, 308])
  test(`a ${status} is not followed, with what the request carries least of all`, async () => {
    const bodies: string[] = [];
    const elsewhere = await httpServer(async (request, response) => {
      bodies.push(await readBody(request));
      response.end("{}");
    });
    const baseUrl = await httpServer((request, response) => {
      request.resume();
      response.writeHead(status, { location: `${elsewhere}/login`, "content-type": "application/json" });
      response.end('{"error":"invalid_grant"}');
    });
    const frameio = client(baseUrl);
    for (const outcome of [
      await frameio.refresh(new Secret("refresh-0")),
      await frameio.device(new Secret("access-0")),
    ])
      assert.equal(expectFault(outcome).kind, "captive-portal");
    assert.deepEqual(bodies, []);
  });

describe("names", () => {
  function failing(code: string): LookupFunction {
    return (hostname, _, callback) => {
      const error: NodeJS.ErrnoException = new Error(`getaddrinfo ${code} ${hostname}`);
      callback(Object.assign(error, { code, syscall: "getaddrinfo" }), "", 0);
    };
  }

  for (const code of ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL"])
    test(`${code} is dns`, async () => {
      const frameio = client("https://api.frame.io", { lookup: failing(code) });
      assert.deepEqual(expectFault(await frameio.health()), {
        kind: "dns",
        detail: `the name did not resolve (${code})`,
        retryAfter: null,
      });
    });

  test("a lookup that hangs is a timeout, and callers share it until the network changes", async () => {
    let lookups = 0;
    const frameio = client("https://api.frame.io", {
      timeouts: SHORT,
      lookup() {
        lookups++;
      },
    });
    const [one, two] = await Promise.all([frameio.health(), frameio.device(new Secret("access-0"))]);
    assert.deepEqual([expectFault(one).kind, expectFault(two).kind], ["timeout", "timeout"]);
    assert.equal(expectFault(await frameio.health()).kind, "timeout");
    assert.equal(lookups, 1);
    frameio.reset([]);
    assert.equal(expectFault(await frameio.health()).kind, "timeout");
    assert.equal(lookups, 2);
  });

  test("a change of network fails a call that has no connection yet, at once", async () => {
    const { promise: asked, resolve: onAsked } = promised<void>();
    const frameio = client("https://api.frame.io", { lookup: () => onAsked() });
    const call = frameio.poll(new Secret("dev-code"));
    await asked;
    frameio.reset([]);
    assert.deepEqual(expectFault(await call), {
      kind: "connect",
      detail: "the connection failed (ENETDOWN)",
      retryAfter: null,
    });
  });

  test("the address family that answers is used", async () => {
    const address = await listen(
      createServer((_, response) => response.setHeader("content-type", "application/json").end(OK)),
      "::1",
    );
    const lookup: LookupFunction = (_, __, callback) =>
      callback(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ]);
    const port = address.slice(address.lastIndexOf(":"));
    const outcome = await client(`http://localhost${port}`, { lookup }).health();
    assert.deepEqual(expectVerdict(outcome), { type: "reachable" });
    assert.deepEqual(expectVerdict(await client(`http://${address}`).health()), { type: "reachable" });
  });
});

describe("connections", () => {
  async function counting() {
    let connections = 0;
    const server = createServer((_, response) =>
      response.setHeader("content-type", "application/json").end(OK),
    );
    const open = new Set<Socket>();
    server.on("connection", (socket) => {
      connections++;
      open.add(socket);
      socket.on("close", () => open.delete(socket));
    });
    const frameio = client(`http://${await listen(server)}`);
    return { frameio, open, count: () => connections };
  }

  test("calls that follow each other share one", async () => {
    const { frameio, count } = await counting();
    await frameio.health();
    await frameio.health();
    assert.equal(count(), 1);
  });

  test("a refresh, which spends its token, has one of its own", async () => {
    const { frameio, count } = await counting();
    await frameio.health();
    await frameio.poll(new Secret("dev-code"));
    assert.equal(count(), 1);
    await frameio.refresh(new Secret("refresh-0"));
    assert.equal(count(), 2);
  });

  test("nothing is sent again where one breaks under a request", async () => {
    const paths: (string | undefined)[] = [];
    const baseUrl = await httpServer((request, response) => {
      paths.push(request.url);
      if (paths.length === 1) response.setHeader("content-type", "application/json").end(OK);
      else request.socket.resetAndDestroy();
    });
    const frameio = client(baseUrl);
    await frameio.health();
    assert.equal(expectFault(await frameio.health()).kind, "connect");
    assert.deepEqual(paths, ["/health", "/health"]);
  });

  test("one that the server closed meanwhile is replaced", async () => {
    const { frameio, open, count } = await counting();
    await frameio.health();
    for (const socket of open) {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      await closed;
    }
    assert.equal((await frameio.health()).kind, "verdict");
    assert.equal(count(), 2);
  });

  test("reset drops the idle ones", async () => {
    const untouched = await counting();
    await untouched.frameio.health();
    const { frameio, open, count } = await counting();
    await frameio.health();
    const ends = [open, untouched.open].map(async ([idle], which) => {
      await new Promise((resolve) => idle?.once("close", resolve));
      return which;
    });
    frameio.reset([]);
    // The other one, which was idle before, would be the first where nothing but time ended them.
    assert.equal(await Promise.race(ends), 0);
    assert.equal((await frameio.health()).kind, "verdict");
    assert.equal(count(), 2);
  });

  /** A server that answers a refresh when it is told to. */
  async function refreshing() {
    const { promise: asked, resolve: onAsked } = promised<() => void>();
    const baseUrl = await httpServer((request, response) => {
      request.resume();
      response.setHeader("content-type", "application/json");
      onAsked(() => response.end('{"access_token":"a","refresh_token":"r","expires_in":28800}'));
    });
    const frameio = client(baseUrl);
    const call = frameio.refresh(new Secret("refresh-0"));
    return { frameio, call, answer: await asked };
  }

  test("reset leaves a refresh under way to its answer", async () => {
    const { frameio, call, answer } = await refreshing();
    frameio.reset(["192.0.2.1"]);
    answer();
    assert.equal(expectVerdict(await call).type, "refreshed");
  });

  test("reset ends at once what was sent from an address that is gone", async () => {
    const { frameio, call } = await refreshing();
    frameio.reset(["127.0.0.1"]);
    assert.equal(expectFault(await call).detail, "the connection failed (ENETDOWN)");
  });
});

describe("giving up", () => {
  const never: LookupFunction = () => {};

  for (const [where, options] of [
    ["while the server is silent", {}],
    ["while there is no connection yet", { lookup: never }],
  ] as const)
    test(`a caller is answered at once ${where}`, async () => {
      const observed: string[] = [];
      const baseUrl = (await rawServer(() => {})).replace("127.0.0.1", "localhost");
      const frameio = client(baseUrl, {
        ...("lookup" in options ? options : {}),
        observe: (_, outcome) => observed.push(outcome),
      });
      const giving = new AbortController();
      const call = frameio.poll(new Secret("dev-code"), giving.signal);
      const begun = performance.now();
      setImmediate(() => giving.abort());
      assert.equal(expectFault(await call).kind, "connect");
      assert.ok(performance.now() - begun < 5000);
      assert.deepEqual(observed, []);
    });

  test("a call that was given up before it began is not sent", async () => {
    let asked = 0;
    const baseUrl = await httpServer((_, response) => {
      asked++;
      response.end();
    });
    assert.equal(expectFault(await client(baseUrl).health(AbortSignal.abort())).kind, "connect");
    assert.equal(asked, 0);
  });

  test("close ends the calls under way and every later one", async () => {
    const { promise: reached, resolve: onReached } = promised<void>();
    const frameio = client(await rawServer(() => onReached()));
    const call = frameio.health();
    await reached;
    await frameio.close();
    assert.equal(expectFault(await call).detail, "given up by the daemon itself");
    assert.equal(expectFault(await frameio.health()).detail, "given up by the daemon itself");
  });
});

test("no fault names what was sent or received", async () => {
  const details: string[] = [];
  for (const { talk, ...options } of CASES) {
    const frameio = client(await rawServer(talk), options);
    const outcome = await frameio.refresh(new Secret("refresh-token-1"));
    details.push(JSON.stringify(outcome));
  }
  const all = details.join("\n");
  for (const secret of ["refresh-token-1", CLIENT_SECRET, "Hotel", "SSH", "status"])
    assert.ok(!all.includes(secret), secret);
});
