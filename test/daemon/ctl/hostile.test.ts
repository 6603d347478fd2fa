/** c2cctl against daemons that are dead, hang, are older or newer, or are no daemon at all. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { clockTime, duration } from "../../../daemon/core/text.ts";
import { Client } from "../../../daemon/ctl/client.ts";
import { EventStream } from "../../../daemon/ctl/event-stream.ts";
import { Failure } from "../../../daemon/ctl/failure.ts";
import { readSnapshot } from "../../../daemon/ctl/snapshot.ts";
import { Program } from "../../support/c2cctl.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type Answer, json, problem, ScriptedDaemon, Stream } from "../../support/scripted-daemon.ts";
import { AWAITING, IDLE, PAIRED } from "../local/fake-backend.ts";

const program = new Program();
const scratch = mkdtempSync(join(tmpdir(), "c2cctl-"));
after(() => {
  program.remove();
  rmSync(scratch, { recursive: true });
});

/** Runs c2cctl and expects one sentence on standard error, nothing on standard output, and this exit status. */
async function fails(args: readonly string[], code: number, sentence: RegExp, uid?: number): Promise<void> {
  const finished = await program.run(args, uid === undefined ? {} : { uid });
  assert.deepEqual([finished.code, finished.stdout], [code, ""], finished.stderr);
  assert.match(finished.stderr, /^c2cctl: [^\n]+\n$/);
  assert.match(finished.stderr, sentence);
}

const html: Answer = (_, response) =>
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Log in</title>");

describe("a dead daemon", { timeout: 300_000 }, () => {
  it("has left its socket behind", async () => {
    const path = join(scratch, "stale.sock");
    const server = spawn(process.execPath, [
      "-e",
      "require('node:net').createServer().listen(process.argv[1])",
      path,
    ]);
    await until(() => reachable(path));
    server.kill("SIGKILL");
    await once(server, "exit");
    await fails(
      ["status", "--socket", path],
      69,
      /c2cd is not running: nobody listens on .*; start it: systemctl/,
    );
  });

  it("or something else is in its place", async () => {
    const file = join(scratch, "file");
    writeFileSync(file, "");
    const directory = join(scratch, "directory");
    mkdirSync(directory);
    await fails(["token", "--socket", file], 69, /c2cd is not running/);
    await fails(["token", "--socket", directory], 69, /c2cd is not running/);
    await fails(["token", "--socket", `/${"x".repeat(200)}`], 69, /can't be used|not running/);
  });

  it("dies in the middle of pairing", async () => {
    const stream = new Stream();
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": json(IDLE),
      "POST /v1/pair": json(AWAITING, 202),
      "GET /v1/events": stream.answer,
    });
    const { code, stdout, stderr } = await program.run(["pair", "--socket", daemon.socket], {
      onOutput: (text) => text.includes("Good for") && stream.end(),
    });
    assert.equal(code, 69);
    assert.match(stdout, /Code 041 593/);
    assert.equal(stderr, "c2cctl: c2cd has ended the connection; see: journalctl -u c2cd\n");
  });
});

describe("a socket that is not for everybody", { timeout: 300_000 }, () => {
  it("says which group to join", async () => {
    await using daemon = await ScriptedDaemon.http({ "GET /v1/status": json(IDLE) });
    const asRoot = process.getuid?.() === 0;
    chmodSync(daemon.socket, asRoot ? 0o660 : 0);
    chmodSync(join(daemon.socket, ".."), 0o755);
    const sentence = /you may not use .*; join the group c2cd \(sudo usermod -aG c2cd "\$USER"\)/;
    await fails(["token", "--socket", daemon.socket], 77, sentence, asRoot ? 65_534 : undefined);
  });
});

