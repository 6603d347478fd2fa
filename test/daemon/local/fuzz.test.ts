import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { Secret } from "../../../daemon/core/secret.ts";
import { assertNoSecret } from "../../support/canary.ts";
import { PAIRED } from "./fake-backend.ts";
import { overTcp, start } from "./harness.ts";

const RUNS = 600;

const PATHS = [
  "/",
  "/v1/status",
  "/v1/pair",
  "/v1/token",
  "/v1/token/refused",
  "/v1/qr.png",
  "/metrics",
] as const;
const HEADERS = [
  "Origin: http://evil.example",
  "Content-Length: 5",
  "Content-Length: -1",
  "Content-Length: 99999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Content-Type: application/json",
  "Content-Type: text/plain",
  "Connection: upgrade",
  "Upgrade: websocket",
  "Expect: 100-continue",
  "Range: bytes=0-",
  "If-None-Match: *",
  "Cookie: a=b",
  "Sec-Fetch-Site: cross-site",
  "Accept-Language: \xff;q=x,*",
  "X: \x01",
];

/** A request that is nearly one: its parts put together at random, then a few bytes of it changed. */
const requests = fc
  .tuple(
    fc.constantFrom(
      "GET",
      "GET",
      "GET",
      "POST",
      "POST",
      "HEAD",
      "OPTIONS",
      "TRACE",
      "CONNECT",
      "PUT",
      "get",
      "G\0T",
      "PRI",
    ),
    fc.oneof(
      fc.constantFrom(...PATHS),
      fc.constantFrom(
        "*",
        "http://localhost/v1/status",
        "//v1/token",
        "/v1/../v1/token",
        "/v1/token%00",
        "/%ff",
        "/%",
      ),
      fc.webPath(),
      fc.tuple(fc.constantFrom(...PATHS), fc.webQueryParameters()).map(([path, query]) => `${path}?${query}`),
    ),
    fc.constantFrom(
      "HTTP/1.1",
      "HTTP/1.1",
      "HTTP/1.1",
      "HTTP/1.0",
      "HTTP/2.0",
      "HTTP/1.1 ",
      "HTCPCP/1.0",
      "",
    ),
    fc.oneof(
      { arbitrary: fc.constant(["Host: localhost"]), weight: 4 },
      fc.constantFrom(["Host: evil.example"], ["Host: localhost", "Host: evil.example"], []),
    ),
    fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 }),
    fc.oneof(
      fc.constant(""),
      fc.json(),
      fc.constantFrom("5\r\nhello\r\n0\r\n\r\n", "ffffffffff\r\n", "token=x"),
    ),
    fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
    ),
    fc.oneof({ arbitrary: fc.constant("\r\n"), weight: 8 }, fc.constantFrom("\n", "\r")),
  )
  .map(([method, path, version, hosts, headers, body, changes, end]) => {
    const head = [`${method} ${path} ${version}`, ...hosts, ...headers, "Connection: close"].join(end);
    const bytes = Buffer.from(`${head}${end}${end}${body}`, "latin1");
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

test("any bytes on the port get an answer that is HTTP or a closed door, and change nothing", async (context) => {
  const running = await start(context, { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: false } });
  running.backend.become(PAIRED);
  running.backend.tokenAnswer = { type: "token", accessToken: new Secret("canary-token"), expiresIn: 60 };
  const answers = new Map<string, number>();
  const send = async (bytes: Buffer) => {
    const socket = connect(running.port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
    socket.end(bytes);
    await once(socket, "close");
    return Buffer.concat(chunks);
  };
  await fc.assert(
    fc.asyncProperty(requests, async (bytes) => {
      const answer = await send(bytes);
      assertNoSecret("the answer", answer);
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer.toString("latin1"))?.[1] ?? "closed";
      assert.ok(answer.length === 0 || status !== "closed", answer.toString("latin1"));
      assert.notEqual(status, "500");
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }),
    { numRuns: RUNS },
  );
  assert.deepEqual(running.backend.calls, []);
  assert.equal((await overTcp(running, "/v1/status")).status, 200);
  context.diagnostic(`${RUNS} fuzz cases: ${JSON.stringify(Object.fromEntries([...answers].sort()))}`);
});
