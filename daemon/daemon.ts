/** Puts the rooms together and wires them: the one place that knows all of them. */

import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { readBoard } from "../hw/board/board.ts";
import { watchDisplays } from "../hw/displays/detect.ts";
import { openDisplay } from "../hw/displays/open.ts";
import { keyCode, watchButton } from "../hw/input/buttons.ts";
import type { Identity } from "./contract/identity.ts";
import { buildInfo } from "./core/build-info.ts";
import type { SystemClock } from "./core/clock.ts";
import type { Logger } from "./core/log.ts";
import { createBackend } from "./facade.ts";
import { createFrameio, type Frameio } from "./frameio/client.ts";
import { keepPresent, type Presence } from "./frameio/presence.ts";
import { proxyFor } from "./frameio/proxy.ts";
import { loadRoots, systemRoots } from "./frameio/root-files.ts";
import type { HandedOverSocket } from "./local/handed-over.ts";
import { startLocal } from "./local/server.ts";
import { Runner } from "./pairing/runner.ts";
import { grantOf } from "./pairing/state.ts";
import { Presenter } from "./screens/presenter.ts";
import type { Notifier } from "./service/notifier.ts";
import { startWatchdog, watchdogUsec } from "./service/watchdog.ts";
import type { Config } from "./setup/config.ts";
import { ClientSecret, loadClientSecret } from "./setup/credentials.ts";
import { governing } from "./setup/environment.ts";
import { chooseIdentity } from "./setup/identity.ts";
import { StatusKeeper } from "./status/keeper.ts";
import { statusLine } from "./status/line.ts";
import { Meters } from "./status/meters.ts";
import { observer } from "./status/observe.ts";
import { Disk } from "./vault/disk.ts";
import { MemoryFirstVault } from "./vault/follow.ts";
import { Audience } from "./watch/audience.ts";
import { ButtonMeaning } from "./watch/button.ts";
import { watchClock } from "./watch/clock.ts";
import { type NetworkWatch, systemNetwork, watchNetwork } from "./watch/network.ts";

export interface DaemonOptions {
  readonly config: Config;
  /** Prefix of every system path; "" for the system itself. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: SystemClock;
  readonly log: Logger;
  /** The control socket from systemd; null where the daemon makes its own. */
  readonly handedOver: HandedOverSocket | null;
  readonly notifier: Notifier;
  /** The one uncaught way out of a loop that can't go on. */
  fail(error: unknown): void;
}

/** An interface that comes up is noticed within this time: where it may be waited for, and where all goes well. */
const NETWORK_LOOK_MS = { waiting: 500, well: 5_000 };

/** Everything that the build made lies beside this program. */
const HOME = dirname(fileURLToPath(import.meta.url));

/** What a snapshot says before the identity is known. */
const NOBODY: Identity = { clientId: "", source: "generated", model: null };

/** Ends what a step of the start has opened. */
type Close = () => Promise<void>;

