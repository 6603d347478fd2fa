import { existsSync } from "node:fs";
import { readBoard } from "../../../hw/board/board.ts";
import { C2CCTL_OPTIONS } from "../../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../../cli/exit.ts";
import { buildInfo } from "../../core/build-info.ts";
import { type SystemClock, systemClock } from "../../core/clock.ts";
import { escaped, printable } from "../../core/text.ts";
import { type Config, ConfigError, ENVIRONMENT_PREFIX, loadConfig, parseConfig } from "../../setup/config.ts";
import type { Environment } from "../../setup/environment.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { snapshotOf } from "../reply.ts";
import { fields, parse, type SnapshotView } from "../snapshot.ts";
import { type Check, fail, failed, ok, reported, warn } from "./check.ts";
import { checkDisplay } from "./display.ts";
import { AS_ROOT, checkButton, checkModes, checkSecret, checkStorage } from "./files.ts";
import { checkIdentity } from "./identity.ts";
import { checkApi, checkDns, checkExtraCertificates, checkInterface, checkProxy } from "./network.ts";
import { checkUnit, readUnit } from "./unit.ts";

/** `c2cctl doctor` */
export async function doctor(context: Context): Promise<ExitCode> {
  const { out, interrupted } = context;
  const json = context.arguments.has(C2CCTL_OPTIONS.json);
  const checks: Check[] = [];
  const live = out.terminal && !json;
  const trying = (what: string) => {
    if (live) out.write(`…    ${what}`);
  };
  for await (const check of examine(context, trying)) {
    if (live) out.write("\r\u001b[K");
    // What was cut short says nothing about the device.
    if (interrupted.aborted) throw new Failure(EXIT.interrupted, "interrupted");
    checks.push(check);
    if (!json) out.write(line(check, context));
  }
  const healthy = checks.every(({ level }) => level !== "fail");
  if (!json) out.write(`\n${sum(checks)}\n`);
  if (json) context.out.write(`${escaped(JSON.stringify({ ok: healthy, checks }, null, 2))}\n`);
  return healthy ? EXIT.ok : EXIT.failed;
}

/**
 * Check by check, so that a person sees the first lines while the network is still being tried.
 *
 * @param trying told what the next check is, where that may take seconds
 */
async function* examine(context: Context, trying: (what: string) => void): AsyncGenerator<Check> {
  const { arguments: given, client, clock, root, interrupted } = context;
  const configFile = given.value(C2CCTL_OPTIONS.config) ?? `${root}/etc/c2cd/c2cd.toml`;
  trying("daemon");
  const environment = await governingVariables(context);
  const { config, check: configured } = readConfig(configFile, environment);
  yield configured;
  const { snapshot, check: daemon } = await askDaemon(context);
  yield daemon;
  const reports = new Set(snapshot === null ? [] : reported(snapshot));

  /** The daemon lives with the device: where all is well from here and it says otherwise, its word counts. */
  function* heard(own: Check): Generator<Check> {
    const theirs = [...reports].filter(({ name }) => name === own.name);
    for (const report of theirs) reports.delete(report);
    if (own.level !== "ok" || theirs.length === 0) yield own;
    yield* theirs;
  }

  if (root === "") {
    trying("systemd");
    yield* checkUnit(await readUnit("c2cd.service"));
  }
  yield* heard(checkIdentity(await readBoard(root), config, snapshot));
  const secretFile = config.frameio.client_secret_file;
  yield* heard(checkSecret(root, secretFile, snapshot));
  yield* heard(checkStorage(root));
  yield checkModes(configFile, client.path);
  const baseUrl = new URL(config.frameio.base_url);
  yield* heard(checkInterface(root, clock, baseUrl));
  const wallClock = systemClock(root, buildInfo.builtAt);
  const { proxy, check: proxied } = checkProxy(baseUrl, environment);
  if (proxied !== null) yield proxied;
  yield* checkExtraCertificates(environment, process.versions.node);
  trying("dns");
  const dns = await checkDns(proxy ?? baseUrl, interrupted);
  yield* heard(dns);
  if (dns.level === "ok" && proxied?.level !== "fail") {
    trying("api");
    for (const link of await checkApi(root, config, proxy, wallClock, interrupted)) yield* heard(link);
  }
  yield* heard(checkClock(wallClock));
  yield* heard(checkDisplay(root, config, snapshot));
  if (config.buttons.device !== "") yield checkButton(root + config.buttons.device);
  if (snapshot !== null && snapshot.page.length > 0)
    yield* heard(ok("page", `other devices on the network open it at ${snapshot.page.join(", ")}`));
  if (snapshot !== null) yield* heard(checkAuthorization(snapshot));
  yield* reports;
}

