import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { createLogger } from "../../../daemon/core/log.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { createApp } from "../../../daemon/local/app.ts";
import { hostIsOwn, originIsOwn, ownNames } from "../../../daemon/local/guards.ts";
import { ApiProblem } from "../../../daemon/local/problems.ts";
import { AWAITING, PAIRED } from "./fake-backend.ts";
import { overSocket, overTcp, type Running, start } from "./harness.ts";

const ACTIONS = { http: { listen: "127.0.0.1:0", hosts: [], allow_actions: true } };
const FORM = "application/x-www-form-urlencoded";

function typeOf(body: string): string {
  return JSON.parse(body).type;
}

/** What the server says to these very bytes, until it hangs up. */
async function raw(running: Running, bytes: string): Promise<string> {
  const socket = connect(running.port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

/** The token that our own page puts into its forms. */
async function formToken(running: Running): Promise<string> {
  const { body } = await overTcp(running, "/");
  return /name="token" value="([^"]+)"/.exec(body)?.[1] ?? assert.fail("the page has no form");
}

test("a Host that is not this machine is refused, on every route", async (context) => {
  const running = await start(context, ACTIONS);
  const foreign = [
    "evil.example",
    "evil.example:8620",
    "recorder.evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.local",
    "[::1].evil.example",
    "localhost evil",
  ];
  for (const host of foreign)
    for (const path of ["/", "/page.js", "/v1/status", "/v1/events", "/v1/qr.svg", "/metrics", "/nothing"]) {
      const answer = await overTcp(running, path, { headers: { host } });
      assert.equal(answer.status, 421, `${host} ${path}`);
      assert.equal(typeOf(answer.body), "urn:c2cd:problem:host-refused");
      assert.doesNotMatch(answer.body, /user_code|ACME/);
    }
  const none = await raw(running, "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n");
  assert.match(none, /^HTTP\/1\.1 421 /);
  const posted = await overTcp(running, "/v1/pair", { method: "POST", headers: { host: "evil.example" } });
  assert.equal(posted.status, 421);
  assert.deepEqual(running.backend.calls, []);
});

test("what a terminal would obey is escaped in every answer, and reads the same", async (context) => {
  const running = await start(context);
  const name = "Film\u009b2J\u202e\u2028";
  running.backend.become({ ...PAIRED, project: { id: "1", name } });
  const status = (await overTcp(running, "/v1/status")).body;
  const problem = new ApiProblem("invalid-request", name).body();
  for (const body of [status, problem]) assert.doesNotMatch(body, /[\u0080-\u009f\u202e\u2028]/u);
  assert.equal(JSON.parse(status).project.name, name);
  assert.equal(JSON.parse(problem).detail, name);
});

test("a Host that is this machine is served", async (context) => {
  const running = await start(context);
  for (const host of [
    "127.0.0.1",
    "192.168.1.17:8620",
    "[::1]:8620",
    "[fe80::1]",
    "localhost",
    "LocalHost:1",
    "recorder",
    "recorder:8620",
    "Recorder.local",
    "recorder.local:8620",
    "recorder.local.",
    "localhost.:8620",
    "recorder-2.local:8620",
    "[fe80::1%25eth0]:8620",
  ])
    assert.equal((await overTcp(running, "/v1/status", { headers: { host } })).status, 200, host);
});

test("a Host that http.hosts names is served, and the refusal of any other names all that are", async (context) => {
  const http = {
    listen: "127.0.0.1:0",
    hosts: ["camera.lan", "Camera-Prod-7.example.net"],
    allow_actions: false,
  };
  const running = await start(context, { http });
  for (const host of ["camera.lan", "CAMERA.lan.:8620", "camera-prod-7.example.net:8620"])
    assert.equal((await overTcp(running, "/metrics", { headers: { host } })).status, 200, host);
  for (const host of ["lan", "x.camera.lan", "camera-2.lan", "camera.lan.evil.example"]) {
    const answer = await overTcp(running, "/metrics", { headers: { host } });
    assert.equal(answer.status, 421, host);
    assert.match(
      JSON.parse(answer.body).detail,
      /its address and to localhost, recorder, recorder\.local, camera\.lan, camera-prod-7\.example\.net;.*http\.hosts/,
    );
  }
});