describe("a hanging daemon", { timeout: 300_000 }, () => {
  const patience = /c2cd does not answer on .*; see: journalctl -u c2cd/;

  it("accepts and says nothing", async () => {
    await using daemon = await ScriptedDaemon.raw(() => {});
    await Promise.all(
      [["status"], ["pair"], ["status", "--watch"]].map((args) =>
        fails([...args, "--socket", daemon.socket], 69, patience),
      ),
    );
  });

  it("sends a byte now and then", async () => {
    await using daemon = await ScriptedDaemon.raw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
      const drip = setInterval(() => socket.write(" "), 500);
      socket.on("close", () => clearInterval(drip)).on("error", () => {});
    });
    await fails(["status", "--socket", daemon.socket], 69, patience);
  });

  it("falls silent while it is watched: two comments missed, not one", async () => {
    const stream = new Stream();
    await using daemon = await ScriptedDaemon.http({ "GET /v1/events": stream.answer });
    stream.send(IDLE);
    const clock = new ManualClock();
    const seen: string[] = [];
    const following = new Client(daemon.socket, clock, new AbortController().signal).follow(
      "/v1/events",
      (data) => seen.push(data),
    );
    const rejected = assert.rejects(following, { name: "Failure", exitCode: 69, message: /does not answer/ });
    await until(() => seen.length === 1);
    await clock.advance(31_000);
    stream.send(PAIRED);
    await until(() => seen.length === 2);
    await clock.advance(39_000);
    assert.equal(clock.pending, 1);
    await clock.advance(2000);
    await rejected;
    assert.equal(clock.pending, 0);
  });

  it("a token may take as long as Frame.io does", async () => {
    const answers: (() => void)[] = [];
    const slow: Answer = (request, response) => {
      answers.push(() =>
        json({ access_token: "canary-7d5c", token_type: "bearer", expires_in: 1 })(request, response),
      );
    };
    await using daemon = await ScriptedDaemon.http({ "GET /v1/token": slow });
    const clock = new ManualClock();
    const client = new Client(daemon.socket, clock, new AbortController().signal);
    const asked = client.get("/v1/token", 45_000);
    await until(() => answers.length === 1);
    await clock.advance(30_000);
    answers[0]?.();
    assert.equal((await asked).status, 200);
  });
});

describe("something that is no daemon", { timeout: 300_000 }, () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", /what listens on .* is not c2cd/],
    ["no answer", "", /ended the connection without an answer/],
    ["a header without an end", `HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}`, /is not c2cd/],
    [
      "half a body",
      "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
      /ended the connection without an answer/,
    ],
  ];
  for (const [name, bytes, sentence] of cases)
    it(name, async () => {
      await using daemon = await ScriptedDaemon.raw((socket) => {
        socket.on("error", () => {}).once("data", () => socket.end(bytes));
      });
      await fails(["status", "--socket", daemon.socket], 69, sentence);
    });

  it("a body without an end", async () => {
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": (_, response) => {
        const more = () => {
          if (response.destroyed) return;
          response.write(Buffer.alloc(1 << 16, 0x20));
          setImmediate(more);
        };
        more();
      },
    });
    await fails(["status", "--socket", daemon.socket], 69, /answers without an end/);
  });

  for (const [name, more] of [
    ["a line", "data: x"],
    ["an event", "data: x\n"],
  ] as const)
    it(`${name} without an end`, async () => {
      await using daemon = await ScriptedDaemon.http({
        "GET /v1/events": (_, response) => {
          response.writeHead(200, { "content-type": "text/event-stream" });
          const go = () => {
            if (response.destroyed) return;
            response.write(more.repeat(1 << 14));
            setImmediate(go);
          };
          go();
        },
      });
      await fails(["status", "--watch", "--socket", daemon.socket], 69, /answers without an end/);
    });

  it("words that a terminal would obey", async () => {
    const hostile = "\u009b2J\u202e\u2028";
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": json({ ...PAIRED, project: { id: "1", name: `Film${hostile}` } }),
      "POST /v1/cancel": problem(403, "origin-refused", `No${hostile}`),
    });
    for (const args of [["status"], ["status", "--json"], ["cancel"]]) {
      const { stdout, stderr } = await program.run([...args, "--socket", daemon.socket]);
      assert.doesNotMatch(stdout + stderr, /[\u0080-\u009f\u202e\u2028]/u, args.join(" "));
    }
    const { stderr } = await program.run(["status", `--${hostile}`]);
    assert.doesNotMatch(stderr, /[\u0080-\u009f\u202e\u2028]/u);
  });

  const bodies: readonly (readonly [string, Answer])[] = [
    ["HTML", html],
    ["an array", json([])],
    ["null", json(null)],
    ["an object of something else", json({ status: "ok" })],
    ["a state that is no text", json({ state: { name: "idle" } })],
  ];
  for (const [name, answer] of bodies)
    it(`${name} for a snapshot`, async () => {
      await using daemon = await ScriptedDaemon.http({ "GET /v1/status": answer, "POST /v1/cancel": answer });
      for (const args of [["status"], ["status", "--json"], ["cancel"], ["identity"]])
        await fails(
          [...args, "--socket", daemon.socket],
          69,
          /does not understand; install both from the same version/,
        );
    });

  it("garbage for an event", async () => {
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/events": (_, response) => response.writeHead(200).write("data: {nonsense\n\n"),
    });
    await fails(["status", "--watch", "--socket", daemon.socket], 69, /does not understand/);
  });

  it("a token that is none", async () => {
    await using daemon = await ScriptedDaemon.http({ "GET /v1/token": json({ token: "x" }) });
    await fails(["token", "--socket", daemon.socket], 69, /answers without a token/);
  });
});

