/** The work of `scripts/run`: a Frame.io simulator unless the real one is meant, the built daemon, and a view of both. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Snapshot } from "../daemon/contract/snapshot.ts";
import { type Simulator, startSimulator } from "../test/simulator/simulator.ts";
import { NODE_FLAGS } from "./node-flags.ts";

const HELP = `Usage: scripts/run [--headless] [--listen ADDRESS:PORT]
       scripts/run --frameio --secret-file FILE

Builds the daemon and runs it from this clone until Ctrl-C.

  --headless            pair by itself against the simulator, tell what was seen, and exit with 0
  --listen ADDR:PORT    where the status page is (default: 127.0.0.1:8620; port 0 takes a free one)
  --frameio             use https://api.frame.io instead of the simulator
  --secret-file FILE    the model's client_secret, mode 0600, with --frameio
  --help                print this and exit

Everything is kept under .run/: the daemon's log, its state, and what the device's screen shows (screen.png).
`;

const HEADLESS_MS = 60_000;
const SECRET_MODE = 0o600;

const RUN = resolve(".run");
const ROOT = `${RUN}/root`;
const LOG = `${RUN}/c2cd.log`;
const SOCKET = `${ROOT}/run/c2cd/control.sock`;

class UsageError extends Error {}

interface Options {
  readonly headless: boolean;
  readonly listen: string;
  /** Absolute; null for the simulator. */
  readonly secretFile: string | null;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      headless: { type: "boolean", default: false },
      listen: { type: "string", default: "127.0.0.1:8620" },
      frameio: { type: "boolean", default: false },
      "secret-file": { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  const file = values["secret-file"];
  if (values.frameio !== (file !== undefined))
    throw new UsageError("--frameio and --secret-file go together");
  if (values.frameio && values.headless)
    throw new UsageError("--headless needs the simulator: at Frame.io a person authorizes");
  return {
    headless: values.headless,
    listen: values.listen,
    secretFile: file === undefined ? null : resolve(file),
  };
}

/** A root of our own with the kernel's real view of this machine in it. */
function layRoot(keepState: boolean): void {
  if (!keepState) rmSync(ROOT, { recursive: true, force: true });
  mkdirSync(`${ROOT}/etc`, { recursive: true });
  for (const name of ["proc", "sys", "dev"])
    if (!existsSync(`${ROOT}/${name}`)) symlinkSync(`/${name}`, `${ROOT}/${name}`);
  if (existsSync("/etc/machine-id")) writeFileSync(`${ROOT}/etc/machine-id`, readFileSync("/etc/machine-id"));
}