test("a machine that is renamed answers to its new name, and no more to the old one", async (context) => {
  let name = "raspberrypi";
  const running = await start(context, { hostName: () => name });
  const status = async (host: string) => (await overTcp(running, "/v1/status", { headers: { host } })).status;
  assert.equal(await status("raspberrypi.local"), 200);
  name = "camera-b";
  for (const host of ["camera-b", "camera-b.local"]) assert.equal(await status(host), 200, host);
  assert.equal(await status("raspberrypi.local"), 421);
});

test("names and addresses, case by case", () => {
  const names = ownNames("Cam.studio.lan.", []);
  for (const host of ["cam.studio.lan:80", "cam.local", "cam.local.", "cam", "cam-3.local"])
    assert.ok(hostIsOwn(host, names), host);
  for (const host of [
    "studio.lan",
    "xcam.local",
    "cam-2",
    "cam-0.local",
    "cam-2.studio.lan",
    "cam-evil.local",
    "cam..",
    "1.2.3",
    "256.1.1.1",
    "[::1",
    "::1",
    "[cam]",
    "[%25eth0]",
    undefined,
  ])
    assert.ok(!hostIsOwn(host, names), `${host}`);
  assert.ok(!hostIsOwn(".local", ownNames("", [])));
  assert.ok(!hostIsOwn("-2.local", ownNames("", [])));
});

test("no foreign name is ever taken for the machine's own", (context) => {
  const runs = 2000;
  const names = ownNames("recorder", ["camera.lan"]);
  context.diagnostic(`${2 * runs} fuzz cases`);
  fc.assert(
    fc.property(fc.domain(), fc.option(fc.nat(65_535)), (domain, port) => {
      const header = port === null ? domain : `${domain}:${port}`;
      return !hostIsOwn(header, names) && !originIsOwn(`http://${header}`, "recorder:8620");
    }),
    { numRuns: runs },
  );
  fc.assert(
    fc.property(fc.string(), fc.string(), (host, origin) => {
      hostIsOwn(host, names);
      return !originIsOwn(origin, "recorder:8620");
    }),
    { numRuns: runs },
  );
});

