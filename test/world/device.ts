/** One life of the daemon's process: its rooms, put together as daemon.ts does, on a clock and a board that are the world's. */

import type { TokenAnswer } from "../../daemon/contract/authorization.ts";
import type { Identity } from "../../daemon/contract/identity.ts";
import type { SystemClock } from "../../daemon/core/clock.ts";
import type { Logger } from "../../daemon/core/log.ts";
import { Secret } from "../../daemon/core/secret.ts";
import { createFrameio, type Frameio } from "../../daemon/frameio/client.ts";
import { keepPresent, type Presence } from "../../daemon/frameio/presence.ts";
import { brokerToken } from "../../daemon/pairing/broker.ts";
import { Runner } from "../../daemon/pairing/runner.ts";
import { endOf, grantOf, type State } from "../../daemon/pairing/state.ts";
import { screenOf } from "../../daemon/screens/screen.ts";
import { chooseIdentity } from "../../daemon/setup/identity.ts";
import { StatusKeeper } from "../../daemon/status/keeper.ts";
import { statusLine } from "../../daemon/status/line.ts";
import { Meters } from "../../daemon/status/meters.ts";
import { observer } from "../../daemon/status/observe.ts";
import { CATALOGUE } from "../../daemon/texts/screen/catalogue.ts";
import { Disk } from "../../daemon/vault/disk.ts";
import { MemoryFirstVault } from "../../daemon/vault/follow.ts";
import type { Vault } from "../../daemon/vault/vault.ts";
import { watchClock } from "../../daemon/watch/clock.ts";
import type { Board } from "../../hw/board/board.ts";
import type { Ledger } from "./ledger.ts";

export const CLIENT_ID = "WORLD-1";

/** More seldom than the daemon does: most of what happens in a world would be that. */
const CLOCK_LOOK_MS = 30_000;

export interface DevicePorts {
  readonly clock: SystemClock;
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly secret: string;
  /** Told when the vault says that tokens are stored. */
  stored(): void;
  /** Told when the vault says that the card does not answer. */
  silent(): void;
  /** Told of every picture. @param userCode on it; null for none */
  painted(userCode: string | null): void;
  /** Told when nothing is on the display any more. */
  wiped(): void;
  /** Told of every step in a few words, without a secret. */
  log(line: string): void;
  fail(error: unknown): void;
}

const BOARD: Board = { model: "World Board", serials: [], refused: [], machineId: null };

export class Device {
  readonly #ports: DevicePorts;
  readonly #vault: MemoryFirstVault;
  readonly #frameio: Frameio;
  readonly #runner: Runner;
  readonly #status: StatusKeeper;
  readonly #presence: Presence;
  #identity: Identity = { clientId: "", source: "generated", model: null, boardSerial: null };
  #stopClock = () => {};
  #heldBack = false;
  #dark = false;

