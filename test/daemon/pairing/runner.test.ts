import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { TokenAnswer } from "../../../daemon/contract/authorization.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { createFrameio } from "../../../daemon/frameio/client.ts";
import { brokerToken } from "../../../daemon/pairing/broker.ts";
import { stateName } from "../../../daemon/pairing/name.ts";
import { Runner } from "../../../daemon/pairing/runner.ts";
import { grantOf } from "../../../daemon/pairing/state.ts";
import type { Vault } from "../../../daemon/vault/vault.ts";
import { startSimulator } from "../../simulator/simulator.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";
import { openVault } from "../../support/open-vault.ts";
import {
  authorization,
  CLIENT,
  defer,
  pulled,
  type Room,
  recovery,
  room,
  switched,
} from "../vault/support.ts";

function runnerOn(t: TestContext, baseUrl: string, secret: string, vault: Vault, clock: ManualClock) {
  const frameio = createFrameio({
    baseUrl,
    clientVersion: "1.0.0",
    scope: "asset_create offline",
    urlPairing: true,
    bodyEncoding: "multipart",
    verificationHosts: [],
    clientId: () => CLIENT,
    clientSecret: () => new Secret(secret),
    roots: [],
    systemRoots: () => null,
    proxy: null,
    clock,
  });
  defer(t, () => frameio.close());
  const runner = new Runner({
    frameio,
    vault,
    clock,
    random: () => 0.5,
    clientId: () => CLIENT,
    settings: () => ({ start: "auto", window: 0 }),
    observe() {},
    storageFailed() {},
  });
  defer(t, () => runner.close());
  return { frameio, runner };
}

/** A simulated Frame.io with a vault and a runner beside it, and what approves the code that the runner shows. */
async function pairing(t: TestContext, here: Room, disk = here.disk()) {
  const { clock } = here.options;
  const simulator = await startSimulator({ interval: 1 });
  defer(t, () => simulator.close());
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  const { frameio, runner } = runnerOn(t, simulator.url, simulator.secret, vault, clock);
  const approve = async () => {
    await until(() => runner.state.offer.at === "awaiting");
    simulator.approve();
    await clock.advance(2_000);
  };
  return { clock, vault, frameio, runner, approve, simulator };
}

async function until(arrived: () => boolean): Promise<void> {
  while (!arrived()) await settled();
}

test("a device whose card could not be read at the start is paired again when it can", async (t) => {
  const here = room(t);
  const first = await here.open();
  await first.storeAuthorization(authorization(1));
  await first.close();

  const clock = new ManualClock();
  const { wire, disk } = switched(here.disk(), "No card.");
  wire.cut = true;
  const vault = await openVault({ clock, disk });
  defer(t, () => vault.close());
  // Nothing listens there: what is tried is a fault and no verdict.
  const { runner } = runnerOn(t, "http://127.0.0.1:1", "secret", vault, clock);
  await runner.boot();
  assert.equal(stateName(runner.state), "requesting-code");

  wire.cut = false;
  await recovery(vault, clock);
  await runner.recover();
  assert.equal(stateName(runner.state), "paired");
  assert.equal(runner.state.offer.at, "resting");
});

test("no token is handed out that is not on the disk, however long that takes", async (t) => {
  const { clock, vault, runner, approve } = await pairing(t, room(t));
  let writing = false;
  let write = () => {};
  const slow = new Promise<void>((resolve) => {
    write = resolve;
  });
  const store = vault.storeAuthorization.bind(vault);
  vault.storeAuthorization = async (given) => {
    writing = true;
    await slow;
    await store(given);
  };
  defer(t, () => write());
  await runner.boot();
  await approve();
  await until(() => writing);
  let answer: TokenAnswer | null = null;
  const asked = brokerToken(runner, clock, 60).then((given) => {
    answer = given;
  });
  // By now listeners are told of the pairing all the same.
  await clock.advance(2_000);
  assert.equal(answer, null);
  write();
  await asked;
  assert.equal((await brokerToken(runner, clock, 60)).type, "token");
});

