import { C2CCTL, C2CCTL_OPTIONS, COMMANDS, type CommandName } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { helpText } from "../cli/help.ts";
import { parseCommandLine, UsageError } from "../cli/parse.ts";
import { printable } from "../core/text.ts";
import { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";

export type Surroundings = Omit<Context, "arguments" | "client" | "root">;

type Run = (context: Context) => Promise<ExitCode>;

/** Each loads what it needs when it is asked for: a board reads its card slowly. */
const RUNS: Readonly<Record<CommandName, () => Promise<Run>>> = {
  status: async () => (await import("./status.ts")).status,
  pair: async () => (await import("./pair.ts")).pair,
  cancel: async () => (await import("./cancel.ts")).cancel,
  unpair: async () => (await import("./unpair.ts")).unpair,
  token: async () => (await import("./token.ts")).token,
  qr: async () => (await import("./qr.ts")).qr,
  demo: async () => (await import("./demo.ts")).demo,
  doctor: async () => (await import("./doctor/doctor.ts")).doctor,
  identity: async () => (await import("./identity.ts")).identity,
};

/**
 * c2cctl from its command line to its exit status.
 *
 * @param argv without the interpreter and the script
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { out, note, clock, interrupted, environment, version } = surroundings;
  try {
    const line = parseCommandLine(C2CCTL, argv);
    if (line.type === "help") out.write(helpText(C2CCTL, line.command));
    if (line.type === "version") out.write(`c2cctl ${version}\n`);
    if (line.type !== "run") return EXIT.ok;
    const root = line.arguments.value(C2CCTL_OPTIONS.root)?.replace(/\/+$/, "") ?? null;
    const socket =
      line.arguments.value(C2CCTL_OPTIONS.socket) ??
      (root === null ? environment.C2CD_SOCKET || null : null) ??
      `${root ?? ""}/run/c2cd/control.sock`;
    const command = await RUNS[commandName(line.command?.name)]();
    return await command({
      ...surroundings,
      arguments: line.arguments,
      client: new Client(socket, clock, interrupted),
      root: root ?? "",
    });
  } catch (error) {
    if (!(error instanceof Failure || error instanceof UsageError)) throw error;
    note(`c2cctl: ${printable(error.message)}\n`);
    return error instanceof Failure ? error.exitCode : EXIT.usage;
  }
}

function commandName(name: string | undefined): CommandName {
  if (name !== undefined && Object.hasOwn(COMMANDS, name)) return name as CommandName;
  throw new TypeError(`no command ${name}`);
}
