import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Program, TERMINAL } from "../../support/c2cctl.ts";
import { type Answer, json, ScriptedDaemon, Stream } from "../../support/scripted-daemon.ts";
import { AWAITING, IDLE, OFFER, PAIRED } from "../local/fake-backend.ts";

const program = new Program();
const scratch = mkdtempSync(join(tmpdir(), "c2cctl-"));
after(() => {
  program.remove();
  rmSync(scratch, { recursive: true });
});

const REQUESTING = { ...IDLE, state: "requesting-code" };
const CONFIRMING = { ...PAIRED, state: "confirming", project: null };

describe("status", { timeout: 300_000 }, () => {
  it("tells what a person wants to know", async () => {
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": json({
        ...AWAITING,
        wrong_time: "2025-04-13T19:38:00.000Z",
        health: [
          {
            code: "expiring-soon",
            severity: "warning",
            text: "It ends soon.",
            action: "Pair again.",
            detail: null,
            since: "",
          },
        ],
      }),
    });
    const { code, stdout, stderr } = await program.run(["status", "--socket", daemon.socket]);
    assert.deepEqual([code, stderr], [0, ""]);
    const expected = `State        awaiting-user: waiting to be paired, since …
Light        blue: a code waits to be used
Clock        wrong: 2025-04-13 19:38 UTC
Code         041 593, good for 1:43
Enter it at  https://next.frame.io/pair
Or open      https://next.frame.io/pair/041593
Device       ACME-R1-4CA00368
client_id    4CA00368, the board's serial number
Board        Raspberry Pi 4 Model B Rev 1.4
Display      framebuffer, /dev/fb0, vc4drmfb, 800 x 480, QR modules of 8 px
c2cd         1.2.3, up 1 h 18 min

warning expiring-soon: It ends soon. Pair again.
`;
    assert.equal(stdout.replace(/paired, since .*/, "paired, since …"), expected);
  });

  it("prints JSON as the daemon gave it, keys of the future included", async () => {
    const snapshot = { ...PAIRED, of_the_future: [1, { a: null }] };
    await using daemon = await ScriptedDaemon.http({ "GET /v1/status": json(snapshot) });
    const { code, stdout } = await program.run(["--socket", daemon.socket, "status", "--json"]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), snapshot);
  });

  it("--watch --json gives one line a change until the daemon ends it", async () => {
    const stream = new Stream();
    stream.send(IDLE);
    await using daemon = await ScriptedDaemon.http({ "GET /v1/events": stream.answer });
    const { code, stdout, stderr } = await program.run(
      ["status", "--json", "--watch", "--socket", daemon.socket],
      {
        onOutput(text) {
          const lines = text.split("\n").length - 1;
          if (lines === 1) stream.send(REQUESTING);
          if (lines === 2) stream.end();
        },
      },
    );
    assert.deepEqual(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).state),
      ["idle", "requesting-code"],
    );
    assert.equal(code, 69);
    assert.match(stderr, /^c2cctl: c2cd has ended the connection; see: journalctl -u c2cd\n$/);
  });

  it("--watch ends by Ctrl-C with 130", async () => {
    const stream = new Stream();
    stream.send(IDLE);
    await using daemon = await ScriptedDaemon.http({ "GET /v1/events": stream.answer });
    const { code, stderr } = await program.run(["status", "--watch", "--socket", daemon.socket], {
      onOutput: (_, child) => child.kill("SIGINT"),
    });
    assert.deepEqual([code, stderr], [130, ""]);
  });

  it("prints no control character that an answer smuggles in", async () => {
    const name = "\u001b]0;owned\u0007\u001b[2J\u202eNight\nShoot\u009b31m";
    await using daemon = await ScriptedDaemon.http({
      "GET /v1/status": json({ ...PAIRED, project: { id: "1", name } }),
    });
    for (const terminal of [{}, { terminal: TERMINAL }]) {
      const { stdout } = await program.run(["status", "--socket", daemon.socket], {
        ...terminal,
        env: { NO_COLOR: "1" },
      });
      assert.match(stdout, /Project +\]0;owned\[2JNightShoot31m\r?\n/);
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe("colours", { timeout: 300_000 }, () => {
  const routes = { "GET /v1/status": json(IDLE) };
  const escapes = (text: string) => text.includes("\u001b");

  it("are for terminals alone, and not for those who say no", async () => {
    await using daemon = await ScriptedDaemon.http(routes);
    const args = ["status", "--socket", daemon.socket];
    assert.equal(escapes((await program.run(args)).stdout), false, "a pipe");
    assert.equal(escapes((await program.run(args, { terminal: TERMINAL })).stdout), true, "a terminal");
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }])
      assert.equal(
        escapes((await program.run(args, { terminal: TERMINAL, env })).stdout),
        false,
        JSON.stringify(env),
      );
    assert.equal(
      escapes((await program.run(args, { terminal: TERMINAL, env: { NO_COLOR: "" } })).stdout),
      true,
    );
  });
});

describe("pair", { timeout: 300_000 }, () => {
  /** A daemon whose state a test sets; POST /v1/pair moves it to the given one. */
  function pairing(before: unknown, afterwards: unknown) {
    const stream = new Stream();
    const post: Answer = (request, response) => {
      stream.send(afterwards);
      json(afterwards, 202)(request, response);
    };
    return {
      stream,
      routes: { "GET /v1/status": json(before), "POST /v1/pair": post, "GET /v1/events": stream.answer },
    };
  }

  it("shows code and address, a new one when it runs out, and ends when paired", async () => {
    const { stream, routes } = pairing(IDLE, REQUESTING);
    await using daemon = await ScriptedDaemon.http(routes);
    const second = {
      ...OFFER,
      user_code: "654321",
      verification_uri_complete: "https://next.frame.io/pair/654321",
    };
    const steps: [RegExp, unknown][] = [
      [/Asking Frame.io for a code/, AWAITING],
      [/pair\/041593\n/, { ...AWAITING, pairing: { ...OFFER, expires_in: 60 } }],
      [/Good for 1 min/, { ...AWAITING, pairing: { ...second, attempt: 2 } }],
      [/pair\/654321\n/, CONFIRMING],
      [/which project/, PAIRED],
    ];
    const { code, stdout, stderr } = await program.run(["pair", "--socket", daemon.socket], {
      onOutput(text) {
        while (steps[0]?.[0].test(text)) stream.send(steps.shift()?.[1]);
      },
    });
    assert.deepEqual([code, stderr], [0, ""]);
    // Time passes while the snapshot is on its way.
    assert.equal(
      stdout.replace(/Good for 1 min [34]\d s/g, "Good for 1 min 43 s"),
      `Asking Frame.io for a code.
Code 041 593 for ACME-R1-4CA00368
Open https://next.frame.io/pair/041593
Good for 1 min 43 s.
Code 654 321 for ACME-R1-4CA00368
Open https://next.frame.io/pair/654321
Good for 1 min 43 s.
Authorized, asking which project.
Paired with The Long Night – Unit B, as ACME-R1-4CA00368.
`,
    );
  });
});

describe("a daemon that is not as it should be", { timeout: 300_000 }, () => {
  it("is not there", async () => {
    const path = join(scratch, "nothing.sock");
    const { code, stderr } = await program.run(["status", "--socket", path]);
    assert.equal(code, 69);
    assert.equal(
      stderr,
      `c2cctl: c2cd is not running: there is no ${path}; start it: systemctl start c2cd\n`,
    );
  });
});
