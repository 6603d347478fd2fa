import { type Light, STATE_ROWS, type StateName } from "../contract/states.ts";
import type { CodeView, ProblemView, SnapshotView } from "./snapshot.ts";
import type { Style } from "./text.ts";

const SOURCES: Readonly<Record<string, string>> = {
  fixed: "from the configuration",
  "board-serial": "the board's serial number",
  "machine-id": "made from the machine-id",
  generated: "made up at first start",
};

/** What a public state means, for someone who has not read the manual. */
export function meaningOf(state: string): string {
  return state in STATE_ROWS
    ? STATE_ROWS[state as StateName].operator
    : "a state that this c2cctl does not know";
}

const LIGHT_MEANINGS: Readonly<Record<Light, string>> = {
  green: "paired, Frame.io answers and takes uploads",
  amber: "something is not as it should be",
  red: "people are needed",
  blue: "on its way",
};

/** The light in its colour, with what it means. @param waits whether a code waits to be used */
export function lightLine(light: string, waits: boolean, style: Style): string {
  const paint: Readonly<Record<string, (text: string) => string>> = {
    green: style.green,
    amber: style.yellow,
    red: style.red,
  };
  const known = light in LIGHT_MEANINGS ? `: ${LIGHT_MEANINGS[light as Light]}` : "";
  const meaning = light === "blue" && waits ? ": a code waits to be used" : known;
  return (paint[light] ?? style.bold)(light) + meaning;
}

/** Where people type the code, after "Enter it". */
export function placeOf({ uri }: CodeView): string {
  return uri === null ? "in Frame.io, where a project's C2C Connections add a device" : `at ${uri}`;
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
