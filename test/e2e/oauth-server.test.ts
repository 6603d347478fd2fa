/** The built daemon and oidc-provider, an authorization server that knows nothing of it, behind Frame.io's paths. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import type { HistoryEntry } from "../../daemon/contract/history.ts";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import type { Exchange, Settings } from "../oauth-server/settings.ts";
import { openBrowser } from "../support/browser.ts";
import type { Direction } from "../support/relay.ts";
import { AuthorizationServer, authorize, refuse, typeIn } from "./authorization-server.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const UNIT = "10000000E63B0D94";
/** Between polls where the server says nothing of it (RFC 8628 §3.2), as oidc-provider does. */
const INTERVAL_MS = 5_000;
/** RFC 8628 §3.5 */
const SLOW_DOWN_MS = 5_000;

interface Stage {
  readonly server: AuthorizationServer;
  start(settings?: Readonly<Record<string, string>>): DaemonProcess;
}

async function onStage(settings: Partial<Settings>, run: (stage: Stage) => Promise<void>): Promise<void> {
  const server = await AuthorizationServer.start({ units: [UNIT], ...settings });
  const board = new Board({ serial: UNIT, framebuffer: null });
  const started: DaemonProcess[] = [];
  try {
    await run({
      server,
      start(settings) {
        const daemon = new DaemonProcess(board, server, settings);
        started.push(daemon);
        return daemon;
      },
    });
  } finally {
    await Promise.all(started.map((daemon) => daemon.end("SIGKILL")));
    await server.close();
    board.remove();
  }
  const printed = started.map(({ output }) => output).join("");
  assert.equal(server.secrets().filter((secret) => printed.includes(secret)).length, 0, "secrets in the log");
}

const isPaired = ({ state }: Snapshot) => state === "paired";
const isIdle = ({ state }: Snapshot) => state === "idle";
const hasCode = ({ pairing }: Snapshot) => pairing !== null;
const hasEnded = (snapshot: Snapshot) =>
  hasCode(snapshot) && snapshot.health.some(({ code }) => code === "authorization-ended");

/** Another code than that one. */
const hasNext =
  ({ pairing }: Snapshot) =>
  (snapshot: Snapshot) =>
    hasCode(snapshot) && snapshot.pairing?.user_code !== pairing?.user_code;

const linkOf = ({ pairing }: Snapshot) => pairing?.verification_uri_complete ?? "";

const errorsOf = (exchanges: readonly Exchange[]) => exchanges.map(({ error }) => error);
/** How many codes or tokens they were about. */
const subjectsOf = (exchanges: readonly Exchange[]) => new Set(exchanges.map(({ about }) => about)).size;

/** No question came sooner than that after the answer before it. */
function assertPauses(ms: number, exchanges: readonly Exchange[]): void {
  for (const [index, { asked }] of exchanges.entries()) {
    const pause = asked - (exchanges[index - 1]?.answered ?? Number.NEGATIVE_INFINITY);
    assert.ok(pause >= ms, `${pause} ms, and not ${ms}`);
  }
}

/** As a program does that was refused with its token: the daemon refreshes. */
async function refuseToken(daemon: DaemonProcess): Promise<void> {
  await daemon.ask("POST", "/v1/token/refused", { access_token: await daemon.accessToken() });
}

function until(server: AuthorizationServer, call: Exchange["call"], count: number): Promise<Exchange[]> {
  return eventually(`${count} times ${call}`, () => {
    const calls = server.calls(call);
    return calls.length >= count ? calls : null;
  });
}

const MISHAPS: readonly (readonly [
  string,
  (stage: Stage, daemon: DaemonProcess) => Promise<DaemonProcess>,
])[] = [
  [
    "the network fails",
    async ({ server }, daemon) => {
      server.relay.cut();
      return daemon;
    },
  ],
  [
    "the device is killed",
    async ({ server, start }, daemon) => {
      await daemon.end("SIGKILL");
      server.relay.cut();
      return start();
    },
  ],
  [
    "the server is killed",
    async ({ server }, daemon) => {
      await server.die();
      await server.live();
      return daemon;
    },
  ],
];