/** The running daemon's: a unit's drop-in and a container give it others than this shell has. */
async function governingVariables({ client, environment }: Context): Promise<Environment> {
  try {
    const { status, body } = await client.get("/v1/environment");
    return status === 200 ? readVariables(parse(body.toString("utf8"))) : environment;
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode === EXIT.interrupted) throw error;
    return environment;
  }
}

function readVariables(told: unknown): Environment {
  const texts = fields(told);
  const names = Object.keys(Object(told)).filter((name) => /^\w+$/.test(name));
  return Object.fromEntries(names.map((name) => [name, texts?.text(name) ?? undefined]));
}

function readConfig(
  file: string,
  environment: Environment,
): { readonly config: Config; readonly check: Check } {
  try {
    const config = loadConfig(file, environment);
    const base = existsSync(file) ? `${file} is good` : `no ${file}: the defaults stand`;
    const over = overriding(environment);
    return { config, check: ok("config", over === "" ? base : `${base}, but for ${over}`) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [first] = error.problems;
    const more = error.problems.length > 1 ? ` (and ${error.problems.length - 1} more)` : "";
    return {
      config: parseConfig("", file, {}),
      check: first?.message.includes("EACCES")
        ? warn("config", `${file} may not be looked at`, `${AS_ROOT}; the checks below take the defaults`)
        : fail(
            "config",
            `${first?.where}: ${first?.message}${more}`,
            "correct it; the checks below take the defaults, see c2cd.toml(5)",
          ),
    };
  }
}

function overriding(environment: Environment): string {
  const names = Object.keys(environment).filter((name) => name.startsWith(ENVIRONMENT_PREFIX));
  return names.filter((name) => name !== "C2CD_SOCKET").join(", ");
}

async function askDaemon({
  client,
  version,
}: Context): Promise<{ readonly snapshot: SnapshotView | null; readonly check: Check }> {
  try {
    const snapshot = snapshotOf(await client.get("/v1/status"), "status");
    return {
      snapshot,
      check:
        snapshot.version === version
          ? ok("daemon", `c2cd ${version} answers, ${snapshot.state}`)
          : warn(
              "daemon",
              `c2cd is ${snapshot.version ?? "of unknown version"} and c2cctl ${version}`,
              "install both from the same version and run: systemctl restart c2cd",
            ),
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode === EXIT.interrupted) throw error;
    return { snapshot: null, check: failed("daemon", error, "see: journalctl -u c2cd") };
  }
}

/** @param clock that has heard Frame.io, where it answers: what the daemon goes by as well */
function checkClock(clock: SystemClock): Check {
  const time = new Date(clock.wall()).toISOString().replace(/\.\d+Z/, "Z");
  return clock.wallTrusted()
    ? ok("clock", `${time}, confirmed by Frame.io, NTP or a real-time clock`)
    : warn(
        "clock",
        `${time}, which neither Frame.io nor NTP nor a real-time clock confirms`,
        "let systemd-timesyncd or chrony set it: timedatectl",
      );
}

function checkAuthorization({ state, project, authorization }: SnapshotView): Check {
  if (authorization === null)
    return warn("authorization", `not paired (${state})`, NEXT[state] ?? "see above");
  return ok("authorization", `paired${project === null ? "" : ` with ${project}`}`);
}

/** What pairs it, in the states in which nothing else has to come first. */
const NEXT: Readonly<Record<string, string>> = {
  idle: "run: c2cctl pair",
  "awaiting-user": "scan or enter the code; see: c2cctl status",
};

/** "1 failed, 4 warnings" */
function sum(checks: readonly Check[]): string {
  const count = (wanted: Check["level"]) => checks.filter(({ level }) => level === wanted).length;
  const [failures, warnings] = [count("fail"), count("warn")];
  const parts = [
    ...(failures === 0 ? [] : [`${failures} failed`]),
    ...(warnings === 0 ? [] : [`${warnings} warning${warnings === 1 ? "" : "s"}`]),
  ];
  return parts.length === 0 ? "all is well" : parts.join(", ");
}

function line({ name, level, text, action }: Check, { out }: Context): string {
  const paint = { ok: out.style.green, warn: out.style.yellow, fail: out.style.red }[level];
  return `${paint(level.padEnd(4))} ${name}: ${printable(`${text}${action === null ? "" : `; ${action}`}`)}\n`;
}