  constructor(ports: DevicePorts) {
    const { clock, random, ledger, secret } = ports;
    this.#ports = ports;
    const disk = new Disk({ directory: "/state", credentialsDirectory: null, scratch: "/run", clock });
    this.#vault = new MemoryFirstVault(clock, disk);
    ledger.begin(() => this.#vault.failing() !== null);
    this.#frameio = createFrameio({
      baseUrl: "https://api.frame.io",
      clientVersion: "1.0.0",
      scope: "asset_create offline",
      urlPairing: true,
      bodyEncoding: "urlencoded",
      verificationHosts: ["frame.io"],
      clientId: () => CLIENT_ID,
      clientSecret: () => new Secret(secret),
      roots: [],
      systemRoots: () => null,
      proxy: null,
      clock,
      heardTime: (wall) => clock.heard(wall),
    });
    const observe = observer(this.#logger(), new Meters(), clock);
    this.#runner = new Runner({
      frameio: this.#frameio,
      vault: watched(this.#vault, ports),
      clock,
      random,
      clientId: () => CLIENT_ID,
      settings: () => ({ start: "auto", window: 0 }),
      observe: (change) => {
        const ended = endOf(change.after);
        if (grantOf(change.before) !== null && ended !== null) ledger.ended(ended.reason);
        observe(change);
      },
      storageFailed: (error) => this.#say((error as Error).message),
    });
    this.#status = new StatusKeeper({
      state: () => this.#runner.state,
      facts: () => ({
        networkUp: true,
        vault: {
          notices: this.#vault.notices,
          failing: this.#vault.failing(),
          unsaved: this.#vault.unsaved(CLIENT_ID),
        },
        display: { missing: null, qrTooSmall: false, undrawable: null },
        identityChanged: null,
        secretUnusable: null,
        pageFailing: null,
        presence: null,
      }),
      display: () => DISPLAY,
      button: () => null,
      identity: () => this.#identity,
      hasButton: true,
      network: () => [],
      page: () => [],
      firmware: "1.0.0",
      version: "0.0.0",
      clock,
    });
    this.#status.subscribe(() => this.#paint());
    this.#runner.subscribe(() => this.#status.update());
    this.#presence = keepPresent({
      mode: "heartbeat",
      interval: 300,
      frameio: this.#frameio,
      clock,
      random,
      accessToken: () => {
        const grant = grantOf(this.#runner.state);
        return grant?.rotation.at === "proven" ? grant.current.accessToken : null;
      },
      onUnauthorized: (accessToken) => this.#runner.dispatch({ type: "token-refused", accessToken }),
      deviceIds: () => [],
      onJoined() {},
      onStatus() {},
      onTrouble() {},
    });
    this.#runner.subscribe(() => this.#presence.update());
  }

  get state(): State {
    return this.#runner.state;
  }

  /** Whether the storage refuses. */
  get failing(): boolean {
    return this.#vault.failing() !== null;
  }

  /** The refresh token that it holds; null where it holds none. */
  get held(): string | null {
    return grantOf(this.state)?.current.refreshToken?.reveal() ?? null;
  }

  async open(): Promise<void> {
    const { clock, fail } = this.#ports;
    await this.#vault.claim();
    await this.#vault.open();
    this.#vault.onChange(() => {
      const trouble = this.#vault.failing();
      if (trouble === null) this.#runner.recover().catch(fail);
      else if (trouble.reason.includes("has not answered")) this.#ports.silent();
      this.#status.update();
    });
    const remembered = await this.#vault.identity();
    const wanted = { source: "fixed", fixed: CLIENT_ID, prefix: "" } as const;
    const { identity } = chooseIdentity(BOARD, remembered, false, wanted, () => "");
    this.#identity = identity;
    this.#vault.rememberIdentity(identity).catch(fail);
    await this.#runner.boot();
    const look = () => this.#runner.dispatch({ type: "clock-changed" });
    this.#stopClock = watchClock(clock, () => CLOCK_LOOK_MS, look).stop;
    this.#vault.verify().then(() => this.#status.update(), fail);
  }

  /** Ends in order: the display is given back first of all. */
  async close(): Promise<void> {
    this.#dark = true;
    this.#ports.wiped();
    this.#stopClock();
    this.#presence.close();
    await this.#runner.close();
    this.#frameio.close();
    await this.#vault.close();
  }

  press(): void {
    this.#runner.dispatch({ type: "pair-requested" });
  }

  cancel(): void {
    this.#runner.dispatch({ type: "cancel-requested" });
  }

  unpair(): void {
    void this.#runner.unpair();
  }

  networkChanged(): void {
    this.#frameio.reset([]);
    this.#presence.networkChanged();
    this.#runner.dispatch({ type: "network-changed", up: true });
  }

  async token(): Promise<TokenAnswer> {
    const answer = await brokerToken(this.#runner, this.#ports.clock, 60);
    if (answer.type === "token") this.#ports.ledger.served(answer.accessToken.reveal());
    return answer;
  }

  tokenRefused(accessToken: Secret): void {
    this.#runner.dispatch({ type: "token-refused", accessToken });
  }

  /** What the display shows, as the presenter has it: nothing is drawn while tokens are on their way to the card. */
  #paint(): void {
    if (this.#dark) return;
    const { settling } = this.#runner;
    if (settling !== null) {
      if (!this.#heldBack)
        void settling.then(() => {
          this.#heldBack = false;
          this.#paint();
        });
      this.#heldBack = true;
      return;
    }
    const { ledger } = this.#ports;
    const snapshot = this.#status.snapshot();
    const screen = screenOf(snapshot, CATALOGUE.en);
    ledger.tells("a snapshot", JSON.stringify(snapshot));
    ledger.tells("a picture", JSON.stringify(screen));
    ledger.tells("the status line", statusLine(snapshot));
    this.#ports.painted(screen.code?.userCode ?? null);
  }

  #say(line: string): void {
    this.#ports.ledger.tells("the log", line);
    this.#ports.log(line);
  }

  #logger(): Logger {
    const say = (line: string) => this.#say(line);
    return { info: say, notice: say, warn: say, error: say, debug: say } as unknown as Logger;
  }
}

const DISPLAY = {
  driver: "none",
  device: null,
  name: "none",
  width: null,
  height: null,
  qr_module: null,
  qr_quiet: null,
};

/** The vault, with an account of what it promises. */
function watched(vault: Vault, { ledger, stored }: DevicePorts): Vault {
  const account: Partial<Vault> = {
    async authorization(clientId) {
      const found = await vault.authorization(clientId);
      ledger.found(found);
      return found;
    },
    async storeAuthorization(authorization) {
      ledger.stores(authorization);
      await vault.storeAuthorization(authorization);
      ledger.stored(authorization);
      stored();
    },
    async probe(intent) {
      await vault.probe(intent);
      if (intent !== undefined) ledger.stored(intent);
    },
    forgetAuthorization(clientId, end) {
      ledger.forgets();
      return vault.forgetAuthorization(clientId, end);
    },
  };
  return new Proxy(vault, {
    get(target, name) {
      const own = Reflect.get(account, name) as unknown;
      if (own !== undefined) return own;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
