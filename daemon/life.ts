/** The life of the process: signals, a configuration that is read again, and ends that leave nothing behind. */

import { randomBytes } from "node:crypto";
import { EXIT } from "./cli/exit.ts";
import { buildInfo } from "./core/build-info.ts";
import { systemClock } from "./core/clock.ts";
import { ConfigurationError } from "./core/configuration-error.ts";
import { chooseFormat, createLogger, isJournal, type Logger } from "./core/log.ts";
import { Daemon } from "./daemon.ts";
import { handedOverSockets } from "./local/handed-over.ts";
import { SocketError } from "./local/listen.ts";
import { Visitors } from "./local/visitors.ts";
import { createNotifier } from "./service/notifier.ts";
import { type Config, ConfigError, loadConfig } from "./setup/config.ts";
import { VaultBusy } from "./vault/vault.ts";

export interface Life {
  readonly configFile: string;
  /** Prefix of every system path. */
  readonly root: string;
}

/** A stop takes less than this; what hangs longer than that must not keep a device from switching off. */
const STOP_MS = 1_900;

/** After an internal error, the display is given back within this time or not at all. */
const DISPLAY_MS = 1_000;

/** Runs the daemon until a signal or an error ends the process. */
export function live({ configFile, root }: Life, first: Config): void {
  let config = first;
  let log = loggerFor(first);
  let daemon: Daemon | null = null;
  let ending = false;
  const clock = systemClock(root, buildInfo.builtAt);
  const notifier = createNotifier({
    environment: process.env,
    clock,
    monotonicUsec: () => process.hrtime.bigint() / 1000n,
    warn: (message) => log.warn(message),
  });
  const handedOver = handedOverSockets(process.env);
  // Whoever makes the daemon read its configuration again must not give a guesser new tries.
  const visitors = new Visitors({
    clock,
    randomBytes,
    onRest: () => log.warn("five wrong PINs for the status page: none is taken for five minutes"),
  });
  const surroundings = { root, environment: process.env, clock, notifier, handedOver, visitors, fail };
  /** Starts and reloads, one after the other. */
  let work: Promise<void> = start(first).then(ready).catch(fail);

  async function start(given: Config): Promise<void> {
    log = loggerFor(given);
    daemon = new Daemon({ ...surroundings, config: given, log });
    try {
      await daemon.open();
      config = given;
    } catch (error) {
      await daemon.close();
      throw error;
    }
  }

  async function ready(): Promise<void> {
    if (!ending) await notifier.ready();
  }

  /** A daemon in an unknown state must not go on, nor answer the watchdog. */
  function fail(error: unknown): void {
    const status = exitStatus(error);
    const end = () => leave(status, "SIGKILL", daemon?.mayHang() ?? false);
    if (status === EXIT.software) log.fatal({ err: error }, "internal error; stopping for a clean restart");
    else log.fatal((error as Error).message);
    if (ending) end();
    ending = true;
    setTimeout(end, DISPLAY_MS);
    // Within the turn of a file operation's answer, that operation would count as one that hangs.
    const soon = () => setImmediate(end);
    void Promise.resolve(daemon?.giveDisplayBack()).then(soon, soon);
  }

  async function readAgain(): Promise<void> {
    if (ending) return;
    await notifier.reloading();
    try {
      const next = loadConfig(configFile, process.env);
      if (daemon?.reload(next)) config = next;
      else await startAnew(next);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      log.error(`the configuration has mistakes and stays as it was:\n${error.message}`);
    }
    await ready();
  }

  async function startAnew(next: Config): Promise<void> {
    const before = config;
    log.info("the configuration has changed: starting anew");
    await daemon?.close();
    if (ending) return;
    try {
      await start(next);
    } catch (error) {
      if (exitStatus(error) !== EXIT.config) throw error;
      log.error(`the configuration stays as it was: ${(error as Error).message}`);
      await start(before);
    }
  }

  function stop(signal: NodeJS.Signals): void {
    if (ending) return;
    ending = true;
    log.info(`${signal}: stopping`);
    setTimeout(() => {
      log.error("a device, the storage or the network does not answer: stopping without it");
      leave(0, signal, true);
    }, STOP_MS).unref();
    void Promise.all([notifier.stopping(), daemon?.close()])
      .then(() => work)
      .then(() => leave(0, signal, daemon?.mayHang() ?? false));
  }

  // Node's own go to stderr, where no reader of the journal finds them by their priority.
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log.warn(`${name}: ${message}`));
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  // A reader of our output that goes away is no reason to unpair anything.
  process.stdout.on("error", () => {});
  // Node.js opens its debugger at this signal, on a port for every user of the device, unless somebody else takes it.
  process.on("SIGUSR1", () => {});
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {
    work = work.then(readAgain).catch(fail);
  });
}

/**
 * Ends the process now. `process.exit` waits for libuv's threads, and a name lookup holds one for half a minute where
 * the name server is silent, a dying card for ever: the kernel waits for no thread.
 *
 * @param signal what a service manager is to see instead of the status
 */
function leave(status: number, signal: NodeJS.Signals, mayHang: boolean): never {
  if (mayHang) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(status);
}

function exitStatus(error: unknown): number {
  if (error instanceof VaultBusy) return EXIT.tryLater;
  if (error instanceof SocketError) return EXIT.unavailable;
  return error instanceof ConfigurationError ? EXIT.config : EXIT.software;
}

function loggerFor({ log }: Config): Logger {
  const format = chooseFormat(log.format, isJournal(process.env, 1), process.stdout.isTTY);
  return createLogger(log.level, format, (line) => process.stdout.write(line));
}
