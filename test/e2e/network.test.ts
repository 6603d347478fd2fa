import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { ProblemCode } from "../../daemon/contract/problems.ts";
import { createAuthority, createSelfSigned } from "../simulator/certificates.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess } from "./daemon-process.ts";
import { canLay, HOST, Road } from "./road.ts";

const skip = canLay() ? false : "needs root and network namespaces";
const home = mkdtempSync(join(tmpdir(), "c2cd-network-"));
after(() => rmSync(home, { recursive: true }));
const day = 86_400_000;
const authority = createAuthority(join(home, "ca"));
const tls = authority.issue({ hosts: [HOST], from: new Date(Date.now() - day) });
const portal = createSelfSigned(join(home, "portal"), { hosts: ["portal.hotel.example"] });

/** What is promised for an interface that came up. */
const AT_ONCE_MS = 2_000;
/** The longest back-off of a poll, and the longest time for a connection, which may just have begun in vain. */
const BACKED_OFF_MS = 15_000 + 10_000 + AT_ONCE_MS;

/** How many times longer than on an idle machine the start of a program takes now, and at least one. */
function slowness(): number {
  const start = performance.now();
  spawnSync(process.execPath, ["--eval", "0"]);
  return Math.max(1, (performance.now() - start) / 100);
}

const table: string[] = [];
let roads = 0;

interface Scene {
  readonly road: Road;
  readonly simulator: Simulator;
  readonly port: number;
  /** Started by `start`. */
  readonly daemon: DaemonProcess;
  start(environment?: Readonly<Record<string, string>>): void;
  /** A code is on the screen, and what comes next needs a new connection. */
  awaiting(environment?: Readonly<Record<string, string>>): Promise<void>;
  says(code: ProblemCode): Promise<void>;
  /** How long it takes from `mend` to an answer of Frame.io. */
  recovers(mend: () => unknown, most: number): Promise<void>;
  cutConnections(): Promise<void>;
}

function scene(name: string, run: (scene: Scene) => Promise<void>, family: 4 | 6 = 4): void {
  test(name, async () => {
    const board = new Board();
    const road = new Road(roads++, family);
    let daemon: DaemonProcess | null = null;
    let simulator: Simulator | null = null;
    try {
      await road.lay();
      // Each process sees the tables of its own network there.
      mkdirSync(`${board.root}/proc`);
      symlinkSync("/proc/net", `${board.root}/proc/net`);
      const host = family === 4 ? road.server : road.server6;
      simulator = await startSimulator({ interval: 1, tls, host, publicUrl: "https://next.frame.io" });
      const frameio = simulator;
      const { port } = new URL(simulator.url);
      road.names = family === 4 ? { A: road.server } : { A: road.elsewhere, AAAA: road.server6 };
      const one: Scene = {
        road,
        simulator: frameio,
        port: Number(port),
        get daemon() {
          assert.ok(daemon !== null);
          return daemon;
        },
        start(environment = {}) {
          const settings = {
            "frameio.base_url": `https://${HOST}:${port}`,
            "frameio.ca_file": authority.certFile,
          };
          daemon = new DaemonProcess(board, frameio, settings, { environment, wrapper: road.wrapper });
        },
        async awaiting(environment = {}) {
          road.plug();
          one.start(environment);
          await one.daemon.until("a code", ({ pairing }) => pairing !== null);
        },
        async says(code) {
          await one.daemon.until(code, ({ health }) => health.some((problem) => problem.code === code));
        },
        async recovers(mend, most) {
          const answered = frameio.nextRequest(({ status }) => status !== null);
          const start = performance.now();
          await mend();
          await answered;
          const took = performance.now() - start;
          table.push(`${name.padEnd(62)} ${(took / 1000).toFixed(2).padStart(6)} s`);
          await one.daemon.until("nothing to complain about", ({ health }) => health.length === 0);
          assert.ok(took < most * slowness(), `recovered in ${Math.round(took)} ms\n${one.daemon.output}`);
        },
        async cutConnections() {
          await frameio.goOffline();
          await frameio.goOnline();
        },
      };
      await run(one);
    } finally {
      await (daemon as DaemonProcess | null)?.end("SIGKILL");
      await simulator?.close();
      road.remove();
      board.remove();
    }
  });
}

/** An HTTP proxy for CONNECT that leads to the simulator, or does as `badly` says while that is set. */
async function proxyOn(
  host: string,
): Promise<{ server: Server; url: string; behave: (badly: Badly | null) => void }> {
  let manner: Badly | null = null;
  const server = createServer((_, response) => response.end());
  server.on("connect", (request, socket: Socket) => {
    socket.on("error", () => {});
    if (manner !== null) return manner(socket);
    const { port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), host);
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://${host}:${port}`,
    behave: (badly) => {
      manner = badly;
    },
  };
}

type Badly = (socket: Socket) => void;

