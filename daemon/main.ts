/** The program `c2cd`: its arguments. What runs is put together in `daemon.ts`, and kept in its bounds in `life.ts`. */

import { check } from "./check.ts";
import { C2CD, C2CD_OPTIONS } from "./cli/c2cd.ts";
import { EXIT } from "./cli/exit.ts";
import { helpText } from "./cli/help.ts";
import { parseCommandLine, UsageError } from "./cli/parse.ts";
import { buildInfo } from "./core/build-info.ts";
import { asErrors, isJournal } from "./core/log.ts";
import { printable, printableLines } from "./core/text.ts";
import { type Life, live } from "./life.ts";
import { type Config, ConfigError, loadConfig } from "./setup/config.ts";

interface Given extends Life {
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
    complain(`c2cd: ${printable(error.message)}\n`);
    process.exit(EXIT.usage);
  }
}

function finish(text: string): never {
  process.stdout.write(text);
  process.exit(0);
}

function complain(text: string): void {
  process.stderr.write(asErrors(text, isJournal(process.env, 2)));
}

function readConfig(file: string): Config {
  try {
    return loadConfig(file, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const mistakes = printableLines(error.message).replace(/^/gm, "  ");
    complain(`c2cd: the configuration has mistakes:\n${mistakes}\n`);
    process.exit(EXIT.config);
  }
}

const given = readArguments();
if (given.checkOnly)
  void check(readConfig(given.configFile), given.root, process.env).then((usable) => {
    process.exitCode = usable ? 0 : EXIT.config;
  });
else live(given, readConfig(given.configFile));
