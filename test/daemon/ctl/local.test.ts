/** c2cctl against the daemon's real local API. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import type { Snapshot } from "../../../daemon/contract/snapshot.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { Visitors } from "../../../daemon/local/visitors.ts";
import { Program, TERMINAL } from "../../support/c2cctl.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { decodeTerminal } from "../../support/qr.ts";
import { screenAfter } from "../../support/terminal-screen.ts";
import { AWAITING, IDLE, OFFER, PAIRED } from "../local/fake-backend.ts";
import { start } from "../local/harness.ts";

const program = new Program();
const scratch = mkdtempSync(join(tmpdir(), "c2cctl-"));
after(() => {
  program.remove();
  rmSync(scratch, { recursive: true });
});

const TOKEN = "canary-access-token-7d5c90b164";
/** What a phone reads: scheme and host are the same in capitals. */
const SCANNED = "HTTPS://NEXT.FRAME.IO/pair/041593";

describe("c2cctl", { timeout: 300_000 }, () => {
  it("status, by --socket, by C2CD_SOCKET and by --root", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(PAIRED);
    for (const [args, env] of [
      [["status", "--socket", socketPath], { C2CD_SOCKET: "/nowhere" }],
      [["status"], { C2CD_SOCKET: socketPath }],
    ] as const) {
      const { code, stdout, stderr } = await program.run(args, { env });
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /^State +paired, since 4 May 2026, \d\d:\d\d$/m);
      assert.match(stdout, /^Project +The Long Night – Unit B$/m);
      assert.match(
        stdout,
        /^Authorization +until 1 Jun 2026, \d\d:\d\d, token good for 7 h 30 min, refreshed .* ago, Frame.io answered .* ago$/m,
      );
    }
    const { code, stderr } = await program.run(["status", "--root", scratch], {
      env: { C2CD_SOCKET: socketPath },
    });
    assert.equal(code, 69);
    assert.ok(stderr.includes(`${scratch}/run/c2cd/control.sock`), stderr);
  });

  it("status tells where others open the page, and the PIN that they are asked for", async (t) => {
    const visitors = new Visitors({ clock: new ManualClock(), randomBytes });
    const { socketPath, backend } = await start(t, { visitors });
    backend.become({ ...IDLE, page: ["http://192.0.2.17:8620"] });
    const { stdout } = await program.run(["status", "--socket", socketPath]);
    assert.match(stdout, /^Page +http:\/\/192\.0\.2\.17:8620$/m);
    const { pin } = visitors;
    assert.ok(stdout.includes(`${pin.slice(0, 3)} ${pin.slice(3)}, until c2cd starts anew`), stdout);
    const silent = await start(t);
    const { stdout: plain } = await program.run(["status", "--socket", silent.socketPath]);
    assert.doesNotMatch(plain, /^(Page|PIN)/m);
    silent.backend.become({
      ...IDLE,
      display: { ...IDLE.display, driver: "none", width: null, height: null },
    });
    const { stdout: blind } = await program.run(["status", "--socket", silent.socketPath]);
    assert.match(blind, /^Page +no other device can open it: http\.listen in c2cd\.toml\(5\)/m);
  });

  it("demo lists the screens, shows one, and says why it does not", async (t) => {
    const { socketPath, backend } = await start(t);
    const run = (...args: string[]) => program.run(["demo", ...args, "--socket", socketPath]);
    assert.equal((await run()).stdout, "idle\npaired\nawaiting-user\n");
    const shown = await run("paired");
    assert.deepEqual([shown.code, shown.stdout], [0, "The display shows paired for ten seconds.\n"]);
    const wrong = await run("pared");
    assert.deepEqual(
      [wrong.code, wrong.stderr],
      [64, "c2cctl: there is no screen pared; did you mean paired?\n"],
    );
    assert.deepEqual(backend.calls, ["demo paired"]);
    for (const [outcome, reason] of [
      ["in-use", /a code is on offer/],
      ["no-display", /There is no display/],
    ] as const) {
      backend.demoOutcome = outcome;
      const refused = await run("paired");
      assert.equal(refused.code, 75);
      assert.match(refused.stderr, reason);
    }
  });

  it("pair --no-wait asks for a code and returns", async (t) => {
    const { socketPath, backend } = await start(t);
    const { code, stdout } = await program.run(["pair", "--no-wait", "--socket", socketPath]);
    assert.deepEqual([code, backend.calls, stdout], [0, ["pair"], "Pairing has begun; see: c2cctl status\n"]);
  });

  it("pair draws a code that scans and counts down on the terminal, and leaves only what came of it", async (t) => {
    const { socketPath, backend } = await start(t);
    let drawn = "";
    const { code, stdout } = await program.run(["pair", "--socket", socketPath], {
      terminal: TERMINAL,
      onOutput(text) {
        if (drawn !== "" || !/good for 1:43.*good for 1:4[0-2]/s.test(text)) return;
        drawn = text;
        backend.become(PAIRED);
      },
    });
    assert.equal(code, 0, stdout);
    const screen = await screenAfter(drawn);
    assert.equal(decodeTerminal(screen.filter((line) => /[█▀▄]/.test(line))), SCANNED);
    assert.match(screen.join("\n"), /^Code 041 593, good for 1:4[0-2]$/m);
    assert.match(screen.join("\n"), /^Frame\.io must show the name ACME-R1-4CA00368$/m);
    assert.match(screen.join("\n"), /^Open https:\/\/next\.frame\.io\/pair\/041593$/m);
    assert.deepEqual(
      (await screenAfter(stdout)).filter((line) => line !== ""),
      ["Paired with The Long Night – Unit B, as ACME-R1-4CA00368."],
    );
  });

  it("pair: a code goes from the terminal when it ends, and when the next one comes", async (t) => {
    const { socketPath, backend } = await start(t);
    const looks: string[] = [];
    const steps: [RegExp, Snapshot][] = [
      [/Code 041 593/, { ...AWAITING, pairing: { ...OFFER, expires_in: 1 } }],
      [
        /A new code is on its way\./,
        {
          ...AWAITING,
          pairing: { ...OFFER, user_code: "271828", verification_uri_complete: null, attempt: 2 },
        },
      ],
      [/Enter it at https:\S+/, PAIRED],
    ];
    await program.run(["pair", "--socket", socketPath], {
      terminal: TERMINAL,
      env: { NO_COLOR: "1" },
      onOutput(text) {
        if (!steps[0]?.[0].test(text)) return;
        looks.push(text);
        backend.become(steps.shift()?.[1] ?? PAIRED);
      },
    });
    const [first = [], ended = [], second = []] = await Promise.all(looks.map((text) => screenAfter(text)));
    const qr = first.filter((line) => /[█▀▄]/.test(line));
    assert.equal(decodeTerminal(qr), SCANNED, "light modules are drawn where colours are not wanted");
    assert.deepEqual(
      ended.filter((line) => line !== ""),
      ["A new code is on its way."],
    );
    assert.deepEqual(
      second.filter((line) => line !== ""),
      [
        "Code 271 828, good for 1:43",
        "Frame.io must show the name ACME-R1-4CA00368",
        "Enter it at https://next.frame.io/pair",
      ],
    );
  });

  it("pair: draws no more than the terminal has room for, whatever size it is given", async (t) => {
    const { socketPath, backend } = await start(t);
    const looks: string[] = [];
    await program.run(["pair", "--socket", socketPath], {
      terminal: { columns: 32, rows: 22 },
      onOutput(text) {
        const size = [/has room for the QR code\./, /▀\S*\r\n.*\r\n.*\r\nOpen \S+041593/][looks.length];
        if (size?.test(text) !== true) return;
        looks.push(text);
        if (looks.length === 1) resizeTerminalOf(socketPath, { columns: 33, rows: 22 });
        else backend.become(PAIRED);
      },
    });
    const [narrow = "", wide = ""] = looks;
    assert.deepEqual(
      (await screenAfter(narrow, 32, 22)).filter((line) => line !== ""),
      [
        "Code 041 593, good for 1:43",
        "Frame.io must show the name ACME",
        "-R1-4CA00368",
        "Open https://next.frame.io/pair/",
        "041593",
        "A terminal of 33 x 22 has room f",
        "or the QR code.",
      ],
    );
    const screen = await screenAfter(wide.slice(narrow.length), 33, 22);
    assert.equal(decodeTerminal(screen.filter((line) => /[█▀▄]/.test(line))), SCANNED);
  });

  it("pair: a serial console that knows no size is taken for 80 x 24", async (t) => {
    const { socketPath, backend } = await start(t);
    let drawn = "";
    await program.run(["pair", "--socket", socketPath], {
      terminal: { columns: 0, rows: 0 },
      onOutput(text) {
        if (drawn !== "" || !/Open \S+041593/.test(text)) return;
        drawn = text;
        backend.become(PAIRED);
      },
    });
    const screen = await screenAfter(drawn);
    assert.equal(decodeTerminal(screen.filter((line) => /[█▀▄]/.test(line))), SCANNED);
  });

  it("status --watch keeps the terminal true between events, and gives it back", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(AWAITING);
    let drawn = "";
    const { code, stdout } = await program.run(["status", "--watch", "--socket", socketPath], {
      terminal: TERMINAL,
      onOutput(text, child) {
        if (drawn !== "" || !/good for 1:43.*good for 1:4[0-2]/s.test(text)) return;
        drawn = text;
        child.stdin?.write("\u0003");
      },
    });
    assert.equal(code, 130);
    const screen = (await screenAfter(drawn)).join("\n");
    assert.match(
      screen,
      /^State {8}awaiting-user: .*\nLight {8}blue: a code waits to be used\nCode {9}041 593, good for 1:4[0-2]\n/,
    );
    assert.match(screen, /^c2cd {9}1\.2\.3, up 1 h 18 min$/m);
    assert.equal((await screenAfter(stdout)).join("").trim(), "");
  });

  it("pair: Ctrl-C leaves the code on offer and says so", async (t) => {
    const { socketPath, backend } = await start(t);
    const { code, stdout } = await program.run(["pair", "--socket", socketPath], {
      onOutput: (text, child) => /Good for [\d a-z]+\.\n$/.test(text) && child.kill("SIGINT"),
    });
    assert.equal(code, 130);
    assert.match(stdout, /\nPairing goes on without this terminal; c2cctl cancel ends it\.\n$/);
    assert.deepEqual([backend.calls, backend.current.state], [["pair"], "awaiting-user"]);
  });

  it("pair: an offer that ends without anybody is no success", async (t) => {
    for (const { before, after: afterwards, message } of [
      { before: IDLE, after: IDLE, message: /no code is on offer any more/ },
      { before: PAIRED, after: PAIRED, message: /still paired with The Long Night – Unit B as before/ },
    ]) {
      const { socketPath, backend } = await start(t);
      backend.become(before);
      const { code, stderr } = await program.run(["pair", "--socket", socketPath], {
        onOutput: (text) => text.includes("Good for") && backend.become(afterwards),
      });
      assert.equal(code, 75);
      assert.match(stderr, message);
    }
  });

  it("pair: a paired device that is paired anew says with what", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(PAIRED);
    const { authorization } = PAIRED;
    assert.ok(authorization !== null);
    const { code, stdout } = await program.run(["pair", "--socket", socketPath], {
      onOutput: (text) =>
        text.includes("Good for") &&
        backend.become({
          ...PAIRED,
          project: { id: "7", name: "Day Unit" },
          authorization: { ...authorization, refreshed_at: "2026-05-04T10:00:00.000Z" },
        }),
    });
    assert.equal(code, 0);
    assert.match(stdout, /\nPaired with Day Unit, as ACME-R1-4CA00368\.\n$/);
  });

  it("cancel takes the code away and says what stays", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become({ ...AWAITING, authorization: PAIRED.authorization, project: PAIRED.project });
    const { code, stdout } = await program.run(["cancel", "--socket", socketPath]);
    assert.deepEqual([code, backend.calls], [0, ["cancel"]]);
    assert.equal(stdout, "No code is on offer. Still paired with The Long Night – Unit B.\n");
  });

  it("unpair asks, and does nothing without a terminal to ask on", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(PAIRED);
    const { code, stderr } = await program.run(["unpair", "--socket", socketPath]);
    assert.deepEqual([code, backend.calls], [64, []]);
    assert.match(stderr, /give --yes/);
  });

  it("unpair asks on a terminal, where Enter, Ctrl-C and Ctrl-D mean no", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(PAIRED);
    for (const [keys, expected] of [
      ["\n", 1],
      ["no\n", 1],
      ["\u0004", 1],
      ["\u0003", 1],
      ["y\n", 0],
    ] as const) {
      assert.deepEqual(backend.calls, []);
      let typed = false;
      const { code, stdout } = await program.run(["unpair", "--socket", socketPath], {
        terminal: TERMINAL,
        onOutput(text, child) {
          if (typed || !text.includes("[y/N]")) return;
          typed = true;
          child.stdin?.write(keys);
        },
      });
      assert.match(stdout, /Unpair ACME-R1-4CA00368 from The Long Night – Unit B\? \[y\/N\]/);
      assert.equal(code, expected, JSON.stringify([keys, stdout]));
    }
    assert.deepEqual(backend.calls, ["unpair"]);
  });

  it("unpair --yes says whether Frame.io knows", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(PAIRED);
    const told = await program.run(["unpair", "--yes", "--socket", socketPath]);
    assert.deepEqual([told.code, told.stdout], [0, "Unpaired: revoked at Frame.io and forgotten here.\n"]);
    backend.become(PAIRED);
    backend.revoked = false;
    const offline = await program.run(["unpair", "--yes", "--socket", socketPath]);
    assert.equal(offline.code, 0);
    assert.match(offline.stdout, /^Unpaired here\. Frame\.io could not be told: choose Forget Device/);
    const nothing = await program.run(["unpair", "--yes", "--socket", socketPath]);
    assert.deepEqual([nothing.code, nothing.stdout], [0, "Not paired: there is nothing to revoke.\n"]);
  });

  it("token prints the token alone", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.tokenAnswer = { type: "token", accessToken: new Secret(TOKEN), expiresIn: 4711 };
    const plain = await program.run(["token", "--socket", socketPath]);
    assert.deepEqual(plain, { code: 0, stdout: `${TOKEN}\n`, stderr: "" });
    const { stdout } = await program.run(["token", "--json", "--socket", socketPath]);
    assert.deepEqual(JSON.parse(stdout), { access_token: TOKEN, token_type: "bearer", expires_in: 4711 });
  });

  it("token into a full disk says so", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.tokenAnswer = { type: "token", accessToken: new Secret(TOKEN), expiresIn: 4711 };
    const { code, stdout, stderr } = await program.run(["token", "--socket", socketPath], {
      stdout: "/dev/full",
    });
    assert.deepEqual([code, stdout], [73, ""]);
    assert.match(stderr, /^c2cctl: can't write to standard output: ENOSPC[^\n]*\n$/);
  });

  it("token says why there is none, with 75", async (t) => {
    const { socketPath, backend } = await start(t);
    const unpaired = await program.run(["token", "--socket", socketPath]);
    assert.deepEqual([unpaired.code, unpaired.stdout], [75, ""]);
    assert.match(unpaired.stderr, /^c2cctl: .*\bpair/i);
    backend.tokenAnswer = { type: "unavailable", retryAfter: 17, reason: "the last refresh failed (dns)" };
    const unavailable = await program.run(["token", "--socket", socketPath]);
    assert.deepEqual([unavailable.code, unavailable.stdout], [75, ""]);
    assert.match(unavailable.stderr, /the last refresh failed \(dns\).*try again in 17 s\n$/);
  });

  it("qr is plain ASCII where the terminal takes no more, and scans as well", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(AWAITING);
    for (const env of [{ LC_ALL: "C", LANG: "de_DE.UTF-8" }, { LC_CTYPE: "POSIX" }, { TERM: "vt220" }]) {
      const { stdout } = await program.run(["qr", "--socket", socketPath], { env });
      assert.match(stdout, /^[\n -~]+$/);
      const rows = stdout.trimEnd().split("\n").slice(0, -1);
      const at = (x: number, y: number) => rows[y]?.[x * 2] === "#";
      const blocks = Array.from({ length: Math.ceil(rows.length / 2) }, (_, y) =>
        Array.from({ length: rows.length }, (_, x) =>
          at(x, 2 * y) ? (at(x, 2 * y + 1) ? "█" : "▀") : at(x, 2 * y + 1) ? "▄" : " ",
        ).join(""),
      );
      assert.equal(decodeTerminal(blocks), SCANNED);
    }
    const { stdout } = await program.run(["qr", "--socket", socketPath], {
      env: { LC_ALL: "", LANG: "en_GB.utf8", TERM: "vt220" },
    });
    assert.match(stdout, /█/);
  });

  it("qr draws in the terminal, and writes PNG and SVG", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(AWAITING);
    const drawn = await program.run(["qr", "--socket", socketPath]);
    const lines = drawn.stdout.trimEnd().split("\n");
    assert.equal(lines.pop(), "041 593");
    assert.equal(decodeTerminal(lines), SCANNED);

    const file = join(scratch, "code.png");
    const png = await program.run(["qr", "--png", file, "--socket", socketPath]);
    assert.deepEqual(png, { code: 0, stdout: "", stderr: "" });
    const { data, width, height } = PNG.sync.read(readFileSync(file));
    assert.match(jsqr.default(new Uint8ClampedArray(data), width, height)?.data ?? "", /\/pair\/041593$/);

    const svg = await program.run(["qr", "--svg", "-", "--socket", socketPath]);
    assert.match(svg.stdout, /^<svg .*<\/svg>$/s);
  });

  it("qr on a terminal that has no room for it says which has, and where to go", async (t) => {
    const { socketPath, backend } = await start(t);
    backend.become(AWAITING);
    const run = (columns: number, rows: number) =>
      program.run(["qr", "--socket", socketPath], { terminal: { columns, rows } });
    const size = /^A terminal of (\d+) x (\d+) has room for the QR code\.\r?\n/;
    const refused = await run(20, 10);
    assert.match(refused.stdout, /Open https:\/\/next\.frame\.io\/pair\/041593\r?\n041 593\r?\n$/);
    const [, columns = "", rows = ""] = size.exec(refused.stdout) ?? assert.fail(refused.stdout);
    for (const less of [run(Number(columns) - 1, Number(rows)), run(Number(columns), Number(rows) - 1)])
      assert.match((await less).stdout, size);
    const { code, stdout } = await run(Number(columns), Number(rows));
    assert.equal(code, 0);
    const lines = (await screenAfter(stdout)).filter((line) => /[█▀▄]/.test(line));
    assert.equal(decodeTerminal(lines), SCANNED);
  });

  it("qr without a code, without an address, or without a place to write says so", async (t) => {
    const { socketPath, backend } = await start(t);
    const none = await program.run(["qr", "--socket", socketPath]);
    assert.deepEqual([none.code, none.stdout], [75, ""]);
    assert.match(none.stderr, /no code is on offer; ask for one: c2cctl pair --no-wait/);
    backend.become({ ...AWAITING, pairing: { ...OFFER, verification_uri_complete: null } });
    const digits = await program.run(["qr", "--socket", socketPath]);
    assert.equal(digits.code, 75);
    assert.match(digits.stderr, /enter 041 593 at https:\/\/next\.frame\.io\/pair$/m);
    backend.become({
      ...AWAITING,
      pairing: { ...OFFER, verification_uri: null, verification_uri_complete: null },
    });
    const menu = await program.run(["qr", "--socket", socketPath]);
    assert.match(menu.stderr, /enter 041 593 in Frame\.io, where a project's C2C Connections add a device$/m);
    backend.become(AWAITING);
    const nowhere = await program.run([
      "qr",
      "--svg",
      join(scratch, "missing/x.svg"),
      "--socket",
      socketPath,
    ]);
    assert.equal(nowhere.code, 73);
    assert.match(nowhere.stderr, /^c2cctl: can't write: ENOENT/);
    const both = await program.run(["qr", "--svg", "-", "--png", "-", "--socket", socketPath]);
    assert.equal(both.code, 64);
  });

  it("identity tells the client_id, its source and the board", async (t) => {
    const { socketPath } = await start(t);
    const { code, stdout } = await program.run(["identity", "--socket", socketPath, "--root", scratch]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^client_id +4CA00368\nSource +the board's serial number\nName +ACME-R1-4CA00368\nBoard +Raspberry Pi 4/,
    );
    const asJson = await program.run(["identity", "--json", "--socket", socketPath, "--root", scratch]);
    assert.deepEqual(JSON.parse(asJson.stdout), {
      client_id: "4CA00368",
      source: "board-serial",
      name: "ACME-R1-4CA00368",
      board: { model: null, serials: [], refused: [] },
    });
  });
});

/** What a window manager does to the terminal of the c2cctl that talks to this socket. */
function resizeTerminalOf(
  socketPath: string,
  size: { readonly columns: number; readonly rows: number },
): void {
  const pid = readdirSync("/proc").find((name) => {
    const words = /^\d+$/.test(name) ? commandLineOf(name) : [];
    return words[0] === process.execPath && words.includes(socketPath);
  });
  const terminal = readlinkSync(`/proc/${pid}/fd/1`);
  execFileSync("stty", ["-F", terminal, "cols", String(size.columns), "rows", String(size.rows)]);
}

function commandLineOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
