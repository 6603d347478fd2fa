/** The program c2cctl: ties `run` to this process. */
import { createInterface } from "node:readline";
import { buildInfo } from "../build-info.ts";
import { systemClock } from "../clock.ts";
import type { Output } from "./context.ts";
import { run } from "./run.ts";
import { style } from "./text.ts";

const { stdin, stdout, stderr, env, argv } = process;

// A reader that has seen enough (head, less) is no error.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

/** no-color.org; TERM=dumb is a terminal without escape sequences (terminfo(5)). */
const dumb = env.TERM === "dumb";
const colour = stdout.isTTY && !dumb && !env.NO_COLOR;
const out: Output = {
  write: (text) => stdout.write(text),
  terminal: stdout.isTTY && !dumb,
  colour,
  style: style(colour),
  columns: stdout.columns ?? 80,
  rows: stdout.rows ?? 24,
};

process.exitCode = await run(argv.slice(2), {
  out,
  clock: systemClock("", buildInfo.builtAt),
  note: (text) => stderr.write(text),
  ask,
  interrupted: interrupted.signal,
  environment: env,
  version: buildInfo.version,
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
