import type { ProblemView, SnapshotView } from "./snapshot.ts";
import type { Style } from "./text.ts";

/** What each public state means, for someone who has not read the manual. */
const MEANINGS: Readonly<Record<string, string>> = {
  starting: "the daemon is starting",
  unconfigured: "Frame.io's secret is missing or refused",
  "waiting-for-clock": "the device's clock is wrong, Frame.io can't be trusted until it is right",
  "waiting-for-network": "no network",
  "requesting-code": "asking Frame.io for a code",
  "awaiting-user": "a code is on offer",
  idle: "not paired, and no code is on offer",
  confirming: "authorized, asking which project",
  paired: "Frame.io accepts this device",
};

const SOURCES: Readonly<Record<string, string>> = {
  fixed: "from the configuration",
  "board-serial": "the board's serial number",
  "machine-id": "made from the machine-id",
  generated: "made up at first start",
};

export function meaningOf(state: string): string {
  return MEANINGS[state] ?? "a state that this c2cctl does not know";
}

export function originOf(source: string | null): string {
  return SOURCES[source ?? ""] ?? source ?? "of unknown origin";
}

/** One line for each problem: how bad, what, what to do, and what else there is to know. */
export function problemLines({ health }: SnapshotView, style: Style): string {
  const paint: Readonly<Record<string, (text: string) => string>> = {
    error: style.red,
    warning: style.yellow,
  };
  return health
    .map((problem) => {
      const mark = (paint[problem.severity] ?? style.bold)(problem.severity);
      return `${mark} ${problem.code}: ${sentencesOf(problem)}\n`;
    })
    .join("");
}

export function sentencesOf({ text, action, detail }: ProblemView): string {
  return [text, action, detail].filter((part) => part !== "").join(" ");
}