describe("with a real authorization server", { concurrency: 4 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  async function pair(daemon: DaemonProcess, project = "documentary"): Promise<Snapshot> {
    await authorize(browser, linkOf(await daemon.until("a code", hasCode)), project);
    return daemon.until("paired", isPaired);
  }

  for (const [encoding, answer] of [
    ["multipart", (snapshot: Snapshot) => authorize(browser, linkOf(snapshot), "documentary")],
    [
      "urlencoded",
      ({ pairing }: Snapshot) =>
        typeIn(browser, pairing?.verification_uri ?? "", pairing?.user_code ?? "", "documentary"),
    ],
  ] as const)
    test(`a device is paired by a person at the server's own pages, ${encoding}`, () =>
      onStage({}, async ({ server, start }) => {
        const daemon = start({ "frameio.body_encoding": encoding, "presence.mode": "heartbeat" });
        const offer = await daemon.until("a code", hasCode);
        await until(server, "poll", 2);
        await answer(offer);
        const { project, pairing, health } = await daemon.until("paired", isPaired);
        assert.deepEqual([project?.name, pairing, health], ["documentary", null, []]);
        assert.ok(await server.isActive(await daemon.accessToken()));

        const polls = server.calls("poll");
        assert.deepEqual([...new Set(errorsOf(polls))], ["authorization_pending", null]);
        assert.equal(subjectsOf(polls), 1);
        assertPauses(INTERVAL_MS, polls);
        assert.equal(server.calls("device")[0]?.status, 200);
        assert.equal((await until(server, "heartbeat", 1))[0]?.status, 204);
      }));

  test("a device that is told to slow down does so by five seconds, and for good", () =>
    onStage({ pace: 10 }, async ({ server, start }) => {
      start();
      const slower = await eventually("two polls after a slow_down", () => {
        const polls = server.calls("poll");
        const told = polls.findIndex(({ error }) => error === "slow_down");
        const since = polls.slice(told).filter(({ about }) => about === polls[told]?.about);
        return told >= 0 && since.length > 2 ? since : null;
      });
      assertPauses(INTERVAL_MS + SLOW_DOWN_MS, slower);
      assert.deepEqual([...new Set(errorsOf(slower.slice(1)))], ["authorization_pending"]);
    }));

  test("each refresh token is used once, in a life without trouble", () =>
    onStage({ accessLife: 60 }, async ({ server, start }) => {
      const daemon = start();
      await pair(daemon);
      await refuseToken(daemon);
      await until(server, "refresh", 1);
      const first = await daemon.accessToken();
      // By itself, since the token's life is half over.
      const refreshes = await until(server, "refresh", 2);
      await until(server, "device", 3);
      const second = await daemon.accessToken();
      assert.ok(first !== second && (await server.isActive(second)));

      assert.equal(subjectsOf(refreshes), refreshes.length);
      const refused = errorsOf(server.exchanges).filter((word) => word !== "authorization_pending");
      assert.deepEqual([...new Set(refused)], [null]);
      assert.equal(server.calls("code").length, 1);
    }));

  test("a person who says no gets a new code to say yes to", () =>
    onStage({}, async ({ server, start }) => {
      const daemon = start();
      const offer = await daemon.until("a code", hasCode);
      await refuse(browser, linkOf(offer));
      await daemon.until("another code", hasNext(offer));
      assert.ok(errorsOf(server.calls("poll")).includes("access_denied"));
      const { entries } = JSON.parse((await daemon.ask("GET", "/v1/history")).body) as {
        entries: HistoryEntry[];
      };
      assert.equal(entries[0]?.event, "refused");
      await pair(daemon);
    }));

  test("a code that the server calls expired is followed by one that works", () =>
    onStage({ codeLife: 14 }, async ({ server, start }) => {
      const daemon = start();
      const offer = await daemon.until("a code", hasCode);
      const over = (server.calls("code")[0]?.answered ?? Number.NaN) + 15_000;
      // A poll waits for its answer meanwhile.
      await server.frozen(() => eventually("the code's end", () => (Date.now() > over ? true : null)));
      await daemon.until("another code", hasNext(offer));
      assert.ok(errorsOf(server.calls("poll")).includes("expired_token"));
      await pair(daemon);
    }));

  test("a unit that the server does not know says that it is refused", () =>
    onStage({ units: [] }, async ({ server, start }) => {
      const daemon = start();
      const { health } = await daemon.until("refused", ({ state }) => state === "unconfigured");
      assert.equal(health[0]?.code, "secret-refused");
      assert.equal(server.calls("code")[0]?.error, "invalid_client");
    }));

  test("a grant that is revoked at the server is given up, and a new code is offered", () =>
    onStage({}, async ({ server, start }) => {
      const daemon = start();
      await pair(daemon);
      const token = await daemon.accessToken();
      await server.revoke(UNIT, token);
      assert.ok(!(await server.isActive(token)));
      await refuseToken(daemon);
      await daemon.until("a new code, and why", hasEnded);
      assert.deepEqual(errorsOf(server.calls("refresh")), ["invalid_grant"]);
      const again = await pair(daemon, "feature");
      assert.deepEqual([again.project?.name, again.health], ["feature", []]);
    }));

  test("a grant that is revoked while the device is off is given up when it is on again", () =>
    onStage({}, async ({ server, start }) => {
      const first = start();
      await pair(first);
      const token = await first.accessToken();
      await first.end();
      await server.revoke(UNIT, token);
      const second = start({ "presence.mode": "heartbeat" });
      await second.until("a new code, and why", hasEnded);
      assert.deepEqual(errorsOf(server.calls("refresh")), ["invalid_grant"]);
      await pair(second);
    }));

  test("an unpair leaves nothing at the server that is good for anything", () =>
    onStage({}, async ({ server, start }) => {
      const daemon = start({ "pairing.start": "manual" });
      await daemon.until("idle", isIdle);
      await daemon.ask("POST", "/v1/pair");
      await pair(daemon);
      await refuseToken(daemon);
      await until(server, "device", 2);
      assert.ok(await server.isActive(await daemon.accessToken()));
      await daemon.ask("POST", "/v1/unpair");
      await daemon.until("idle again", isIdle);
      assert.deepEqual(errorsOf(server.calls("revoke")), [null]);
      for (const secret of server.secrets()) assert.ok(!(await server.isActive(secret)));
    }));

  test("a grant whose answer is lost costs that code alone", () =>
    onStage({}, async ({ server, start }) => {
      const daemon = start();
      const offer = await daemon.until("a code", hasCode);
      const lost = server.relay.lose("answers", /"access_token"/);
      await authorize(browser, linkOf(offer), "documentary");
      await lost;
      server.relay.cut();
      await daemon.until("another code", hasNext(offer));
      assert.deepEqual(errorsOf(server.calls("poll")).slice(-2), [null, "invalid_grant"]);
      await pair(daemon);
    }));

  test("kill -9 of the device while the user is awaited: a new code is shown, which works", () =>
    onStage({}, async ({ server, start }) => {
      const first = start();
      const offer = await first.until("a code", hasCode);
      await until(server, "poll", 1);
      await first.end("SIGKILL");
      const second = start();
      await second.until("a new code", hasNext(offer));
      await pair(second);
    }));

  test("kill -9 of the server while the user is awaited: the same code goes on", () =>
    onStage({}, async ({ server, start }) => {
      const daemon = start();
      const offer = await daemon.until("a code", hasCode);
      await until(server, "poll", 1);
      await server.die();
      await server.live();
      await authorize(browser, linkOf(offer), "documentary");
      await daemon.until("paired", isPaired);
      assert.equal(server.calls("code").length, 1);
    }));

  test("kill -9 of the device before it has used its first token: it is paired all the same", () =>
    onStage({}, async ({ server, start }) => {
      const first = start();
      const lost = server.relay.lose("questions", /^GET \/v2\/devices\/me /);
      await authorize(browser, linkOf(await first.until("a code", hasCode)), "documentary");
      await lost;
      await first.end("SIGKILL");
      server.relay.cut();
      const second = start();
      await second.until("paired", isPaired);
      await staysGood(server, second);
    }));

  test("kill -9 of the device right after the pairing: it is paired as before, and can refresh", () =>
    onStage({}, async ({ server, start }) => {
      const first = start();
      await pair(first);
      await first.end("SIGKILL");
      const second = start();
      await second.until("paired", isPaired);
      await staysGood(server, second);
    }));

  test("kill -9 of the server right after the pairing: the device is paired as before, and can refresh", () =>
    onStage({}, async ({ server, start }) => {
      const daemon = start();
      await pair(daemon);
      await server.die();
      await server.live();
      await staysGood(server, daemon);
    }));

  async function staysGood(server: AuthorizationServer, daemon: DaemonProcess): Promise<void> {
    assert.ok(await server.isActive(await daemon.accessToken()));
    await refuseToken(daemon);
    assert.deepEqual(errorsOf(await until(server, "refresh", 1)), [null]);
    assert.equal(server.calls("code").length, 1);
  }

  for (const [mishap, befall] of MISHAPS) {
    const refreshInto = async (lost: Direction, stage: Stage) => {
      const daemon = stage.start();
      await pair(daemon);
      const losing = stage.server.relay.lose(lost);
      await refuseToken(daemon);
      await losing;
      return befall(stage, daemon);
    };

    test(`${mishap} before the server has seen a refresh: it is made up for, and nothing is lost`, () =>
      onStage({}, async (stage) => {
        const { server } = stage;
        const daemon = await refreshInto("questions", stage);
        const refreshes = await until(server, "refresh", 1);
        await until(server, "device", 2);
        await daemon.until("paired", isPaired);
        assert.ok(await server.isActive(await daemon.accessToken()));
        assert.deepEqual(errorsOf(refreshes), [null]);
        assert.equal(server.calls("code").length, 1);
      }));

    test(`${mishap} when a refresh has spent its token: the authorization is over, and the device says so`, () =>
      onStage({}, async (stage) => {
        const { server } = stage;
        const daemon = await refreshInto("answers", stage);
        await daemon.until("a new code, and why", hasEnded);
        const refreshes = server.calls("refresh");
        assert.deepEqual(errorsOf(refreshes), [null, "invalid_grant"]);
        assert.equal(subjectsOf(refreshes), 1);
        for (const secret of server.secrets()) assert.ok(!(await server.isActive(secret)));
      }));
  }
});