describe("an older or newer daemon", { timeout: 300_000 }, () => {
  it("does not know what is asked of it", async () => {
    await using daemon = await ScriptedDaemon.http({ "GET /v1/status": json(PAIRED) });
    for (const args of [["pair"], ["cancel"], ["unpair", "--yes"], ["token"]])
      await fails(
        [...args, "--socket", daemon.socket],
        69,
        /this c2cd does not know \w+: it is older or newer than c2cctl/,
      );
    await fails(["status", "--watch", "--socket", daemon.socket], 69, /this c2cd has no \/v1\/events/);
  });

  it("has states, problems and fields that this client does not know", async () => {
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": json({
        ...PAIRED,
        state: "hibernating",
        project: { id: 7 },
        authorization: { expires_at: 17, access_expires_in: "long" },
        health: [
          { code: "moon-full", severity: "eerie", text: "The moon is full." },
          "odd",
          null,
          { code: 3 },
        ],
        display: "none",
        uptime: null,
      }),
    });
    const { code, stdout, stderr } = await program.run(["status", "--socket", daemon.socket]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^State +hibernating: a state that this c2cctl does not know/m);
    assert.match(stdout, /^Authorization +no end$/m);
    assert.match(stdout, /\neerie moon-full: The moon is full\.\n$/);
  });

  it("leaves out all but the state", async () => {
    await using daemon = await ScriptedDaemon.http({ "GET /v1/status": json({ state: "idle" }) });
    const { code, stdout } = await program.run(["status", "--socket", daemon.socket]);
    assert.equal(code, 0);
    assert.match(stdout, /^State +idle: not paired, and no code is on offer$/m);
    assert.doesNotMatch(stdout, /null|undefined|NaN/);
  });
});