test("an Origin other than the page's own is refused", async (context) => {
  const running = await start(context, ACTIONS);
  const host = `recorder.local:${running.port}`;
  for (const origin of [
    "http://evil.example",
    "null",
    "http://recorder.local",
    `http://recorder.local:${running.port}.evil.example`,
    `ftp://${host}`,
    `http://user@${host}`,
    "file://",
    "chrome-extension://abc",
    "",
    "http://",
  ])
    for (const method of ["GET", "POST"]) {
      const path = method === "GET" ? "/v1/status" : "/v1/pair";
      const answer = await overTcp(running, path, { method, headers: { host, origin } });
      assert.equal(answer.status, 403, `${method} ${origin}`);
      assert.equal(typeOf(answer.body), "urn:c2cd:problem:origin-refused");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
  assert.deepEqual(running.backend.calls, []);
  const own = { host, origin: `http://${host}` };
  assert.equal((await overTcp(running, "/v1/pair", { method: "POST", headers: own })).status, 202);
  const proxied = { host: "recorder.local", origin: "https://recorder.local" };
  assert.equal((await overTcp(running, "/v1/status", { headers: proxied })).status, 200);
});

test("the socket talks to no browser", async (context) => {
  const running = await start(context);
  running.backend.tokenAnswer = { type: "token", accessToken: new Secret("canary"), expiresIn: 60 };
  const answer = await overSocket(running, "/v1/token", { headers: { origin: "http://localhost" } });
  assert.equal(answer.status, 403);
  assert.doesNotMatch(answer.body, /canary/);
  const anyName = await overSocket(running, "/v1/token", { headers: { host: "c2cd" } });
  assert.equal(anyName.status, 200);
});

test("a form needs the page's token, and gets its page back", async (context) => {
  const running = await start(context, ACTIONS);
  running.backend.become(AWAITING);
  const post = (body: string, headers: Record<string, string> = {}) =>
    overTcp(running, "/v1/cancel", { method: "POST", headers: { "content-type": FORM, ...headers }, body });
  for (const body of ["", "token=", "token=x", "token=x&token=y", `token=${"x".repeat(43)}`]) {
    const answer = await post(body);
    assert.equal(answer.status, 403, body);
    assert.equal(typeOf(answer.body), "urn:c2cd:problem:forged-form");
  }
  const token = await formToken(running);
  for (const site of ["cross-site", "same-site", "none"])
    assert.equal((await post(`token=${token}`, { "sec-fetch-site": site })).status, 403, site);
  assert.deepEqual(running.backend.calls, []);

  const done = await post(`token=${token}`, { "sec-fetch-site": "same-origin" });
  assert.equal(done.status, 303);
  assert.equal(done.headers.location, "/");
  assert.deepEqual(running.backend.calls, ["cancel"]);
  const german = await post(`token=${token}&lang=${encodeURIComponent("de&x=//evil.example")}`);
  assert.equal(german.headers.location, "/?lang=de%26x%3D%2F%2Fevil.example");
});

test("other ways in which a foreign page can post are refused", async (context) => {
  const running = await start(context, ACTIONS);
  for (const type of ["text/plain", "multipart/form-data; boundary=x", "text/html"]) {
    const answer = await overTcp(running, "/v1/unpair", {
      method: "POST",
      headers: { "content-type": type },
      body: "x",
    });
    assert.equal(answer.status, 415, type);
    assert.equal(typeOf(answer.body), "urn:c2cd:problem:unsupported-media-type");
  }
  const fetched = await overTcp(running, "/v1/unpair", {
    method: "POST",
    headers: { "sec-fetch-site": "cross-site", "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(fetched.status, 403);
  assert.deepEqual(running.backend.calls, []);
});

test("where actions are off not even the page's token is told", async (context) => {
  const running = await start(context);
  running.backend.become(PAIRED);
  const { body } = await overTcp(running, "/?confirm=unpair");
  assert.doesNotMatch(body, /<form|name="token"/);
});

test("every answer on TCP carries the headers that keep browsers honest", async (context) => {
  const running = await start(context);
  running.backend.become(AWAITING);
  for (const path of [
    "/",
    "/page.js",
    "/v1/status",
    "/v1/qr.svg",
    "/v1/token",
    "/nothing",
    "/v1/qr.png?scale=x",
  ]) {
    const { headers } = await overTcp(running, path);
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; script-src 'self';/, path);
    assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/);
    assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe|\*|http:/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["referrer-policy"], "same-origin");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.equal(headers["cache-control"], path === "/page.js" ? "no-cache" : "no-store");
    assert.equal(headers["access-control-allow-origin"], undefined);
    assert.equal(headers["x-powered-by"], undefined);
  }
});

test("no path reaches the disk", async (context) => {
  const running = await start(context);
  for (const path of [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/page.js/../../../etc/passwd",
    "/page.js%00.html",
    "/page.css/",
    "//etc/passwd",
    "/.git/config",
    "/PAGE.JS",
    "/page.js\\..\\x",
    "/%",
    "/%ff%fe",
    "/v1/../v1/token",
    "/v1//token",
    "/v1/status/",
    `/${"a".repeat(4000)}`,
    "http://evil.example/",
    "*",
  ]) {
    const answer = await overTcp(running, path);
    assert.ok(answer.status === 400 || answer.status === 404, `${answer.status} for ${path}`);
    assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/, path);
    assert.doesNotMatch(answer.body, /root:|evil|passwd/);
  }
});