describe("the way to Frame.io", { skip, concurrency: 6 }, () => {
  scene("no link, at the start", async (one) => {
    one.start();
    const waiting = await one.daemon.until("no network", ({ state }) => state === "waiting-for-network");
    assert.equal(waiting.pairing, null);
    await one.says("no-network");
    await one.recovers(() => one.road.plug(), AT_ONCE_MS);
  });

  scene("no link, while a code is on the screen", async (one) => {
    await one.awaiting();
    const { pairing } = await one.daemon.snapshot();
    one.road.unplug();
    await one.says("no-network");
    await one.recovers(() => one.road.plug(), AT_ONCE_MS);
    assert.equal((await one.daemon.snapshot()).pairing?.user_code, pairing?.user_code);
  });

  scene("no link, for a refresh", async (one) => {
    await one.awaiting();
    one.simulator.approve();
    await one.daemon.until("paired", ({ state }) => state === "paired");
    const access_token = await one.daemon.accessToken();
    one.road.unplug();
    await one.daemon.ask("POST", "/v1/token/refused", { access_token });
    // One cause, one entry: the refresh that fails is not told beside it.
    await one.says("no-network");
    await one.recovers(() => one.road.plug(), AT_ONCE_MS);
    assert.equal((await one.daemon.snapshot()).state, "paired");
  });

  scene("an address, its gateway three seconds later", async (one) => {
    one.start();
    await one.says("no-network");
    one.road.plugIn();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await one.recovers(() => one.road.lead(), AT_ONCE_MS);
  });

  scene("another address in the middle of a request", async (one) => {
    await one.awaiting();
    one.simulator.faults.add({ call: "poll", fault: { type: "hang" }, count: 1 });
    await one.simulator.nextRequest(({ call, status }) => call === "poll" && status === null);
    await one.recovers(() => {
      one.road.unplug();
      one.road.plug(11);
    }, AT_ONCE_MS);
  });

  scene("a name server that is silent", async (one) => {
    const good = one.road.names;
    one.road.names = "silence";
    one.road.plug();
    one.start();
    await one.says("no-dns");
    await one.recovers(() => {
      one.road.names = good;
    }, BACKED_OFF_MS);
  });

  scene("a name server that fails", async (one) => {
    const good = one.road.names;
    await one.awaiting();
    one.road.names = "failure";
    await one.cutConnections();
    await one.says("no-dns");
    await one.recovers(() => {
      one.road.names = good;
    }, BACKED_OFF_MS);
  });

  scene("a name server that lies: nobody is there", async (one) => {
    const good = one.road.names;
    await one.awaiting();
    one.road.names = { A: one.road.elsewhere };
    await one.cutConnections();
    await one.says("server-unreachable");
    await one.recovers(() => {
      one.road.names = good;
    }, BACKED_OFF_MS);
  });

  scene("a name server that lies: a portal answers, with a certificate of its own", async (one) => {
    const server = createTlsServer(portal, (_, response) => response.end("<html>Sign in</html>"));
    await new Promise<void>((resolve) => server.listen(one.port, one.road.elsewhere, resolve));
    try {
      const good = one.road.names;
      await one.awaiting();
      one.road.names = { A: one.road.elsewhere };
      await one.cutConnections();
      await one.says("tls-refused");
      await one.recovers(() => {
        one.road.names = good;
      }, BACKED_OFF_MS);
    } finally {
      server.close();
    }
  });

  for (const [name, fault] of [
    ["a captive portal: 200 and a page", { type: "captive-portal" }],
    ["a captive portal: 302", { type: "redirect" }],
  ] as const)
    scene(name, async (one) => {
      await one.awaiting();
      one.simulator.faults.add({ call: "any", fault });
      await one.says("captive-portal");
      await one.recovers(() => one.simulator.faults.clear(), BACKED_OFF_MS);
    });

  scene(
    "IPv6 alone, while the name has a useless IPv4 address",
    async (one) => {
      one.start();
      await one.says("no-network");
      await one.recovers(() => one.road.plug6(), AT_ONCE_MS);
    },
    6,
  );

  scene("a link of 9600 bit/s: from the cable to the code", async (one) => {
    one.road.slow(9_600);
    one.start();
    await one.says("no-network");
    await one.recovers(() => one.road.plug(), BACKED_OFF_MS);
    await one.daemon.until("a code", ({ pairing }) => pairing !== null);
    one.simulator.approve();
    await one.daemon.until("paired", ({ state }) => state === "paired");
  });

  scene("a router that swallows every packet", async (one) => {
    await one.awaiting();
    one.road.swallow();
    await one.says("server-unreachable");
    await one.recovers(() => one.road.passOn(), BACKED_OFF_MS);
  });

  for (const [name, problem, badly] of [
    [
      "wants a password",
      "proxy-refused",
      (socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
    ],
    [
      "wants a sign-in",
      "captive-portal",
      (socket) => socket.end("HTTP/1.1 511 Network Authentication Required\r\n\r\n"),
    ],
    ["fails", "server-unreachable", (socket) => socket.destroy()],
    ["hangs", "server-unreachable", () => {}],
  ] as const satisfies readonly (readonly [string, ProblemCode, Badly])[])
    scene(`a proxy that ${name}`, async (one) => {
      const proxy = await proxyOn(one.road.server);
      try {
        await one.awaiting({ HTTPS_PROXY: proxy.url });
        proxy.behave(badly);
        await one.cutConnections();
        await one.says(problem);
        await one.recovers(() => proxy.behave(null), BACKED_OFF_MS);
      } finally {
        proxy.server.close();
      }
    });
});

test("how long each took from its end to an answer of Frame.io", { skip }, (t) => {
  for (const line of table) t.diagnostic(line);
});
