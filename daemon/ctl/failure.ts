import type { ExitCode } from "../cli/exit.ts";

/** Why a command did not do what was asked: one sentence for a person and the exit status for a script. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
