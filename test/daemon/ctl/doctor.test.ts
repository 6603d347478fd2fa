/** c2cctl doctor as a process, on directories that stand in for a board, with real servers for Frame.io. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { checkExtraCertificates } from "../../../daemon/ctl/doctor/network.ts";
import { checkUnit, parseUnit } from "../../../daemon/ctl/doctor/unit.ts";
import { createAuthority } from "../../simulator/certificates.ts";
import { Program, TERMINAL } from "../../support/c2cctl.ts";
import { screenAfter } from "../../support/terminal-screen.ts";
import { IDLE, NO_SECRET, OFFLINE, PAIRED } from "../local/fake-backend.ts";
import { type Running, start } from "../local/harness.ts";
import { cannotMount, mountTmpfs, remount } from "../vault/mounts.ts";

const program = new Program();
const scratch = mkdtempSync(join(tmpdir(), "c2cd-doctor-"));
after(() => {
  program.remove();
  rmSync(scratch, { recursive: true });
});

const healthy: RequestListener = (request, response) =>
  response.writeHead(request.url === "/health" ? 200 : 404).end('{"status":"ok"}');

/** Stands in for https://api.frame.io; its address. */
async function frameio(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A board that lacks nothing. */
class Board {
  readonly root = mkdtempSync(join(scratch, "root-"));

  constructor() {
    this.write("/sys/firmware/devicetree/base/serial-number", "10000000a1b2c3d4\0");
    this.write("/run/systemd/timesync/synchronized", "");
    this.write("/etc/c2cd/c2cd.toml", "[identity]\n");
    this.write("/etc/credstore/c2cd.client_secret", "canary-client-secret", 0o600);
    this.write("/dev/fb0", "");
    mkdirSync(`${this.root}/var/lib/c2cd`, { recursive: true, mode: 0o700 });
    chmodSync(`${this.root}/var/lib/c2cd`, 0o700);
    this.write("/var/lib/c2cd/c2cd.db", "", 0o600);
  }

  write(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.root + path), { recursive: true });
    writeFileSync(this.root + path, content);
    chmodSync(this.root + path, mode);
  }
}

