/** Puts the rooms together and wires them: the one place that knows all of them. */

import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { readBoard } from "../hw/board/board.ts";
import { watchDisplays } from "../hw/displays/detect.ts";
import { openDisplay } from "../hw/displays/open.ts";
import { buttonDevice, watchButton } from "../hw/input/buttons.ts";
import type { ButtonDevice } from "../hw/input/device.ts";
import { withKernel } from "../hw/linux/with-kernel.ts";
import type { Identity } from "./contract/identity.ts";
import { SHOWN_OFFLINE_MS } from "./contract/problems.ts";
import { isForOthers } from "./core/address.ts";
import { buildInfo } from "./core/build-info.ts";
import type { SystemClock } from "./core/clock.ts";
import type { Logger } from "./core/log.ts";
import { takesUtf8 } from "./core/terminal.ts";
import { createBackend } from "./facade.ts";
import { createFrameio, type Frameio } from "./frameio/client.ts";
import { keepPresent, type Presence, type PresenceTrouble } from "./frameio/presence.ts";
import { proxyFor } from "./frameio/proxy.ts";
import { loadRoots, systemRoots } from "./frameio/root-files.ts";
import type { HandedOverSockets } from "./local/handed-over.ts";
import { startLocal } from "./local/server.ts";
import type { Visitors } from "./local/visitors.ts";
import { Runner } from "./pairing/runner.ts";
import { grantOf } from "./pairing/state.ts";
import { Presenter } from "./screens/presenter.ts";
import type { Notifier } from "./service/notifier.ts";
import { startWatchdog, watchdogUsec } from "./service/watchdog.ts";
import type { Config } from "./setup/config.ts";
import { ClientSecret, loadClientSecret } from "./setup/credentials.ts";
import { type Directories, directories, governing } from "./setup/environment.ts";
import { chooseIdentity } from "./setup/identity.ts";
import { problemJournal } from "./status/journal.ts";
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
import { pageUrl, pageUrls } from "./watch/page.ts";
import { WifiNames } from "./watch/wifi.ts";

export interface DaemonOptions {
  readonly config: Config;
  /** Prefix of every system path; "" for the system itself. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: SystemClock;
  readonly log: Logger;
  /** The control socket from systemd; null where the daemon makes its own. */
  readonly handedOver: HandedOverSockets | null;
  readonly notifier: Notifier;
  /** Who is let in to the status page where it is on the network. */
  readonly visitors: Visitors;
  /** The one uncaught way out of a loop that can't go on. */
  fail(error: unknown): void;
}

/** How soon an interface that comes up and a clock that is set are noticed: where they may be waited for, where all is well. */
const LOOK_MS = { waiting: 500, well: 10_000 };
/** And a display. */
const DISPLAY_LOOK_MS = { waiting: 5_000, well: 10_000 };

/** How long the display waits for a start, in which there is nothing to show but a code. */
const SCREEN_MS = 250;

/** Everything that the build made lies beside this program. */
const HOME = dirname(fileURLToPath(import.meta.url));

/** What a snapshot says before the identity is known. */
const NOBODY: Identity = { clientId: "", source: "generated", model: null, boardSerial: null };

/** Ends what a step of the start has opened. */
type Close = () => Promise<void>;