describe("a daemon that says no", { timeout: 300_000 }, () => {
  const cases: readonly (readonly [number, Answer, RegExp])[] = [
    [
      75,
      problem(409, "not-paired", "This device is not paired."),
      /^c2cctl: this device is not paired; pair it: c2cctl pair\n$/,
    ],
    [
      75,
      problem(503, "token-unavailable", "Later.", { "retry-after": "9" }),
      /^c2cctl: Later\.; try again in 9 s\n$/,
    ],
    [77, problem(403, "forbidden", "Not you."), /^c2cctl: Not you\.\n$/],
    [69, problem(500, "internal", "It broke."), /c2cd failed at token: It broke\.; see: journalctl/],
    [69, html, /answers without a token/],
    [69, (_, response) => response.writeHead(302, { location: "/" }).end(), /c2cd failed at token: HTTP 302/],
  ];
  for (const [code, answer, sentence] of cases)
    it(String(sentence), async () => {
      await using daemon = await ScriptedDaemon.http({ "GET /v1/token": answer });
      await fails(["token", "--socket", daemon.socket], code, sentence);
    });

  it("unconfigured ends pairing with 78 and the daemon's own words", async () => {
    const health = [
      {
        code: "secret-missing",
        severity: "error",
        text: "No secret.",
        action: "Install it.",
        detail: null,
        since: "",
      },
    ];
    const unconfigured = { ...IDLE, state: "unconfigured", health };
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": json(unconfigured),
      "POST /v1/pair": json(unconfigured, 202),
      "GET /v1/events": new Stream().answer,
    });
    await fails(["pair", "--socket", daemon.socket], 78, /^c2cctl: No secret\. Install it\.\n$/);
    await fails(["pair", "--no-wait", "--socket", daemon.socket], 78, /^c2cctl: No secret\. Install it\.\n$/);
  });
});

describe("the readers", () => {
  it("readSnapshot ends in a view that is safe to print, or a Failure", (t) => {
    t.diagnostic("4000 fuzz cases");
    const alike = fc.record(
      Object.fromEntries(
        [...Object.keys(PAIRED), "user_code", "__proto__"].map((key) => [key, fc.anything({ maxDepth: 2 })]),
      ),
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      alike.map((value) => JSON.stringify(value) ?? ""),
    );
    fc.assert(
      fc.property(body, (text) => {
        try {
          assert.doesNotMatch(JSON.stringify(readSnapshot(text)), /\\u00[01]|[\u007f-\u009f\u202a-\u202e]/);
        } catch (error) {
          assert.ok(error instanceof Failure, String(error));
        }
      }),
      { numRuns: 4000 },
    );
  });

  it("EventStream gives the same events wherever the chunks end", (t) => {
    t.diagnostic("2000 fuzz cases");
    const data = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""));
    const event = fc.tuple(data, fc.constantFrom("\n", "\r\n", "\r")).map(([text, end]) => ({ text, end }));
    fc.assert(
      fc.property(fc.array(event), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (events, cuts) => {
        const bytes = Buffer.from(
          events.map(({ text, end }) => `: comment${end}event: x${end}data: ${text}${end}${end}`).join(""),
        );
        const stream = new EventStream();
        const got: string[] = [];
        for (let at = 0; at < bytes.length; ) {
          const length = cuts.next().value ?? 1;
          got.push(...stream.push(bytes.subarray(at, at + length)));
          at += length;
        }
        // A lone CR at the very end may still become CRLF.
        got.push(...stream.push(Buffer.from("\n")));
        assert.deepEqual(
          got,
          events.map(({ text }) => text),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("EventStream joins the lines of an event and drops comments and empty events", () => {
    const stream = new EventStream();
    assert.deepEqual(stream.push(Buffer.from('\n: x\n\ndata: a\ndata:b\ndata\n\nid: 7\n\ndata: {"c"')), [
      "a\nb",
    ]);
    assert.deepEqual(stream.push(Buffer.from(":1}\n\n")), ['{"c":1}']);
  });

  it("durations are told in two units", () => {
    assert.deepEqual([0, 59.9, 60, 3599, 3600, 90_061, 86_400, -5].map(duration), [
      "0 s",
      "59 s",
      "1 min",
      "59 min 59 s",
      "1 h",
      "1 d 1 h",
      "1 d",
      "0 s",
    ]);
    assert.deepEqual([119.2, 60, 9, 0, -3].map(clockTime), ["2:00", "1:00", "0:09", "0:00", "0:00"]);
  });
});

function reachable(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}