/** The rooms of one running daemon. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #clock: SystemClock;
  readonly #meters = new Meters();
  readonly #keyCode: number;
  readonly #secret: ClientSecret;
  readonly #frameio: Frameio;
  readonly #vault: MemoryFirstVault;
  readonly #runner: Runner;
  readonly #presence: Presence;
  readonly #status: StatusKeeper;
  readonly #presenter: Presenter;
  readonly #network: NetworkWatch;
  readonly #button: ButtonMeaning;
  readonly #audience: Audience;
  /** What ends everything that only looks and tells. */
  readonly #watches: (() => void)[] = [];
  /** What closes the rooms that are open, in the order of the start; those of one row close together. */
  readonly #opened: Close[][] = [];
  #pairing: Config["pairing"];
  #identity = NOBODY;
  #previousClientId: string | null = null;
  #opening: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  /**
   * Every room is there from here on. Does nothing yet but look at the network.
   *
   * @throws {ConfigurationError}
   */
  constructor(options: DaemonOptions) {
    const { config, root, environment, log, clock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#pairing = config.pairing;
    this.#keyCode = keyCode(config.buttons.key);
    this.#secret = new ClientSecret(
      () => loadClientSecret(environment.CREDENTIALS_DIRECTORY ?? null, config.frameio.client_secret_file),
      (message) => log.error(message),
    );
    // What may throw comes before what has to be ended.
    this.#frameio = this.#makeFrameio();
    this.#vault = this.#makeVault();
    this.#runner = this.#makeRunner();
    this.#presence = this.#makePresence();
    this.#network = watchNetwork(
      clock,
      systemNetwork(root),
      () => this.#networkPace(),
      (_, gone) => this.#networkChanged(gone),
    );
    this.#status = new StatusKeeper({
      state: () => this.#runner.state,
      facts: () => ({
        networkUp: this.#network.current().up,
        vault: { notices: this.#vault.notices, failing: this.#vault.failing() },
        display: { missing: this.#presenter.missing(), qrTooSmall: this.#presenter.qrTooSmall() },
        identityChanged: this.#previousClientId,
      }),
      display: () => this.#presenter.view(),
      button: () => this.#button.view(),
      identity: () => this.#identity,
      version: buildInfo.version,
      clock,
    });
    this.#audience = new Audience(clock, (watched) => this.#runner.dispatch({ type: "watched", watched }));
    this.#presenter = this.#makePresenter();
    this.#button = new ButtonMeaning({
      clock,
      state: () => this.#runner.state,
      pair: () => this.#runner.dispatch({ type: "pair-requested" }),
      unpair: () => this.#runner.unpair(),
      look: () => {
        this.#presenter.wake();
        this.#audience.come();
      },
      changed: () => this.#status.update(),
      log,
    });
    this.#runner.subscribe(() => this.#status.update());
    this.#runner.subscribe(() => this.#network.hurry());
    this.#watches.push(
      () => this.#network.stop(),
      () => this.#audience.close(),
      () => this.#button.close(),
      () => this.#presence.close(),
      this.#runner.subscribe(() => this.#presence.update()),
    );
  }

  /**
   * Opens every room, until `close` is called.
   *
   * @throws {ConfigurationError | VaultBusy | SocketError} where it can't run as configured
   */
  async open(): Promise<void> {
    this.#opening = this.#openRooms();
    await this.#opening;
  }

  /**
   * What the first request to Frame.io needs comes first; the local API comes while that request is under way. After
   * each step the start can end. Whoever waits at the local API when it closes may wait for the very answer that the
   * pairing waits for, so the two share their time.
   */
  async #openRooms(): Promise<void> {
    const start: (() => Promise<Close | undefined>)[][] = [
      [() => this.#openScreen(), () => this.#openVault()],
      [() => this.#chooseIdentity()],
      [() => this.#openPairing(), () => this.#openLocal()],
      [() => this.#report()],
    ];
    for (const row of start) {
      const opened: Close[] = [];
      this.#opened.push(opened);
      for (const open of row) {
        if (this.#closing !== null) return;
        const close = await open();
        if (close !== undefined) opened.push(close);
      }
    }
  }

  /** Takes up a changed configuration; false where that needs every room to start anew. */
  reload(next: Config): boolean {
    const { config, log } = this.#options;
    const atOnce = (given: Config) => ({ ...given, pairing: null, log: given.log.format });
    if (!isDeepStrictEqual(atOnce(config), atOnce(next))) return false;
    log.info("the configuration was read again");
    log.level = next.log.level;
    this.#pairing = next.pairing;
    this.#secret.reload();
    this.#runner.dispatch({ type: "secret-changed" });
    return true;
  }

  /**
   * Ends everything within two seconds, with everything stored. A code that nobody polls any more leaves the display
   * first of all. The pairing has its time for an answer under way, and whoever waits at the local API has the same
   * time, for it may be that very answer.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeRooms();
    return this.#closing;
  }

  async #closeRooms(): Promise<void> {
    const dark = this.giveDisplayBack();
    await this.#opening.catch(() => {});
    for (const stop of this.#watches) stop();
    for (const row of this.#opened.toReversed()) await Promise.all(row.map((close) => close()));
    await dark;
  }

  /** Takes the picture off the display, whatever state the rest is in. */
  giveDisplayBack(): Promise<void> {
    return this.#presenter.close();
  }

  /** Whether a thread may hang in the storage, in a device or in a name lookup; `process.exit` would wait for it. */
  mayHang(): boolean {
    const waits = process.getActiveResourcesInfo().some((name) => /^(GetAddrInfo|FS)Req/.test(name));
    return waits || this.#vault.failing() !== null;
  }

  #makePresenter(): Presenter {
    const { config, root, environment, log } = this.#options;
    const urgent = () => this.#runner.settling;
    const host = { root, clock: this.#clock, stdout: process.stdout, term: environment.TERM, urgent };
    const presenter = new Presenter({
      language: config.display.language,
      pairedFor: config.display.paired_for,
      clock: this.#clock,
      root,
      source: {
        snapshot: () => this.#status.snapshot(),
        subscribe: (listener) => this.#status.subscribe(listener),
      },
      async open() {
        const { display, reason, warnings } = await openDisplay(config.display, host);
        log.info(reason);
        for (const warning of warnings) log.warn(warning);
        return display;
      },
      urgent,
      changed: () => {
        this.#audience.light(presenter.lit());
        this.#status.update();
      },
      lost: (message) => {
        this.#meters.displayErrors.inc();
        log.warn(message);
      },
    });
    this.#watches.push(watchDisplays(config.display, host, () => presenter.reopen()));
    return presenter;
  }

  #makeVault(): MemoryFirstVault {
    const { root, environment } = this.#options;
    const directory = environment.STATE_DIRECTORY ?? `${root}/var/lib/c2cd`;
    const credentialsDirectory = environment.CREDENTIALS_DIRECTORY ?? null;
    return new MemoryFirstVault(
      this.#clock,
      new Disk({ directory, credentialsDirectory, scratch: this.#runtimeDirectory(), clock: this.#clock }),
    );
  }

  #makeFrameio(): Frameio {
    const { config, root, environment } = this.#options;
    const { frameio: api } = config;
    return createFrameio({
      baseUrl: api.base_url,
      clientVersion: api.client_version,
      scope: api.scope,
      urlPairing: api.url_pairing,
      bodyEncoding: api.body_encoding,
      verificationHosts: api.verification_hosts,
      clientId: () => this.#identity.clientId,
      clientSecret: () => this.#secret.secret,
      roots: loadRoots(api.ca_file),
      systemRoots: systemRoots(root),
      proxy: proxyFor(api.base_url, environment),
      clock: this.#clock,
      heardTime: (wall) => this.#clock.heard(wall),
      observe: (call, outcome, seconds) => this.#meters.exchangeSeconds.observe({ call, outcome }, seconds),
    });
  }

  #makeRunner(): Runner {
    const { log } = this.#options;
    return new Runner({
      frameio: this.#frameio,
      vault: this.#vault,
      clock: this.#clock,
      random: Math.random,
      clientId: () => this.#identity.clientId,
      settings: () => ({ start: this.#pairing.start, window: this.#pairing.window * 1000 }),
      observe: observer(log, this.#meters),
      storageFailed: (error) => {
        this.#meters.vaultErrors.inc();
        log.error((error as Error).message);
      },
    });
  }

  #makePresence(): Presence {
    const { config, log } = this.#options;
    const runner = this.#runner;
    return keepPresent({
      ...config.presence,
      frameio: this.#frameio,
      clock: this.#clock,
      random: Math.random,
      // The first call with a new token is that for the device record (API facts §3.5).
      accessToken: () => {
        const grant = grantOf(runner.state);
        return grant?.rotation.at === "proven" ? grant.current.accessToken : null;
      },
      onUnauthorized: (accessToken) => runner.dispatch({ type: "token-refused", accessToken }),
      deviceIds: () => grantOf(runner.state)?.device?.record.ids ?? [],
      onJoined: (joined) => runner.dispatch({ type: "attended", joined }),
      onStatus: (paused) =>
        runner.dispatch(paused === null ? { type: "device-doubted" } : { type: "status-told", paused }),
      onTrouble: (trouble) => {
        if (trouble === null) log.info("Frame.io shows the device online again");
        else if (trouble.online)
          log.warn(
            `heartbeats show the device online, since the status socket fails: ${trouble.fault.detail}`,
          );
        else log.warn(`Frame.io may show the device offline: ${trouble.fault.detail}`);
      },
    });
  }

  #networkPace(): number {
    const { state } = this.#runner;
    const well = grantOf(state) !== null && state.trouble === null;
    return well ? NETWORK_LOOK_MS.well : NETWORK_LOOK_MS.waiting;
  }

  #networkChanged(gone: readonly string[]): void {
    this.#frameio.reset(gone);
    this.#presence.networkChanged();
    this.#runner.dispatch({ type: "network-changed", up: this.#network.current().up });
    this.#status.update();
  }

  async #openScreen(): Promise<undefined> {
    mkdirSync(this.#runtimeDirectory(), { recursive: true, mode: 0o755 });
    // The storage needs more patience than the processor: both are opened at once.
    void this.#presenter.start();
  }

  async #openVault(): Promise<Close> {
    const { log, fail } = this.#options;
    await this.#vault.open();
    this.#watches.push(
      this.#vault.onChange(() => {
        const failing = this.#vault.failing();
        if (failing !== null) log.error(`the storage refuses: ${failing.reason}`);
        else this.#runner.recover().catch(fail);
        this.#status.update();
      }),
    );
    return () => this.#vault.close();
  }

  async #chooseIdentity(): Promise<undefined> {
    const { config, root, log } = this.#options;
    const { identity, changed } = chooseIdentity(
      readBoard(root),
      await this.#vault.identity(),
      config.identity,
      randomUUID,
    );
    this.#identity = identity;
    if (changed !== null) {
      this.#previousClientId = changed.reason === "other-board" ? changed.previous.clientId : null;
      log.warn(
        `was ${changed.previous.clientId} before (${changed.reason}): that authorization is set aside`,
      );
    }
    await this.#vault.rememberIdentity(identity);
    log.info(`client_id ${identity.clientId} (${identity.source}), ${identity.model ?? "unknown board"}`);
  }

  async #openPairing(): Promise<Close> {
    await this.#runner.boot();
    this.#watchClock();
    this.#watchButton();
    return async () => {
      await this.#runner.close();
      this.#frameio.close();
    };
  }

  #watchClock(): void {
    this.#watches.push(
      watchClock(this.#clock, (step, trusted) => {
        const set = step === 0 ? "" : `was set by ${Math.round(step / 1000)} s and `;
        this.#options.log.info(`the clock ${set}can${trusted ? "" : "not"} be believed`);
        this.#runner.dispatch({ type: "clock-changed" });
      }),
    );
  }

  #watchButton(): void {
    const { config, root } = this.#options;
    const { device, grab } = config.buttons;
    if (device === "") return;
    const watched = watchButton(root + device, this.#keyCode, grab, this.#clock, this.#button);
    this.#watches.push(() => watched.close());
  }

  async #openLocal(): Promise<Close> {
    const { config, root, environment, log, fail } = this.#options;
    const local = await startLocal({
      backend: createBackend({
        runner: this.#runner,
        status: this.#status,
        vault: this.#vault,
        audience: this.#audience,
        presenter: this.#presenter,
        clock: this.#clock,
        meters: this.#meters,
        environment: governing(environment, config),
      }),
      http: config.http,
      language: config.display.language,
      socketPath: join(this.#runtimeDirectory(), "control.sock"),
      handedOver: this.#options.handedOver,
      groupFile: `${root}/etc/group`,
      webRoot: join(HOME, "web-ui"),
      hostName: hostname(),
      clock: this.#clock,
      log,
      randomBytes,
      onPageProblem: (problem) => problem !== null && log.warn(problem),
      fail,
    });
    const address = local.tcpAddress();
    if (address !== null) log.info(`status page at http://${host(address)}`);
    return () => local.close();
  }

  /** Tells the service manager how it goes. What is left has time. */
  async #report(): Promise<undefined> {
    const { config, environment, log, notifier, fail } = this.#options;
    const tellManager = () => notifier.status(statusLine(this.#status.snapshot()));
    this.#status.subscribe(tellManager);
    tellManager();
    const usec = watchdogUsec(environment, process.pid);
    if (usec !== null)
      this.#watches.push(startWatchdog(this.#clock, notifier, usec, () => this.#runner.makesProgress()));
    log.debug({ config }, "running");
    void this.#vault.verify().then((notice) => notice !== null && this.#status.update(), fail);
  }

  #runtimeDirectory(): string {
    return this.#options.environment.RUNTIME_DIRECTORY ?? `${this.#options.root}/run/c2cd`;
  }
}

function host({ address, family, port }: { address: string; family: string; port: number }): string {
  return `${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