test("too much of anything is refused with its own problem", async (context) => {
  const running = await start(context, ACTIONS);
  const headers = await raw(running, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  assert.match(headers, /^HTTP\/1\.1 431 /);
  assert.match(headers, /urn:c2cd:problem:headers-too-large/);
  const url = await raw(running, `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  assert.match(url, /^HTTP\/1\.1 431 /);

  const json = { method: "POST", headers: { "content-type": "application/json" } };
  const body = await overSocket(running, "/v1/token/refused", {
    ...json,
    body: JSON.stringify({ access_token: "x".repeat(9_000) }),
  });
  assert.equal(body.status, 413);
  assert.equal(typeOf(body.body), "urn:c2cd:problem:body-too-large");
  const long = await overSocket(running, "/v1/token/refused", {
    ...json,
    body: JSON.stringify({ access_token: "x".repeat(5_000) }),
  });
  assert.equal(long.status, 400);
  const form = await overTcp(running, "/v1/pair", {
    method: "POST",
    headers: { "content-type": FORM },
    body: `token=${"x".repeat(9_000)}`,
  });
  assert.equal(form.status, 413);
  assert.deepEqual(running.backend.calls, []);
});

test("what is no HTTP gets a problem and the door", async (context) => {
  const running = await start(context);
  for (const bytes of [
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "GET / HTTP/9.9\r\n\r\n",
    "hello\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "POST /v1/pair HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "GET /v1/status HTTP/1.1\nHost : localhost\n\n",
  ])
    assert.match(await raw(running, bytes), /HTTP\/1\.1 400 /, JSON.stringify(bytes));
  assert.equal((await overTcp(running, "/v1/status")).status, 200);
});

test("headers or a body that arrive too slowly cost their sender the connection, and nobody else", async (context) => {
  const running = await start(context, ACTIONS);
  const slow = (head: string): Socket => {
    const socket = connect(running.port, "127.0.0.1").on("error", () => {});
    socket.write(head);
    const drip = setInterval(() => socket.write("x"), 200);
    socket.on("close", () => clearInterval(drip));
    context.after(() => socket.destroy());
    return socket.resume();
  };
  const begun = performance.now();
  const headers = Array.from({ length: 50 }, () => slow("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
  const bodies = Array.from({ length: 50 }, () =>
    slow(
      "POST /v1/pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n",
    ),
  );
  assert.equal((await overTcp(running, "/v1/status")).status, 200);
  await Promise.all([...headers, ...bodies].map((socket) => once(socket, "close")));
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds < 20, `held for ${seconds} s`);
  assert.deepEqual(running.backend.calls, []);
});

/** The server's end of a connection whose client says this, ends nothing and never reads. */
async function silentAfter(context: TestContext, said: string): Promise<Socket> {
  const app = createApp(
    { kind: "socket" },
    createLogger("fatal", "json", () => {}),
  );
  // The kernel's buffers take some megabytes of what nobody reads.
  app.get("/big", async (_, reply) => reply.type("text/plain").send("x".repeat(32 * 1024 * 1024)));
  await app.listen({ port: 0, host: "127.0.0.1" });
  context.after(() => app.close());
  const accepted = once(app.server, "connection");
  const { port } = app.server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
  context.after(() => socket.destroy());
  socket.pause().write(said);
  const [theirs] = (await accepted) as [Socket];
  return theirs;
}

test("who is refused has the whole connection ended, and not the server's half", {
  timeout: 45_000,
}, async (context) => {
  await once(await silentAfter(context, "hello\r\n\r\n"), "close");
});

test("an answer that its client does not read is given up", { timeout: 45_000 }, async (context) => {
  await once(await silentAfter(context, "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n"), "close");
});

test("a reader is told in no answer what only the daemon may know", async (context: TestContext) => {
  const running = await start(context, ACTIONS);
  running.backend.become(PAIRED);
  running.backend.tokenAnswer = { type: "token", accessToken: new Secret("canary-token"), expiresIn: 60 };
  await overSocket(running, "/v1/token");
  await overSocket(running, "/v1/token/refused", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"access_token":"canary-token","extra":"canary-token"}',
  });
  const { paths } = JSON.parse((await overTcp(running, "/v1/openapi.json")).body);
  for (const path of ["/", "/page.js", ...Object.keys(paths).filter((path) => path !== "/v1/events")])
    assert.doesNotMatch((await overTcp(running, path)).body, /canary/, path);
  assert.doesNotMatch(running.log.join(""), /canary/);
});