/** The rooms of one running daemon. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #directories: Directories;
  readonly #clock: SystemClock;
  readonly #meters = new Meters();
  readonly #buttonDevice: ButtonDevice;
  readonly #secret: ClientSecret;
  readonly #frameio: Frameio;
  readonly #vault: MemoryFirstVault;
  readonly #runner: Runner;
  readonly #presence: Presence;
  readonly #status: StatusKeeper;
  readonly #presenter: Presenter;
  readonly #network: NetworkWatch;
  readonly #wifi: WifiNames;
  readonly #button: ButtonMeaning;
  readonly #audience: Audience;
  /** Null where the page is for this machine alone. */
  readonly #visitors: Visitors | null;
  /** What ends everything that only looks and tells. */
  readonly #watches: (() => void)[] = [];
  /** What closes the rooms that are open, in the order of the start; those of one row close together. */
  readonly #opened: Close[][] = [];
  #pairing: Config["pairing"];
  #identity = NOBODY;
  #pageAddress: AddressInfo | null = null;
  #previousClientId: string | null = null;
  #pageFailing: string | null = null;
  /** What keeps the device from being shown online. */
  #absence: PresenceTrouble | null = null;
  #stopAbsence = () => {};
  #cancelScreen = () => {};
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
    this.#directories = directories(environment, root);
    this.#clock = clock;
    this.#pairing = config.pairing;
    this.#buttonDevice = buttonDevice(config.buttons);
    this.#secret = new ClientSecret(
      () => loadClientSecret(this.#directories.credentials, config.frameio.client_secret_file),
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
      () => this.#lookPace(),
      (_, gone) => this.#networkChanged(gone),
    );
    this.#wifi = new WifiNames(root, askSsid, () => this.#status.update());
    this.#status = new StatusKeeper({
      state: () => this.#runner.state,
      facts: () => ({
        networkUp: this.#network.current().up,
        vault: {
          notices: this.#vault.notices,
          failing: this.#vault.failing(),
          unsaved: this.#vault.unsaved(this.#identity.clientId),
        },
        display: {
          missing: this.#presenter.missing(),
          qrTooSmall: this.#presenter.qrTooSmall(),
          undrawable: this.#presenter.undrawable(),
        },
        identityChanged: this.#previousClientId,
        secretUnusable: this.#secret.unusable,
        pageFailing: this.#pageFailing,
        presence: this.#absence && {
          detail: `Frame.io may show it offline: ${this.#absence.fault.detail}.`,
          lasts: clock.elapsed() - this.#absence.since,
        },
      }),
      display: () => this.#presenter.view(),
      button: () => this.#button.view(),
      identity: () => this.#identity,
      hasButton: config.buttons.device !== "",
      network: () =>
        this.#network.places().map((place) => ({ ...place, wifi: this.#wifi.of(place.interface) })),
      page: () => this.#pageUrls(),
      firmware: config.frameio.client_version,
      version: buildInfo.version,
      clock,
    });
    const journal = problemJournal(options.log, clock);
    this.#status.subscribe(() => journal(this.#status.snapshot().health));
    this.#status.subscribe(() => this.#wifi.look(this.#status.snapshot().health, this.#network.places()));
    this.#audience = new Audience(clock, (watched) => this.#runner.dispatch({ type: "watched", watched }));
    this.#visitors = isForOthers(config.http.listen) ? options.visitors : null;
    this.#presenter = this.#makePresenter();
    this.#button = new ButtonMeaning({
      clock,
      state: () => this.#runner.state,
      pair: () => this.#runner.dispatch({ type: "pair-requested" }),
      unpair: () => this.#runner.unpair(),
      look: () => {
        this.#presenter.wake();
        this.#audience.come();
        this.#visitors?.pressed();
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
      () => this.#stopAbsence(),
      () => this.#cancelScreen(),
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
   * What the first request to Frame.io needs comes first; the local API and the display come while that request is under
   * way. After each step the start can end. Whoever waits at the local API when it closes may wait for the very answer
   * that the pairing waits for, so the two share their time.
   */
  async #openRooms(): Promise<void> {
    const start: (() => Promise<Close | undefined>)[][] = [
      [() => this.#claimDirectories()],
      [() => this.#openVault()],
      [() => this.#chooseIdentity()],
      [() => this.#openPairing(), () => this.#openLocal()],
      [() => this.#openScreen()],
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
    const utf8 = takesUtf8(environment);
    const host = { root, clock: this.#clock, stdout: process.stdout, utf8, term: environment.TERM, urgent };
    const pace = () => (this.#isWell() ? DISPLAY_LOOK_MS.well : DISPLAY_LOOK_MS.waiting);
    let watched = false;
    /** Whether the display is opened because the machine was asleep: nothing new to tell. */
    let woken = false;
    const presenter = new Presenter({
      language: config.display.language,
      pairedFor: config.display.paired_for,
      clock: this.#clock,
      root,
      page: { acts: config.http.allow_actions, pin: this.#visitors?.pin ?? null },
      source: {
        snapshot: () => this.#status.snapshot(),
        subscribe: (listener) => this.#status.subscribe(listener),
      },
      open: async () => {
        // From the first opening on, and no sooner: what arrived before is no other display than the one that is opened.
        if (!watched) this.#watches.push(watchDisplays(config.display, host, pace, () => presenter.reopen()));
        watched = true;
        const known = woken;
        woken = false;
        const { display, reason, warnings } = await openDisplay(config.display, host);
        if (known) return display;
        log.info(reason);
        for (const warning of warnings) log.warn(warning);
        return display;
      },
      urgent,
      changed: () => {
        this.#audience.light(presenter.lit());
        this.#status.update();
      },
      lost: () => this.#meters.displayErrors.inc(),
    });
    // A panel that had no power while the machine slept knows nothing of what it was told.
    const wake = this.#clock.onWake(() => {
      woken = true;
      presenter.reopen();
    });
    this.#watches.push(wake);
    return presenter;
  }

  #makeVault(): MemoryFirstVault {
    const { state: directory, credentials: credentialsDirectory, runtime: scratch } = this.#directories;
    return new MemoryFirstVault(
      this.#clock,
      new Disk({ directory, credentialsDirectory, scratch, clock: this.#clock }),
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
      observe: observer(log, this.#meters, this.#clock),
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
        this.#absent(trouble?.online === false ? trouble : null);
        // Who can't be shown online may not reach Frame.io at all, or reaches it again.
        runner.dispatch({ type: "device-doubted" });
        if (trouble === null) log.notice("Frame.io shows the device online again");
        else if (trouble.online)
          log.warn(
            `heartbeats show the device online, since the status socket fails: ${trouble.fault.detail}`,
          );
        else log.warn(`Frame.io may show the device offline: ${trouble.fault.detail}`);
      },
    });
  }

  /** Told when it has lasted. */
  #absent(trouble: PresenceTrouble | null): void {
    this.#absence = trouble;
    this.#stopAbsence();
    if (trouble !== null)
      this.#stopAbsence = this.#clock.after(SHOWN_OFFLINE_MS, () => this.#status.update());
    this.#status.update();
  }

  #lookPace(): number {
    return this.#isWell() ? LOOK_MS.well : LOOK_MS.waiting;
  }

  #isWell(): boolean {
    const { state } = this.#runner;
    return grantOf(state) !== null && state.trouble === null;
  }

  #networkChanged(gone: readonly string[]): void {
    this.#frameio.reset(gone);
    this.#presence.networkChanged();
    this.#runner.dispatch({ type: "network-changed", up: this.#network.current().up });
    this.#status.update();
  }

  /** Before anything is touched that a second daemon would share with the first: a screen, a socket. */
  async #claimDirectories(): Promise<Close> {
    const { runtime } = this.#directories;
    const made = mkdirSync(runtime, { recursive: true, mode: 0o755 });
    // Whatever the umask: who may use the socket must get to it, and nobody else may put anything beside it.
    if (made !== undefined) chmodSync(runtime, 0o755);
    await this.#vault.claim();
    return () => this.#vault.close();
  }

  async #openScreen(): Promise<undefined> {
    // A picture takes the thread for as long as the rest of a start: programs that want a token come before it.
    if (grantOf(this.#runner.state) !== null) return;
    this.#cancelScreen();
    void this.#presenter.start();
  }

  async #openVault(): Promise<undefined> {
    const { fail } = this.#options;
    this.#cancelScreen = this.#clock.after(SCREEN_MS, () => void this.#presenter.start());
    await this.#vault.open();
    this.#watches.push(
      this.#vault.onChange(() => {
        if (this.#vault.failing() === null) this.#runner.recover().catch(fail);
        this.#status.update();
      }),
    );
  }

  async #chooseIdentity(): Promise<undefined> {
    const { config, root, log, fail } = this.#options;
    const remembered = await this.#vault.identity();
    const { identity, changed } = chooseIdentity(
      await readBoard(root),
      remembered,
      remembered !== null && (await this.#vault.authorization(remembered.clientId)) !== null,
      config.identity,
      randomUUID,
    );
    this.#identity = identity;
    if (changed !== null) {
      this.#previousClientId = changed.reason === "other-board" ? changed.previous.clientId : null;
      log.warn(
        changed.reason === "shared"
          ? `was ${changed.previous.clientId} before, which other boards may be as well: nothing was paired under it`
          : `was ${changed.previous.clientId} before (${changed.reason}): that authorization is set aside`,
      );
    }
    // The disk takes it before any authorization, and nobody has to wait for that.
    this.#vault.rememberIdentity(identity).catch(fail);
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
    const watch = watchClock(
      this.#clock,
      () => this.#lookPace(),
      (step, trusted) => {
        const set = step === 0 ? "" : `was set by ${Math.round(step / 1000)} s and `;
        this.#options.log.info(`the clock ${set}can${trusted ? "" : "not"} be believed`);
        this.#runner.dispatch({ type: "clock-changed" });
      },
    );
    this.#watches.push(watch.stop, this.#runner.subscribe(watch.hurry));
  }

  #watchButton(): void {
    const { config, root } = this.#options;
    const { device } = config.buttons;
    if (device === "") return;
    const watched = watchButton(root + device, this.#buttonDevice, this.#clock, this.#button);
    this.#watches.push(
      () => watched.close(),
      this.#clock.onWake(() => watched.slept()),
    );
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
      visitors: this.#visitors,
      language: config.display.language,
      socketPath: join(this.#directories.runtime, "control.sock"),
      handedOver: this.#options.handedOver,
      groupFile: `${root}/etc/group`,
      webRoot: join(HOME, "web-ui"),
      hostName: hostname,
      clock: this.#clock,
      log,
      randomBytes,
      onPageProblem: (problem) => this.#pageTold(problem),
      fail,
    });
    const address = local.tcpAddress();
    this.#pageAddress = address;
    this.#status.update();
    if (address !== null) log.info(`status page at ${this.#pageUrls().join(", ") || pageUrl(address)}`);
    if (this.#visitors !== null)
      log.info(`PIN of the status page, until the next start: ${this.#visitors.pin}`);
    return () => local.close();
  }

  #pageTold(problem: string | null): void {
    if (problem === this.#pageFailing) return;
    this.#pageFailing = problem;
    if (problem !== null) this.#options.log.warn(problem);
    this.#status.update();
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

  /** Where other devices can open the page. */
  #pageUrls(): readonly string[] {
    const { root } = this.#options;
    return this.#pageAddress === null ? [] : pageUrls(this.#pageAddress, this.#network.current(), root);
  }
}

async function askSsid(index: number): Promise<Buffer | null> {
  const { ssidOf } = await withKernel(() => import("../hw/linux/wifi.ts"));
  return ssidOf(index);
}