function startDaemon(settings: Readonly<Record<string, string>>): ChildProcess {
  const log = openSync(LOG, "w");
  const child = spawn(process.execPath, [...NODE_FLAGS, "dist/c2cd.js", "--root", ROOT], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  return child;
}

function get<T>(path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: SOCKET, path }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(JSON.parse(Buffer.concat(chunks).toString()) as T);
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** Asks the daemon until it answers as wanted. */
async function until(
  daemon: ChildProcess,
  wanted: (snapshot: Snapshot) => boolean,
  patience = HEADLESS_MS,
): Promise<Snapshot> {
  const end = Date.now() + patience;
  for (;;) {
    if (daemon.exitCode !== null)
      throw new Error(`the daemon ended with status ${daemon.exitCode}; see ${LOG}`);
    const snapshot = await get<Snapshot>("/v1/status").catch(() => null);
    if (snapshot !== null && wanted(snapshot)) return snapshot;
    if (Date.now() > end)
      throw new Error(`the daemon is ${snapshot?.state ?? "silent"} for too long; see ${LOG}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function pairByItself(simulator: Simulator, daemon: ChildProcess): Promise<void> {
  const waiting = await until(daemon, ({ pairing }) => pairing !== null);
  const { pairing, device } = waiting;
  console.log(`code ${pairing?.user_code} for ${device.name}, link ${pairing?.verification_uri_complete}`);
  simulator.approve();
  const { project } = await until(daemon, ({ state }) => state === "paired");
  console.log(`paired with ${project?.name}\n${places(simulator)}`);
}

/** Shows each code as it comes, with what there is to open beneath it, and how it ends, until the daemon does. */
async function pairWithAPerson(daemon: ChildProcess, simulator: Simulator | null): Promise<void> {
  let shown = "";
  for (;;) {
    const { state, pairing, project, device, health } = await until(
      daemon,
      (next) => newsIn(next) !== null && newsIn(next) !== shown,
      Number.POSITIVE_INFINITY,
    );
    shown = pairing?.user_code ?? state;
    if (pairing !== null) {
      await once(c2cctl("qr"), "exit");
      const link = pairing.verification_uri_complete ?? simulator?.url ?? "https://next.frame.io/pair";
      console.log(`${simulator === null ? "pair at      " : "click to pair"} ${link}`);
      console.log(`device        ${device.name}\n${places(simulator)}\n`);
    } else if (state === "paired")
      console.log(
        `${device.name} is paired${project === null ? "" : ` with ${project.name}`}. Ctrl-C stops everything.`,
      );
    else if (state === "idle")
      console.log(`${device.name} is not paired, and no code is on offer; take one on the status page.`);
    else console.log(`${device.name} is not set up: ${health[0]?.detail ?? state}`);
  }
}

/** What a person has not seen yet: another code, or a state that stays. */
function newsIn({ state, pairing }: Snapshot): string | null {
  if (pairing !== null) return pairing.user_code;
  return state === "paired" || state === "idle" || state === "unconfigured" ? state : null;
}

function c2cctl(command: string): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, "dist/c2cctl.js", "--socket", SOCKET, command], {
    stdio: "inherit",
  });
}

function places(simulator: Simulator | null): string {
  const page = /status page at ([^\s"]+)/.exec(readFileSync(LOG, "utf8"))?.[1];
  return [
    ...(page === undefined ? [] : [`status page   ${page}`]),
    `device screen ${RUN}/screen.png`,
    `daemon's log  ${LOG}`,
    ...(simulator === null ? [] : [`simulator     ${simulator.url}`]),
  ].join("\n");
}

async function main({ headless, listen, secretFile }: Options): Promise<void> {
  layRoot(secretFile !== null);
  const simulator = secretFile === null ? await startSimulator({}) : null;
  const ownSecret = `${RUN}/client_secret`;
  if (simulator !== null) writeFileSync(ownSecret, simulator.secret, { mode: SECRET_MODE });
  const daemon = startDaemon({
    C2CD_FRAMEIO_CLIENT_SECRET_FILE: secretFile ?? ownSecret,
    ...(simulator !== null && { C2CD_FRAMEIO_BASE_URL: simulator.url }),
    C2CD_DISPLAY_DRIVER: "png",
    C2CD_DISPLAY_DEVICE: `${RUN}/screen.png`,
    C2CD_HTTP_LISTEN: listen,
    C2CD_HTTP_ALLOW_ACTIONS: "true",
  });
  const stop = async () => {
    daemon.kill("SIGTERM");
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, "exit");
    await simulator?.close();
  };
  process.once("SIGINT", () => void stop().then(() => process.exit(0)));
  process.once("SIGTERM", () => void stop().then(() => process.exit(0)));
  try {
    if (headless && simulator !== null) await pairByItself(simulator, daemon);
    else await pairWithAPerson(daemon, simulator);
  } finally {
    await stop();
  }
}

try {
  mkdirSync(RUN, { recursive: true });
  const options = readOptions();
  if (options === null) process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  process.stderr.write(`scripts/run: ${(error as Error).message}\n`);
  process.exitCode = error instanceof TypeError || error instanceof UsageError ? 64 : 1;
}
