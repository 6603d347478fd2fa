import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, STATUS_CODES } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer as createTcpServer, type LookupFunction, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { FaultKind } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { FrameioOptions } from "../../../daemon/frameio/client.ts";
import { systemRoots } from "../../../daemon/frameio/root-files.ts";
import { RootsError, readRoots } from "../../../daemon/frameio/roots.ts";
import { type Certificate, createAuthority, createSelfSigned } from "../../simulator/certificates.ts";
import { startSimulator } from "../../simulator/simulator.ts";
import { CLIENT_SECRET, client, expectFault, expectVerdict, listen, promised, realClock } from "./support.ts";

const HOST = "api.frame.io";
/** The connection is awaited in vain. */
const SHORT = { connect: 300, headers: 10_000, total: 11_000 };

/** Every name is this machine. */
const lookup: LookupFunction = (_, __, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]);

const home = mkdtempSync(join(tmpdir(), "c2cd-tls-"));
after(() => rmSync(home, { recursive: true }));
const authority = createAuthority(home);
const roots = readRoots(authority.cert);

/** A certificate for that name, good from and until those years. */
function issue(host: string, from = 2020, until = 2049): Certificate {
  return authority.issue({ hosts: [host], from: new Date(`${from}-01-01`), to: new Date(`${until}-01-01`) });
}

/** An https server that says it is well; returns its port. */
async function tlsServer(pair: Certificate): Promise<string> {
  const server = createHttpsServer(pair, (request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json").end('{"status":"ok"}');
  });
  return portOf(await listen(server));
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(":") + 1);
}

function tlsClient(port: string, options: Partial<FrameioOptions> = {}) {
  return client(`https://${HOST}:${port}`, { lookup, roots, ...options });
}

interface Tunnel {
  readonly proxy: string;
  readonly connects: { readonly to: string; readonly authorization: string | undefined }[];
  readonly plain: Buffer[];
}

