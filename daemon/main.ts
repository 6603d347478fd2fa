/** The program `c2cd`: arguments, signals and exit statuses. What runs is put together in `daemon.ts`. */

import { UnknownKeyError } from "../hw/buttons.ts";
import { buildInfo } from "./build-info.ts";
import { check } from "./check.ts";
import { C2CD, C2CD_OPTIONS } from "./cli/c2cd.ts";
import { EXIT } from "./cli/exit.ts";
import { helpText } from "./cli/help.ts";
import { parseCommandLine, UsageError } from "./cli/parse.ts";
import { type Config, ConfigError, loadConfig } from "./config.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { ProxyError } from "./frameio/proxy.ts";
import { RootsError } from "./frameio/roots.ts";
import { IdentityError } from "./identity.ts";
import { handedOverSocket } from "./local/handed-over.ts";
import { SocketError } from "./local/listen.ts";
import { chooseFormat, createLogger, type Logger } from "./log.ts";
import { VaultBusy, VaultKeyError } from "./vault/vault.ts";

/** A stop takes less than this; what hangs longer than that must not keep a device from switching off. */
const STOP_MS = 1_900;

interface Given {
  readonly configFile: string;
  readonly root: string;
  readonly checkOnly: boolean;
}

function readArguments(): Given {
  try {
    const line = parseCommandLine(C2CD, process.argv.slice(2));
    if (line.type === "help") return finish(helpText(C2CD, null));
    if (line.type === "version") return finish(`c2cd ${buildInfo.version}\n`);
    const root = (line.arguments.value(C2CD_OPTIONS.root) ?? "").replace(/\/+$/, "");
    const configFile = line.arguments.value(C2CD_OPTIONS.config) ?? `${root}/etc/c2cd/c2cd.toml`;
    return { configFile, root, checkOnly: line.arguments.has(C2CD_OPTIONS.check) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`c2cd: ${error.message}\n`);
    process.exit(EXIT.usage);
  }
}

function finish(text: string): never {
  process.stdout.write(text);
  process.exit(0);
}

function readConfig(file: string): Config {
  try {
    return loadConfig(file, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`c2cd: the configuration has mistakes:\n${error.message.replace(/^/gm, "  ")}\n`);
    process.exit(EXIT.config);
  }
}

function exitStatus(error: unknown): number {
  if (error instanceof VaultBusy) return EXIT.tryLater;
  if (error instanceof SocketError) return EXIT.unavailable;
  const configuration = [IdentityError, VaultKeyError, ProxyError, RootsError, UnknownKeyError];
  return configuration.some((kind) => error instanceof kind) ? EXIT.config : EXIT.software;
}

function loggerFor(config: Config): Logger {
  const format = chooseFormat(config.log.format, process.env, process.stdout.isTTY);
  return createLogger(config.log.level, format, (line) => process.stdout.write(line));
}

function run({ configFile, root }: Given): void {
  const config = readConfig(configFile);
  const log = loggerFor(config);
  let stopping = false;

  const handedOver = handedOverSocket(process.env);
  const start = (given: Config) =>
    startDaemon({ config: given, root, environment: process.env, log, handedOver, fail });
  const fail = (error: unknown): never => {
    const status = exitStatus(error);
    if (status === EXIT.software) log.fatal({ err: error }, "internal error; stopping for a clean restart");
    else log.fatal((error as Error).message);
    process.exit(status);
  };
  // A daemon in an unknown state must not go on answering the watchdog.
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  // A reader of our output that goes away is no reason to unpair anything.
  process.stdout.on("error", () => {});

  let running: Promise<Daemon> = start(config).catch(fail);

  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info(`${signal}: stopping`);
    setTimeout(() => leave(signal), STOP_MS).unref();
    void running.then((daemon) => daemon.close()).then(() => leave(signal));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {
    if (stopping) return;
    try {
      const next = loadConfig(configFile, process.env);
      running = running.then((daemon) => daemon.reload(next, start)).catch(fail);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      log.error(`the configuration has mistakes and stays as it was:\n${error.message}`);
    }
  });
}

/** exit(3) waits for a look-up that is under way, as long as a dead name server likes; a signal waits for nothing. */
function leave(signal: NodeJS.Signals): void {
  if (process.getActiveResourcesInfo().includes("GetAddrInfoReqWrap")) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(0);
}

const given = readArguments();
if (given.checkOnly)
  process.exitCode = check(readConfig(given.configFile), given.root, process.env) ? 0 : EXIT.config;
else run(given);
