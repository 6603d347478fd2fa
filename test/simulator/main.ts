import { HELP, readArguments, UsageError } from "./arguments.ts";
import { startSimulator } from "./simulator.ts";

/** Runs until SIGINT or SIGTERM; exit statuses of sysexits(3): 64 usage, 69 it can't run. */
async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const simulator = await startSimulator({ ...options, log });
  const { url } = simulator;
  const ready = { url, pairing_page: `${options.publicUrl ?? url}/pair`, admin: `${url}/_admin` };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void simulator.close());
}

main().catch((error: Error) => {
  const usage = error instanceof UsageError;
  process.stderr.write(`simulator: ${error.message}${usage ? " (try --help)" : ""}\n`);
  process.exitCode = usage ? 64 : 69;
});