/** A proxy that leads every CONNECT to that port, or answers it in another way. */
async function proxying(port: string, answer?: (socket: Socket) => void): Promise<Tunnel> {
  const connects: Tunnel["connects"] = [];
  const plain: Buffer[] = [];
  const server = createHttpServer((_, response) => response.end());
  server.on("connect", (request, socket: Socket) => {
    connects.push({ to: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    socket.on("data", (chunk) => plain.push(chunk));
    socket.on("error", () => {});
    if (answer !== undefined) return answer(socket);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const onward = connect(Number(port), "127.0.0.1");
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  return { proxy: `http://${await listen(server)}`, connects, plain };
}

describe("certificates", () => {
  test("one that a given root signed is accepted", async () => {
    const port = await tlsServer(issue(HOST));
    assert.deepEqual(expectVerdict(await tlsClient(port).health()), { type: "reachable" });
  });

  test("one is shown on each connection: a TLS session that is resumed would show none", async () => {
    const resumed: boolean[] = [];
    const server = createHttpsServer(issue(HOST), (_, response) => {
      response.writeHead(200, { "content-type": "application/json", connection: "close" }).end("{}");
    });
    server.on("secureConnection", (socket) => resumed.push(socket.isSessionReused()));
    const frameio = tlsClient(portOf(await listen(server)));
    for (let call = 0; call < 2; call += 1) expectVerdict(await frameio.health());
    assert.deepEqual(resumed, [false, false]);
  });

  const CASES: readonly {
    name: string;
    pair: () => Certificate;
    wallTrusted: boolean;
    kind: FaultKind;
    code: string;
    roots?: readonly string[];
  }[] = [
    {
      name: "not yet valid, by a clock that is not to be trusted",
      pair: () => issue(HOST, 2048),
      wallTrusted: false,
      kind: "clock",
      code: "CERT_NOT_YET_VALID",
    },
    {
      name: "expired, by a clock that is not to be trusted",
      pair: () => issue(HOST, 2000, 2001),
      wallTrusted: false,
      kind: "clock",
      code: "CERT_HAS_EXPIRED",
    },
    {
      name: "not yet valid, by a clock that is right",
      pair: () => issue(HOST, 2048),
      wallTrusted: true,
      kind: "tls",
      code: "CERT_NOT_YET_VALID",
    },
    {
      name: "expired, by a clock that is right",
      pair: () => issue(HOST, 2000, 2001),
      wallTrusted: true,
      kind: "tls",
      code: "CERT_HAS_EXPIRED",
    },
    {
      name: "for another name, whatever the clock",
      pair: () => issue("portal.hotel.example"),
      wallTrusted: false,
      kind: "tls",
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    },
    {
      name: "signed by itself",
      pair: () => createSelfSigned(join(home, "self"), { hosts: [HOST] }),
      wallTrusted: false,
      kind: "tls",
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    },
    {
      name: "of an issuer that nobody knows",
      pair: () => issue(HOST),
      wallTrusted: false,
      kind: "tls",
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      roots: [],
    },
  ];
  for (const { name, pair, wallTrusted, kind, code, ...more } of CASES)
    test(`one that is ${name} is a fault: ${kind}`, async () => {
      const frameio = tlsClient(await tlsServer(pair()), { clock: realClock(wallTrusted), ...more });
      const fault = expectFault(await frameio.device(new Secret("access-0")));
      assert.equal(fault.kind, kind);
      assert.ok(fault.detail.includes(code), fault.detail);
      if (kind === "tls") assert.match(fault.detail, /something in between may be answering/);
    });
});

describe("the port", () => {
  for (const baseUrl of [`https://${HOST}`, `https://${HOST}:443`])
    test(`of ${baseUrl} is 443, also for a proxy`, async () => {
      const server = createHttpsServer(issue(HOST), (_, response) =>
        response.setHeader("content-type", "application/json").end('{"status":"ok"}'),
      );
      // An address of its own, where no other program has this port.
      const address = `127.${randomInt(1, 255)}.${randomInt(255)}.${randomInt(1, 255)}`;
      await listen(server, address, 443);
      const there: LookupFunction = (_, __, callback) => callback(null, [{ address, family: 4 }]);
      assert.equal((await client(baseUrl, { lookup: there, roots }).health()).kind, "verdict");
      const { proxy, connects } = await proxying("1");
      assert.equal((await client(baseUrl, { proxy }).health()).kind, "fault");
      assert.deepEqual(connects, [{ to: `${HOST}:443`, authorization: undefined }]);
    });
});

describe("instead of TLS", () => {
  test("plain HTTP is tls", async () => {
    const port = portOf(await listen(createHttpServer((_, response) => response.end("hello"))));
    const fault = expectFault(await tlsClient(port).health());
    assert.equal(fault.kind, "tls", fault.detail);
  });

  test("silence is a timeout of the connection", async () => {
    const port = portOf(await listen(createTcpServer(() => {})));
    assert.deepEqual(expectFault(await tlsClient(port, { timeouts: SHORT }).health()), {
      kind: "timeout",
      detail: "no connection within 0.3 s",
      retryAfter: null,
    });
  });

  test("a reset in the handshake is connect", async () => {
    const server = createTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
    assert.equal(expectFault(await tlsClient(portOf(await listen(server))).health()).kind, "connect");
  });
});

describe("whatever NODE_TLS_REJECT_UNAUTHORIZED says", () => {
  before(() => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  });
  after(() => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  });
  const impostor = () => createSelfSigned(join(home, "impostor"), { hosts: [HOST] });

  test("a server's certificate is checked", async () => {
    const frameio = tlsClient(await tlsServer(impostor()));
    assert.equal(expectFault(await frameio.health()).kind, "tls");
  });

  test("a proxy's certificate is checked, before it is told anything", async () => {
    const asked: string[] = [];
    const server = createHttpsServer(impostor());
    server.on("connect", (request, socket: Socket) => {
      asked.push(request.url ?? "");
      socket.destroy();
    });
    const proxy = `https://user:password@${HOST}:${portOf(await listen(server))}`;
    assert.equal(expectFault(await tlsClient("443", { proxy }).health()).kind, "tls");
    assert.deepEqual(asked, []);
  });
});

describe("the system's certificates", () => {
  /** A store as `systemRoots` gives it; what was read of it. */
  function store(...contents: (readonly string[] | null)[]) {
    const read: (readonly string[] | null)[] = [];
    return {
      read,
      systemRoots() {
        const found = contents.shift() ?? null;
        read.push(found);
        return found;
      },
    };
  }

  test("are not read where Node's own and ca_file do", async () => {
    const { read, systemRoots } = store(roots);
    const port = await tlsServer(issue(HOST));
    expectVerdict(await tlsClient(port, { systemRoots }).health());
    assert.deepEqual(read, []);
  });

  test("are read once where an issuer is unknown, and count from then on", async () => {
    const { read, systemRoots } = store(roots);
    const port = await tlsServer(issue(HOST));
    const frameio = tlsClient(port, { roots: [], systemRoots });
    expectVerdict(await frameio.health());
    frameio.reset([]);
    expectVerdict(await frameio.health());
    assert.deepEqual(read, [roots]);
  });

  test("count beside ca_file, and when they were changed", async () => {
    const other = readRoots(createAuthority(join(home, "elsewhere")).cert);
    const { read, systemRoots } = store(other, null, roots);
    const port = await tlsServer(issue(HOST));
    const frameio = tlsClient(port, { roots: other, systemRoots });
    assert.equal(expectFault(await frameio.health()).kind, "tls");
    assert.equal(expectFault(await frameio.health()).kind, "tls");
    expectVerdict(await frameio.health());
    assert.equal(read.length, 3);
  });

  test("are of no use against a wrong name or date", async () => {
    const { read, systemRoots } = store(roots);
    for (const pair of [issue("portal.hotel.example"), issue(HOST, 2000, 2001)])
      assert.equal(expectFault(await tlsClient(await tlsServer(pair), { systemRoots }).health()).kind, "tls");
    assert.deepEqual(read, []);
  });

  test("are those that update-ca-certificates(8) wrote last", () => {
    const root = mkdtempSync(join(home, "root-"));
    const file = join(root, "etc/ssl/certs/ca-certificates.crt");
    const found = systemRoots(root);
    assert.equal(found(), null);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, authority.cert);
    utimesSync(file, 1000, 1000);
    assert.deepEqual([found(), found()], [roots, null]);
    writeFileSync(file, `${authority.cert}\n${authority.cert}`);
    utimesSync(file, 1000, 2000);
    assert.deepEqual([found(), found()], [[...roots, ...roots], null]);
  });
});

describe("root certificates", () => {
  test("a bundle is taken apart, text between its certificates ignored", () => {
    const other = createAuthority(join(home, "other")).cert;
    assert.equal(readRoots(`# ours\n${authority.cert}\nsubject=/CN=x\n${other}`).length, 2);
  });

  test("what is no certificate is refused with its place", () => {
    assert.throws(() => readRoots("hello"), new RootsError("holds no PEM certificate"));
    const broken = authority.cert.replace(/\n[A-Za-z0-9+/]{64}\n/, "\n");
    assert.throws(
      () => readRoots(`${authority.cert}\n${broken}`),
      new RootsError("holds a certificate that can't be read (number 2)"),
    );
  });
});

describe("through a proxy", () => {
  test("the call goes in a tunnel that the proxy can't look into", async () => {
    const port = await tlsServer(issue(HOST));
    const { proxy, connects, plain } = await proxying(port);
    const frameio = tlsClient(port, { proxy: proxy.replace("//", "//user:p%40ss@") });
    assert.equal(expectVerdict(await frameio.heartbeat(new Secret("access-0"))).type, "accepted");
    assert.equal((await frameio.refresh(new Secret("refresh-0"))).kind, "fault");
    assert.deepEqual(connects[0], {
      to: `${HOST}:${port}`,
      authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
    });
    const seen = Buffer.concat(plain).toString("latin1");
    for (const secret of ["access-0", "refresh-0", CLIENT_SECRET]) assert.ok(!seen.includes(secret));
  });

  test("the status socket goes in a tunnel, too", async (context) => {
    const simulator = await startSimulator({ tls: issue(HOST) });
    context.after(() => simulator.close());
    const port = portOf(simulator.url);
    const { proxy, connects, plain } = await proxying(port);
    const frameio = tlsClient(port, { proxy, clientSecret: () => new Secret(simulator.secret) });
    const offered = expectVerdict(await frameio.requestCode());
    assert.ok(offered.type === "offered");
    simulator.approve();
    simulator.advance(offered.code.interval * 1000);
    const granted = expectVerdict(await frameio.poll(offered.code.deviceCode));
    assert.ok(granted.type === "granted");
    const joins = simulator.nextRequest(({ method }) => method === "phx_join");
    const leaving = new AbortController();
    const ids = simulator.devices().map(({ id }) => id);
    const deaf = { onJoined() {}, onStatus() {} };
    const stay = frameio.attend(granted.tokens.accessToken, ids, deaf, leaving.signal);
    assert.equal((await joins).status, 200);
    leaving.abort();
    await stay;
    assert.ok(connects.length >= 2);
    const seen = Buffer.concat(plain).toString("latin1");
    for (const secret of simulator.secrets()) assert.ok(!seen.includes(secret));
  });

  for (const [status, kind, detail] of [
    [302, "captive-portal", "the proxy wants a sign-in first (HTTP 302)"],
    [403, "connect", "the proxy refused to connect (HTTP 403)"],
    [407, "proxy", "the proxy wants other credentials (HTTP 407)"],
    [502, "connect", "the proxy refused to connect (HTTP 502)"],
    [511, "captive-portal", "the proxy wants a sign-in first (HTTP 511)"],
  ] as const)
    test(`a proxy that answers ${status} is ${kind}`, async () => {
      const { proxy } = await proxying("1", (socket) =>
        socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-length: 0\r\n\r\n`),
      );
      const fault = expectFault(await tlsClient("443", { proxy }).health());
      assert.deepEqual(fault, { kind, detail, retryAfter: null });
    });

  for (const [given, pair] of [
    ["user:pa%ss", "user:pa%ss"],
    ["user:p%40ss%", "user:p@ss%"],
    ["user:p%C3%A9%zz", "user:pé%zz"],
    [":token", ":token"],
    ["token", "token:"],
  ] as const)
    test(`${given}@ is sent as ${pair}`, async () => {
      const { proxy, connects } = await proxying("1", (socket) => socket.destroy());
      await tlsClient("443", { proxy: proxy.replace("//", `//${given}@`) }).health();
      assert.equal(connects[0]?.authorization, `Basic ${Buffer.from(pair).toString("base64")}`);
    });

  test("a CONNECT that is given up leaves no connection behind", { timeout: 60_000 }, async () => {
    const { promise: asked, resolve: onAsked } = promised<Socket>();
    const { proxy } = await proxying("1", onAsked);
    const giving = new AbortController();
    const call = tlsClient("443", { proxy }).health(giving.signal);
    const socket = await asked;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    giving.abort();
    expectFault(await call);
    await closed;
  });

  test("a proxy that swallows the request is a timeout", async () => {
    const { proxy } = await proxying("1", () => {});
    assert.equal(expectFault(await tlsClient("443", { proxy, timeouts: SHORT }).health()).kind, "timeout");
  });

  test("what fails before there is a tunnel is told of the proxy, and says nothing of Frame.io's name", async () => {
    const { proxy } = await proxying("1", (socket) => socket.end("SSH-2.0-x\r\n"));
    const nowhere: LookupFunction = (_name, _options, answer) =>
      answer(Object.assign(new Error(), { code: "ENOTFOUND" }), []);
    for (const [address, kind, detail] of [
      ["http://127.0.0.1:1", "connect", /^proxy: the connection failed \(ECONNREFUSED\)$/],
      ["http://nowhere.invalid:3128", "connect", /^proxy: the name did not resolve \(ENOTFOUND\)$/],
      [proxy, "malformed", /^proxy: not an HTTP answer \(HPE_\w+\)$/],
    ] as const) {
      const fault = expectFault(await tlsClient("443", { proxy: address, lookup: nowhere }).health());
      assert.equal(fault.kind, kind);
      assert.match(fault.detail, detail);
    }
  });

  test("a proxy that hangs up is connect, and is asked once", async () => {
    const { proxy, connects } = await proxying("1", (socket) => socket.destroy());
    const fault = expectFault(await tlsClient("443", { proxy }).health());
    assert.equal(fault.kind, "connect", fault.detail);
    assert.equal(connects.length, 1);
  });

  test("a proxy that speaks something else is malformed", async () => {
    const { proxy } = await proxying("1", (socket) => socket.end("220 mail.example ESMTP\r\n"));
    assert.equal(expectFault(await tlsClient("443", { proxy }).health()).kind, "malformed");
  });

  test("a proxy behind TLS is spoken to in TLS", async () => {
    const port = await tlsServer(issue(HOST));
    const server = createHttpsServer(issue("proxy.example"));
    server.on("connect", (_, socket: Socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const onward = connect(Number(port), "127.0.0.1");
      socket.on("close", () => onward.destroy()).on("error", () => {});
      socket.pipe(onward).pipe(socket);
    });
    const proxy = `https://proxy.example:${portOf(await listen(server))}`;
    assert.equal((await tlsClient(port, { proxy }).health()).kind, "verdict");
  });

  test("the deadline of the tunnel's set-up does not end a slow call in it", async () => {
    const server = createHttpsServer(issue(HOST), (_, response) => {
      setTimeout(() => response.setHeader("content-type", "application/json").end("{}"), 1300);
    });
    const port = portOf(await listen(server));
    const { proxy } = await proxying(port);
    assert.equal(
      (await tlsClient(port, { proxy, timeouts: { ...SHORT, connect: 1000 } }).health()).kind,
      "verdict",
    );
  });

  test("a proxy that is not there is connect", async () => {
    const server = createHttpServer();
    const proxy = `http://${await listen(server)}`;
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(expectFault(await tlsClient("443", { proxy }).health()), {
      kind: "connect",
      detail: "proxy: the connection failed (ECONNREFUSED)",
      retryAfter: null,
    });
  });

  test("a proxy that opens the tunnel itself is tls", async () => {
    const port = await tlsServer(issue("inspector.example"));
    const { proxy } = await proxying(port);
    assert.equal(expectFault(await tlsClient(port, { proxy }).health()).kind, "tls");
  });
});