interface Report {
  readonly code: number | null;
  /** "warn: clock …" by the check's name; the last of two. */
  readonly lines: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Patient {
  readonly board?: Board;
  readonly daemon?: Running;
  readonly settings?: Readonly<Record<string, string>>;
}

async function examine({ board = new Board(), daemon, settings = {} }: Patient): Promise<Report> {
  const args = [
    "doctor",
    "--root",
    board.root,
    ...(daemon === undefined ? [] : ["--socket", daemon.socketPath]),
  ];
  // The daemon's own where it runs, whatever this shell has.
  if (daemon !== undefined) daemon.backend.variables = settings;
  const env = daemon === undefined ? settings : { C2CD_FRAMEIO_BASE_URL: "https://shell.invalid" };
  const { code, stdout, stderr } = await program.run(args, { env });
  assert.equal(stderr, "");
  const lines: Record<string, string> = {};
  const [report = "", sum = "", ...more] = stdout.trimEnd().split("\n\n");
  assert.deepEqual(more, []);
  for (const line of report.split("\n")) {
    const [, level, name, text] = /^(ok|warn|fail) +([a-z]+): (.*)$/.exec(line) ?? [];
    assert.ok(name !== undefined, `not a line of the report: ${line}`);
    lines[name] = `${level}: ${text}`;
  }
  const count = (level: string) => report.match(new RegExp(`^${level}`, "gm"))?.length ?? 0;
  const told = (level: RegExp) => Number(level.exec(sum)?.[1] ?? 0);
  assert.deepEqual([told(/(\d+) failed/), told(/(\d+) warning/)], [count("fail"), count("warn")], sum);
  assert.equal(sum === "all is well", count("fail") + count("warn") === 0);
  assert.equal(code, Object.values(lines).some((line) => line.startsWith("fail")) ? 1 : 0, stdout);
  return { code, lines, text: stdout };
}

/** The daemon as it is on the board above. */
async function daemonOf(t: TestContext): Promise<Running> {
  const daemon = await start(t);
  daemon.backend.become({
    ...PAIRED,
    version: "0.0.0-dev",
    device: { ...PAIRED.device, client_id: "10000000A1B2C3D4" },
  });
  return daemon;
}

describe("doctor", { timeout: 300_000 }, () => {
  it("finds nothing wrong where nothing is, and ends with 0", async (t) => {
    const url = await frameio(t, healthy);
    const board = new Board();
    const daemon = await daemonOf(t);
    const { code, lines } = await examine({ board, daemon, settings: { C2CD_FRAMEIO_BASE_URL: url } });
    assert.equal(code, 0);
    assert.deepEqual(
      Object.entries(lines).map(([name, line]) => [name, line.slice(0, 3)]),
      [
        "config",
        "daemon",
        "identity",
        "secret",
        "storage",
        "permissions",
        "interface",
        "dns",
        "api",
        "clock",
        "display",
        "authorization",
      ].map((name) => [name, "ok:"]),
    );
    assert.equal(lines.daemon, "ok: c2cd 0.0.0-dev answers, paired");
    assert.equal(lines.identity, "ok: 10000000A1B2C3D4, the board's serial number");
    assert.match(lines.api ?? "", /^ok: http:\/\/127\.0\.0\.1:\d+ answers in \d+ ms$/);
  });

  it("works while the daemon is down", async (t) => {
    const url = await frameio(t, healthy);
    const { code, lines, text } = await examine({ settings: { C2CD_FRAMEIO_BASE_URL: url } });
    assert.equal(code, 1);
    assert.match(lines.daemon ?? "", /^fail: c2cd is not running: .*; start it: systemctl start c2cd$/);
    assert.equal(lines.identity, "ok: would be 10000000A1B2C3D4, the board's serial number");
    assert.equal(lines.secret, "ok: systemd hands over the client_secret from /etc/credstore");
    assert.equal(lines.display, "ok: /dev/fb0");
    assert.equal(lines.authorization, undefined);
    assert.ok(!text.includes("canary"), "no secret");
  });

  it("prints JSON for programs", async (t) => {
    const url = await frameio(t, healthy);
    const { code, stdout } = await program.run(["doctor", "--json", "--root", new Board().root], {
      env: { C2CD_FRAMEIO_BASE_URL: url },
    });
    const report = JSON.parse(stdout);
    assert.deepEqual([code, report.ok], [1, false]);
    assert.deepEqual(report.checks[0], {
      name: "config",
      level: "ok",
      text: report.checks[0].text,
      action: null,
    });
    assert.deepEqual(
      report.checks
        .filter(({ level }: { level: string }) => level === "fail")
        .map(({ name }: { name: string }) => name),
      ["daemon"],
    );
  });

  it("repeats what the running daemon finds wrong, each where it belongs", async (t) => {
    const url = await frameio(t, healthy);
    const daemon = await daemonOf(t);
    const since = OFFLINE.since;
    daemon.backend.become({
      ...IDLE,
      health: [
        NO_SECRET,
        {
          code: "storage-failing",
          severity: "error",
          text: "The card is full.",
          action: "Make room.",
          detail: null,
          since,
        },
        {
          code: "clock-wrong",
          severity: "error",
          text: "It is 1970.",
          action: "Set the clock.",
          detail: null,
          since,
        },
        {
          code: "display-missing",
          severity: "warning",
          text: "The display is gone.",
          action: "Plug it in.",
          detail: null,
          since,
        },
        {
          code: "captive-portal",
          severity: "error",
          text: "A login page answers.",
          action: "Log in.",
          detail: null,
          since,
        },
        {
          code: "expiring-soon",
          severity: "warning",
          text: "It ends soon.",
          action: "Pair again.",
          detail: null,
          since,
        },
      ],
    });
    const { code, lines, text } = await examine({ daemon, settings: { C2CD_FRAMEIO_BASE_URL: url } });
    assert.equal(code, 1);
    assert.match(lines.daemon ?? "", /^warn: c2cd is 1\.2\.3 and c2cctl 0\.0\.0-dev; install both/);
    assert.equal(lines.storage, "fail: The card is full; Make room");
    assert.equal(lines.clock, "fail: It is 1970; Set the clock");
    assert.equal(lines.display, "warn: The display is gone; Plug it in");
    assert.equal(lines.portal, "fail: A login page answers; Log in");
    assert.equal(lines.authorization, "warn: It ends soon; Pair again");
    assert.match(text, /^warn authorization: not paired \(idle\); run: c2cctl pair$/m);
  });

  describe("names the link of the chain that fails", () => {
    const cases: readonly (readonly [string, RequestListener, string, RegExp])[] = [
      [
        "a login page",
        (_, response) => response.writeHead(302, { location: "http://login.example/" }).end(),
        "portal",
        /^fail: the network answers in Frame\.io's place: .*; log in to it with a browser/,
      ],
      [
        "a web page",
        (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
        "portal",
        /^fail: /,
      ],
      [
        "trouble at Frame.io",
        (_, response) => response.writeHead(503).end(),
        "api",
        /^warn: .*; wait: the trouble is at/,
      ],
      [
        "no JSON",
        (_, response) => response.writeHead(200).end("{"),
        "api",
        /^fail: .*; check frameio\.base_url/,
      ],
      [
        "an end without an answer",
        (request) => request.socket.destroy(),
        "api",
        /^fail: .*, port \d+, through the firewall$/,
      ],
    ];
    for (const [what, listener, name, expected] of cases)
      it(what, async (t) => {
        const url = await frameio(t, listener);
        const { lines } = await examine({ settings: { C2CD_FRAMEIO_BASE_URL: url } });
        assert.match(lines[name] ?? "", expected);
      });

    it("a name that does not resolve", async () => {
      const { lines } = await examine({ settings: { C2CD_FRAMEIO_BASE_URL: "https://frameio.invalid" } });
      assert.match(
        lines.dns ?? "",
        /^fail: the name frameio\.invalid does not resolve \(E\w+\); check the name server/,
      );
      assert.equal(lines.api, undefined, "not asked in vain");
    });

    it("a proxy, whose name is looked up instead", async () => {
      const { lines } = await examine({
        settings: {
          C2CD_FRAMEIO_BASE_URL: "https://frameio.invalid",
          HTTPS_PROXY: "http://user:canary@127.0.0.1:9",
        },
      });
      assert.equal(lines.proxy, "ok: by HTTPS_PROXY, frameio.invalid is reached through 127.0.0.1:9");
      assert.equal(lines.dns, "ok: not needed: 127.0.0.1 is an address");
      assert.equal(
        lines.api,
        "fail: https://frameio.invalid: proxy: the connection failed (ECONNREFUSED); let this device reach the proxy 127.0.0.1:9, and that one frameio.invalid, port 443",
      );
      const wrong = await examine({
        settings: { C2CD_FRAMEIO_BASE_URL: "https://frameio.invalid", HTTPS_PROXY: "socks5://x" },
      });
      assert.match(wrong.lines.proxy ?? "", /^fail: HTTPS_PROXY must be/);
    });

    it("a proxy that only the daemon knows, with its credentials kept to itself", async (t) => {
      const signIns: (string | undefined)[] = [];
      const proxy = createServer().on("connect", ({ headers }, socket) => {
        signIns.push(headers["proxy-authorization"]);
        socket.on("error", () => {});
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      });
      proxy.listen(0, "127.0.0.1");
      await once(proxy, "listening");
      t.after(() => proxy.close());
      const host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const base = { C2CD_FRAMEIO_BASE_URL: "https://frameio.invalid" };
      const daemon = await daemonOf(t);
      const left = await examine({ daemon, settings: { ...base, HTTPS_PROXY: `http://***@${host}` } });
      assert.equal(left.lines.proxy, `ok: by HTTPS_PROXY, frameio.invalid is reached through ${host}`);
      assert.equal(left.lines.api, `ok: left to c2cd, which does not tell its credentials for ${host}`);

      assert.deepEqual(signIns, [undefined], "what stands for them is not sent");

      const none = await examine({ daemon, settings: { ...base, HTTPS_PROXY: `http://${host}` } });
      assert.match(
        none.lines.proxy ?? "",
        /^fail: .*\(HTTP 407\); put user name and password into HTTPS_PROXY/,
      );
    });

    it("no way out of the local network", async () => {
      const board = new Board();
      board.write("/proc/net/route", "Iface\tDestination\tGateway\neth0\t0002A8C0\t00000000\n");
      const { lines } = await examine({
        board,
        settings: { C2CD_FRAMEIO_BASE_URL: "https://frameio.invalid" },
      });
      assert.match(
        lines.interface ?? "",
        /^fail: (there is no default route|no network interface has an address); /,
      );
    });

    describe("a certificate that nobody trusts", () => {
      let authority: ReturnType<typeof createAuthority>;
      before(() => {
        authority = createAuthority(mkdtempSync(join(scratch, "ca-")));
      });

      it("fails, and is good with frameio.ca_file", async (t) => {
        const { cert, key } = authority.issue();
        let told: string | null = null;
        const server = createTlsServer({ cert, key }, (request, response) => {
          if (told !== null) response.setHeader("date", told);
          healthy(request, response);
        }).listen(0, "127.0.0.1");
        await once(server, "listening");
        t.after(() => server.close());
        const settings = {
          C2CD_FRAMEIO_BASE_URL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
        };
        const untrusted = await examine({ settings });
        assert.match(untrusted.lines.tls ?? "", /^fail: .*certificate.*; .*frameio\.ca_file$/);
        const { stdout } = await program.run(["doctor", "--root", new Board().root], {
          env: { ...settings, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
        });
        assert.match(stdout, /^fail tls: .*certificate/m);
        assert.equal(untrusted.lines.api, undefined);

        const caFile = join(scratch, "ca.pem");
        writeFileSync(caFile, authority.cert);
        const trusted = await examine({ settings: { ...settings, C2CD_FRAMEIO_CA_FILE: caFile } });
        assert.deepEqual(
          [trusted.lines.tls, trusted.lines.api?.slice(0, 3)],
          ["ok: the certificate is good", "ok:"],
        );

        const board = new Board();
        rmSync(`${board.root}/run/systemd`, { recursive: true });
        const confirmed = await examine({ board, settings: { ...settings, C2CD_FRAMEIO_CA_FILE: caFile } });
        assert.match(confirmed.lines.clock ?? "", /^ok: .*, confirmed by Frame\.io, /);
        told = new Date(Date.now() - 86_400_000).toUTCString();
        const denied = await examine({ settings: { ...settings, C2CD_FRAMEIO_CA_FILE: caFile } });
        assert.match(denied.lines.clock ?? "", /^warn: .*, which neither Frame\.io nor /);

        const broken = await examine({ settings: { ...settings, C2CD_FRAMEIO_CA_FILE: "/nowhere.pem" } });
        assert.match(
          broken.lines.tls ?? "",
          /^fail: frameio\.ca_file \/nowhere\.pem can't be read \(ENOENT\)/,
        );
      });

      it("is told by its date where that is what is wrong", async (t) => {
        const { cert, key } = authority.issue({ to: new Date(Date.now() - 1_000) });
        const server = createTlsServer({ cert, key }, healthy).listen(0, "127.0.0.1");
        await once(server, "listening");
        t.after(() => server.close());
        const caFile = join(scratch, "dated.pem");
        writeFileSync(caFile, authority.cert);
        const { lines } = await examine({
          settings: {
            C2CD_FRAMEIO_BASE_URL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
            C2CD_FRAMEIO_CA_FILE: caFile,
          },
        });
        assert.match(
          lines.tls ?? "",
          /^fail: .*CERT_HAS_EXPIRED.*; set the clock right where it is wrong, see clock; /,
        );
      });
    });
  });

  describe("finds what is wrong with files", () => {
    let settings: Readonly<Record<string, string>>;
    // Nobody listens there: the API is not what these are about.
    before(() => {
      settings = { C2CD_FRAMEIO_BASE_URL: "http://127.0.0.1:9" };
    });

    const cases: readonly (readonly [string, (board: Board) => void, string, RegExp])[] = [
      [
        "a mistake in the configuration",
        (board) => board.write("/etc/c2cd/c2cd.toml", '[display]\ndirver = "png"\n'),
        "config",
        /^fail: .*c2cd\.toml:2: .*did you mean .*driver/,
      ],
      [
        "no configuration",
        (board) => rmSync(`${board.root}/etc/c2cd`, { recursive: true }),
        "config",
        /^ok: no .*c2cd\.toml: the defaults stand, but for C2CD_FRAMEIO_BASE_URL$/,
      ],
      [
        "a configuration that everybody may write",
        (board) => chmodSync(`${board.root}/etc/c2cd/c2cd.toml`, 0o666),
        "permissions",
        /^fail: .*c2cd\.toml can be changed by others \(0666\); run: chmod 644/,
      ],
      [
        "no secret",
        (board) => rmSync(`${board.root}/etc/credstore`, { recursive: true }),
        "secret",
        /^fail: no client_secret is configured; give it the one that you have from Frame\.io: sudo c2cd-provision$/,
      ],
      [
        "a state directory that others may enter",
        (board) => chmodSync(`${board.root}/var/lib/c2cd`, 0o755),
        "storage",
        /^fail: .*\/var\/lib\/c2cd is open to others \(0755\); run: chmod 700/,
      ],
      [
        "a store that others may read",
        (board) => chmodSync(`${board.root}/var/lib/c2cd/c2cd.db`, 0o640),
        "storage",
        /^fail: .*c2cd\.db is open to others \(0640\); run: chmod 600/,
      ],
      [
        "no state directory",
        (board) => rmSync(`${board.root}/var/lib/c2cd`, { recursive: true }),
        "storage",
        /^warn: there is no .*\/var\/lib\/c2cd yet; it is made when c2cd starts/,
      ],
      [
        "a file for a state directory",
        (board) => {
          rmSync(`${board.root}/var/lib/c2cd`, { recursive: true });
          board.write("/var/lib/c2cd", "");
        },
        "storage",
        /^fail: .* is no directory; move it away/,
      ],
      [
        "a clock that nobody sets",
        (board) => rmSync(`${board.root}/run/systemd`, { recursive: true }),
        "clock",
        /^warn: \d{4}-\d\d-\d\dT[\d:]+Z, which neither Frame\.io nor NTP nor a real-time clock confirms; /,
      ],
      [
        "no screen",
        (board) => rmSync(`${board.root}/dev/fb0`),
        "display",
        /^warn: there is no framebuffer and no graphics card; plug a screen in/,
      ],
      [
        "a graphics card without a framebuffer",
        (board) => {
          rmSync(`${board.root}/dev/fb0`);
          board.write("/dev/dri/card1", "");
          board.write("/dev/dri/renderD128", "");
        },
        "display",
        /^ok: \/dev\/dri\/card1$/,
      ],
      [
        "a board without a serial number",
        (board) => board.write("/sys/firmware/devicetree/base/serial-number", "0000000000000000\0"),
        "identity",
        /^warn: there is neither a usable serial number nor a machine-id \(no serial number, but a placeholder in \/sys\/firmware\/devicetree\/base\/serial-number\); /,
      ],
    ];
    for (const [what, spoil, name, expected] of cases)
      it(what, async () => {
        const board = new Board();
        spoil(board);
        const { lines } = await examine({
          board,
          settings: { ...settings, HTTPS_PROXY: "http://127.0.0.1:9" },
        });
        assert.match(lines[name] ?? "", expected);
      });

    it("a secret file: readable by others, empty, missing", async () => {
      const file = join(scratch, "client_secret");
      const secretOf = async () =>
        (await examine({ settings: { ...settings, C2CD_FRAMEIO_CLIENT_SECRET_FILE: file } })).lines.secret ??
        "";
      assert.match(await secretOf(), /^fail: .*client_secret does not exist; put the client_secret there$/);
      writeFileSync(file, "canary-client-secret", { mode: 0o644 });
      assert.match(await secretOf(), /^fail: .*can be read by others; run: chmod 600 /);
      chmodSync(file, 0o600);
      assert.equal(await secretOf(), `ok: the client_secret is in ${file}`);
      writeFileSync(file, "");
      assert.match(await secretOf(), /^fail: .*is empty; put the client_secret there$/);
    });

    it("a control socket for everybody", async (t) => {
      const daemon = await daemonOf(t);
      chmodSync(daemon.socketPath, 0o666);
      const { lines } = await examine({ daemon, settings });
      assert.match(
        lines.permissions ?? "",
        /^fail: whoever is on this device can get tokens from .*\(0666\)/,
      );
    });

    it("a display that has not the room for all the white around a code", async (t) => {
      const daemon = await daemonOf(t);
      const seen = async (qr_module: number | null, qr_quiet: number | null) => {
        daemon.backend.become({ ...IDLE, display: { ...IDLE.display, qr_module, qr_quiet } });
        return (await examine({ daemon, settings })).lines.display ?? "";
      };
      assert.match(
        await seen(2, 7),
        /^warn: .*the QR code has 3\.5 modules of white around it .*want 4; try it/,
      );
      for (const [module, quiet] of [
        [2, 8],
        [null, null],
      ] as const)
        assert.match(await seen(module, quiet), /^ok: /);
    });

    it("a device without a display, and how others get to see its page", async (t) => {
      const daemon = await daemonOf(t);
      daemon.backend.become({ ...IDLE, display: { ...IDLE.display, driver: "none", width: null } });
      for (const given of ["auto", "none"]) {
        const display = async (listen: string) => {
          const env = { ...settings, C2CD_DISPLAY_DRIVER: given, C2CD_HTTP_LISTEN: listen };
          return (await examine({ daemon, settings: env })).lines.display ?? "";
        };
        for (const listen of ["127.0.0.1:8620", ""])
          assert.match(await display(listen), /the page once http\.listen puts it on the network/, listen);
        assert.match(await display("0.0.0.0:8620"), /; the page and c2cctl show the code$/);
      }
    });

    it("a button and a display that are configured and not there", async () => {
      const { lines } = await examine({
        settings: { ...settings, C2CD_BUTTONS_DEVICE: "/dev/input/event7", C2CD_DISPLAY_DEVICE: "/dev/fb7" },
      });
      assert.match(lines.button ?? "", /^fail: .*\/dev\/input\/event7 is no input device or GPIO chip; /);
      assert.match(lines.display ?? "", /^fail: there is no \/dev\/fb7; /);
    });

    it("an identity that the board does not have", async () => {
      const board = new Board();
      board.write("/sys/firmware/devicetree/base/serial-number", "");
      const { lines } = await examine({
        board,
        settings: { ...settings, C2CD_IDENTITY_SOURCE: "board-serial" },
      });
      assert.match(
        lines.identity ?? "",
        /^fail: identity\.source is "board-serial" and this board has no usable/,
      );
    });
  });

  it("shows a person what it is trying, and ends by Ctrl-C without a verdict", async (t) => {
    const asked: unknown[] = [];
    const url = await frameio(t, (request) => asked.push(request));
    const { code, stdout } = await program.run(["doctor", "--root", new Board().root], {
      terminal: TERMINAL,
      env: { C2CD_FRAMEIO_BASE_URL: url, NO_COLOR: "1" },
      onOutput: (text, child) => text.endsWith("…    api") && child.stdin?.write("\u0003"),
    });
    assert.equal(code, 130);
    const screen = (await screenAfter(stdout, 200)).filter((line) => line !== "");
    assert.match(screen.at(-2) ?? "", /^ok {3}dns: /);
    assert.match(screen.at(-1) ?? "", /c2cctl: interrupted$/);
    assert.ok(!screen.some((line) => line.startsWith("…")));
  });

  it("sees a store on a file system that has become read-only", { skip: cannotMount() }, async (t) => {
    const board = new Board();
    mountTmpfs(t, `${board.root}/var/lib/c2cd`, "64m");
    remount(`${board.root}/var/lib/c2cd`, "ro");
    const { lines } = await examine({ board, settings: { C2CD_FRAMEIO_BASE_URL: "http://127.0.0.1:9" } });
    assert.match(
      lines.storage ?? "",
      /^fail: .*\/var\/lib\/c2cd is on a file system that takes no writes; see why: dmesg; /,
    );
  });

  it("says what it may not look at, and goes on", async () => {
    const board = new Board();
    const closed = ["/etc/c2cd", "/var/lib/c2cd", "/etc/credstore", "/run/systemd"];
    // Root sees everything, so another user has to look.
    const asRoot = process.getuid?.() === 0;
    for (const path of closed) chmodSync(board.root + path, asRoot ? 0o700 : 0);
    for (const path of [scratch, board.root]) chmodSync(path, 0o755);
    const { code, stdout, stderr } = await program.run(["doctor", "--root", board.root], {
      env: { HTTPS_PROXY: "http://127.0.0.1:9" },
      ...(asRoot ? { uid: 65_534 } : {}),
    });
    for (const path of closed) chmodSync(board.root + path, 0o755);
    assert.deepEqual([code, stderr], [1, ""]);
    assert.match(
      stdout,
      /^warn config: .* may not be looked at; run c2cctl doctor as root to see it; the checks below/m,
    );
    assert.match(stdout, /^warn secret: \/etc\/credstore may not be looked at; run c2cctl doctor as root/m);
    assert.match(stdout, /^warn storage: .* may not be looked at; run c2cctl doctor as root/m);
    assert.match(stdout, /^warn clock: /m);
    assert.match(stdout, /^ok {3}display: /m);
  });

  it("sees the signs of a card that was moved or copied", async (t) => {
    const settings = { C2CD_FRAMEIO_BASE_URL: "http://127.0.0.1:9" };
    const daemon = await daemonOf(t);
    const device = { ...PAIRED.device, client_id: "10000000E63B0D94" };
    daemon.backend.become({ ...PAIRED, device });
    const moved = await examine({ daemon, settings });
    assert.match(
      moved.lines.identity ?? "",
      /^warn: 10000000E63B0D94, the board's serial number; but this board's is 10000000A1B2C3D4; restart c2cd/,
    );

    const board = new Board();
    board.write("/sys/firmware/devicetree/base/serial-number", "");
    board.write("/etc/machine-id", "7f3b0c62d5e94a1b8c0d2e6f9a1b3c5d\n");
    for (const client_id of ["X-9C591AAED77C40FFA06150DDD584A2C8", "X-0RAGVQAR98P8"]) {
      daemon.backend.become({ ...PAIRED, device: { ...device, client_id, source: "machine-id" } });
      const { lines } = await examine({ board, daemon, settings });
      assert.equal(lines.identity, `ok: ${client_id}, made from the machine-id`, "as 0.1 made it, and since");
    }
    board.write("/etc/machine-id", "0d5e94a1b8c0d2e6f9a1b3c5d7f3b0c6\n");
    assert.match(
      (await examine({ board, daemon, settings })).lines.identity ?? "",
      /^warn: .*not of the machine-id that this system has now; if this card is a copy/,
    );
    daemon.backend.become({ ...PAIRED, device: { ...device, source: "generated" } });
    assert.match(
      (await examine({ board, daemon, settings })).lines.identity ?? "",
      /^warn: .*; never copy this card/,
    );
  });

  it("knows a number that other boards have, and one that is disputed", async (t) => {
    const settings = { C2CD_FRAMEIO_BASE_URL: "http://127.0.0.1:9" };
    const daemon = await daemonOf(t);
    const board = new Board();
    board.write("/sys/firmware/devicetree/base/serial-number", "c3d9b8674f4b94f6\0");
    board.write("/proc/cpuinfo", "Serial\t\t: 4a1be3cc7d90f1a2\n");
    const became = async (client_id: string) => {
      daemon.backend.become({ ...PAIRED, device: { ...PAIRED.device, client_id } });
      return (await examine({ board, daemon, settings })).lines.identity;
    };
    assert.equal(
      await became("C3D9B8674F4B94F6"),
      "warn: C3D9B8674F4B94F6, the board's serial number; but other boards have that number as well, and Frame.io takes two of them for one device; run: c2cctl unpair; restart c2cd and pair: it is 4A1BE3CC7D90F1A2 then",
    );
    assert.equal(await became("4A1BE3CC7D90F1A2"), "ok: 4A1BE3CC7D90F1A2, the board's serial number");
    board.write("/sys/class/dmi/id/board_serial", "2\n");
    assert.equal(
      await became("4A1BE3CC7D90F1A2"),
      "ok: 4A1BE3CC7D90F1A2, the board's serial number",
      "which ends as something refused does",
    );
    board.write("/sys/firmware/devicetree/base/serial-number", "24021735\0");
    assert.equal(
      await became("4A1BE3CC7D90F1A2"),
      "ok: 4A1BE3CC7D90F1A2, the board's serial number (the device tree says 24021735, which a boot loader put there)",
    );
  });
});

it("warns of certificates that Node.js 20 reads at each start", () => {
  const set = { NODE_EXTRA_CA_CERTS: "/etc/ssl/corp.pem" };
  const [check] = checkExtraCertificates(set, "20.19.6");
  assert.equal(check?.level, "warn");
  assert.match(check?.text ?? "", /NODE_EXTRA_CA_CERTS .*20\.19\.6 read \/etc\/ssl\/corp\.pem at each start/);
  assert.match(check?.action ?? "", /update-ca-certificates or frameio\.ca_file/);
  assert.deepEqual(checkExtraCertificates(set, "24.1.0"), []);
  assert.deepEqual(checkExtraCertificates({}, "20.19.6"), []);
  assert.deepEqual(checkExtraCertificates({ NODE_EXTRA_CA_CERTS: "" }, "20.19.6"), []);
});

describe("the unit", { timeout: 300_000 }, () => {
  const GOOD = `LoadState=loaded
ActiveState=active
SubState=running
Result=success
ExecMainStatus=0
UnitFileState=enabled
NRestarts=0
User=c2cd
LimitCORE=0
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
RestrictSUIDSGID=yes
LockPersonality=yes
`;
  const judged = (output: string) =>
    checkUnit(parseUnit(output)).map(({ name, level, text }) => `${level} ${name}: ${text}`);

  it("is as it was installed", () => {
    assert.deepEqual(judged(GOOD), [
      "ok systemd: c2cd.service is active and enabled",
      "ok hardening: c2cd.service is confined",
    ]);
  });

  const cases: readonly (readonly [string, string, string])[] = [
    ["LoadState=loaded", "LoadState=not-found", "warn systemd: there is no unit c2cd.service"],
    ["ActiveState=active", "ActiveState=failed", "fail systemd: c2cd.service has failed (success)"],
    ["ActiveState=active", "ActiveState=inactive", "fail systemd: c2cd.service is inactive (running)"],
    [
      "ActiveState=active\nSubState=running\nResult=success\nExecMainStatus=0",
      "ActiveState=activating\nSubState=auto-restart\nResult=exit-code\nExecMainStatus=243",
      "fail systemd: c2cd.service can't open its sealed client_secret, which was sealed for another system or is damaged",
    ],
    [
      "ActiveState=active\nSubState=running\nResult=success",
      "ActiveState=activating\nSubState=auto-restart\nResult=signal",
      "fail systemd: c2cd.service does not come up (signal) and is started again every few seconds",
    ],
    ["enabled", "disabled", "warn systemd: c2cd.service runs and will not start at the next boot"],
    ["NRestarts=0", "NRestarts=3", "warn systemd: c2cd.service was restarted 3 times"],
    ["LimitCORE=0", "LimitCORE=infinity", "warn hardening: c2cd.service lacks LimitCORE=0"],
    ["User=c2cd", "User=", "warn hardening: c2cd.service lacks User=c2cd"],
    ["NoNewPrivileges=yes", "NoNewPrivileges=no", "warn hardening: c2cd.service lacks NoNewPrivileges=yes"],
  ];
  for (const [from, to, line] of cases)
    it(`${to}: ${line}`, () => assert.ok(judged(GOOD.replace(from, to)).includes(line)));

  it("is asked of systemctl, on the running system alone", async () => {
    const bin = mkdtempSync(join(scratch, "bin-"));
    writeFileSync(
      join(bin, "systemctl"),
      `#!/bin/sh\n[ "$1 $2" = "show c2cd.service" ] && cat ${bin}/answer\n`,
      {
        mode: 0o755,
      },
    );
    const config = join(bin, "c2cd.toml");
    writeFileSync(config, '[frameio]\nbase_url = "http://127.0.0.1:9"\n');
    const run = async (args: readonly string[]) =>
      (
        await program.run(["doctor", "--config", config, "--socket", join(bin, "none.sock"), ...args], {
          env: { PATH: `${bin}:${process.env.PATH}` },
        })
      ).stdout;
    writeFileSync(join(bin, "answer"), GOOD);
    assert.match(await run([]), /^ok {3}systemd: c2cd\.service is active and enabled\nok {3}hardening: /m);
    assert.doesNotMatch(await run(["--root", new Board().root]), /systemd: c2cd/);
    rmSync(join(bin, "answer"));
    assert.match(await run([]), /^warn systemd: this system is not run by systemd; /m);
  });
});