test("whoever is told of new tokens, of a pairing or of a refresh, is told when the disk has them", async (t) => {
  const here = room(t);
  const { runner, approve } = await pairing(t, here);
  const told: { readonly left: Room; readonly accessToken: Secret }[] = [];
  runner.subscribe(() => {
    const grant = grantOf(runner.state);
    if (grant === null || told.at(-1)?.accessToken.equals(grant.current.accessToken)) return;
    told.push({ left: pulled(t, here), accessToken: grant.current.accessToken });
  });
  await runner.boot();
  await approve();
  await until(() => told.length === 1 && grantOf(runner.state)?.device?.kept === true);
  runner.dispatch({ type: "token-wanted", life: Number.POSITIVE_INFINITY });
  await until(() => told.length === 2);

  for (const { left, accessToken } of told) {
    const found = await left.open();
    const stored = await found.authorization(CLIENT);
    assert.ok(
      stored?.current.accessToken.equals(accessToken),
      "told of tokens that a power cut would have cost",
    );
  }
});

/** Pairs, and unpairs while Frame.io says nothing to that: what gives it up. */
async function unpairInVain({ frameio, runner, approve }: Awaited<ReturnType<typeof pairing>>) {
  let given: AbortSignal | undefined;
  const unanswered = { kind: "fault", fault: { kind: "timeout", detail: "", retryAfter: null } } as const;
  frameio.revoke = (_, signal) => {
    given = signal;
    return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(unanswered)));
  };
  await runner.boot();
  await approve();
  await until(() => grantOf(runner.state)?.device?.kept === true);
  void runner.unpair();
  await until(() => given !== undefined);
  return given;
}

test("an unpair waits for Frame.io no longer than ten seconds of the daemon's own clock", async (t) => {
  const device = await pairing(t, room(t));
  const given = await unpairInVain(device);
  await device.clock.advance(9_000);
  assert.equal(given?.aborted, false);
  await device.clock.advance(1_000);
  assert.equal(given?.aborted, true);
});

test("an unpair that a stop cuts off is left to the next start, and nothing stays behind at Frame.io", async (t) => {
  const device = await pairing(t, room(t));
  const { clock, vault, runner, simulator } = device;
  await unpairInVain(device);
  const closed = runner.close();
  await clock.advance(1_500);
  await closed;
  assert.equal((await vault.authorization(CLIENT))?.leaving, true);
  assert.equal(runner.state.authorization.at, "leaving", "nobody is told that it is forgotten");

  const next = runnerOn(t, simulator.url, simulator.secret, vault, clock).runner;
  await next.boot();
  await until(() => next.state.authorization.at === "absent");
  assert.equal(await vault.authorization(CLIENT), null);
  assert.equal(
    simulator.requests().filter(({ call, status }) => call === "revoke" && status === 200).length,
    1,
  );
});

/** The access token that has worked; null while there is none. */
function provenToken(runner: Runner): string | null {
  const grant = grantOf(runner.state);
  return grant?.rotation.at === "proven" ? grant.current.accessToken.reveal() : null;
}

test("while the disk refuses, the refresh waits for it, programs get the token of memory, and its last minutes don't wait", async (t) => {
  const here = room(t);
  const { wire, disk } = switched(here.disk());
  const { clock, vault, runner, approve } = await pairing(t, here, disk);
  const served = async (minimumLife: number) => {
    const answer = await brokerToken(runner, clock, minimumLife);
    return answer.type === "token" ? answer.accessToken.reveal() : null;
  };
  /** Lets time pass until there are new tokens; none passes while Frame.io answers. */
  const refresh = async (before: string | null) => {
    const at = () => grantOf(runner.state)?.refresh.at;
    while ([before, null].includes(provenToken(runner))) {
      if (at() === "due") await clock.advance((clock.nextDue ?? 0) - clock.elapsed());
      else await settled();
    }
    return provenToken(runner);
  };
  const life = 28_800_000;
  await runner.boot();
  await approve();
  await until(() => provenToken(runner) !== null);
  const first = provenToken(runner);

  wire.cut = true;
  await clock.advance(life - 700_000);
  assert.equal(grantOf(runner.state)?.refresh.at, "due");
  assert.equal(await served(300), first);
  assert.equal(await served(3_600), first, "with what life it has");
  assert.equal(vault.unsaved(CLIENT), false);

  const second = await refresh(first);
  assert.ok(clock.elapsed() <= life, "while programs could still use the one before");
  assert.equal(await served(300), second);
  assert.equal(vault.unsaved(CLIENT), true);

  const third = await refresh(second);
  assert.ok(clock.elapsed() < 1.8 * life, "the disk has nothing to lose any more");
  wire.cut = false;
  await recovery(vault, clock);
  assert.equal(vault.unsaved(CLIENT), false);
  const stored = await (await pulled(t, here).open()).authorization(CLIENT);
  assert.equal(stored?.current.accessToken.reveal(), third);
});
