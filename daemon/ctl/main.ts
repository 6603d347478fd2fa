/** The program c2cctl: ties `run` to this process. */
import { createInterface } from "node:readline";
import { EXIT } from "../cli/exit.ts";
import { buildInfo } from "../core/build-info.ts";
import { systemClock } from "../core/clock.ts";
import { takesUtf8 } from "../core/terminal.ts";
import type { Output } from "./context.ts";
import { run } from "./run.ts";
import { style } from "./text.ts";

const { stdin, stdout, stderr, env, argv } = process;

stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  // A reader that has seen enough (head, less) is no error.
  if (code === "EPIPE") process.exit(EXIT.ok);
  stderr.write(`c2cctl: can't write to standard output: ${message}\n`);
  process.exit(EXIT.cantCreate);
});

const interrupted = new AbortController();
// Each leaves the terminal as it was.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => interrupted.abort());

/** no-color.org; TERM=dumb is a terminal without escape sequences (terminfo(5)). */
const dumb = env.TERM === "dumb";
const colour = stdout.isTTY && !dumb && !env.NO_COLOR;
const out: Output = {
  write: (text) => stdout.write(text),
  terminal: stdout.isTTY && !dumb,
  colour,
  utf8: takesUtf8(env),
  style: style(colour),
  // A serial console has no size until someone tells it, and says 0 x 0.
  get columns() {
    return stdout.columns || 80;
  },
  get rows() {
    return stdout.rows || 24;
  },
  onResize(look) {
    stdout.on("resize", look);
    return () => stdout.off("resize", look);
  },
};

void run(argv.slice(2), {
  out,
  clock: systemClock("", buildInfo.builtAt),
  note: (text) => stderr.write(text),
  ask,
  interrupted: interrupted.signal,
  environment: env,
  version: buildInfo.version,
}).then((status) => {
  process.exitCode = status;
});

/** Ctrl-D is an empty answer; Ctrl-C, which readline takes for itself, is an interrupt here as everywhere. */
function ask(question: string): Promise<string | null> {
  if (!stdin.isTTY) return Promise.resolve(null);
  return new Promise((resolve) => {
    const prompt = createInterface({ input: stdin, output: stderr });
    prompt.once("SIGINT", () => interrupted.abort());
    prompt.once("SIGINT", () => prompt.close());
    prompt.once("close", () => resolve(""));
    prompt.question(question, (answer) => {
      resolve(answer);
      prompt.close();
    });
  });
}
