import type { StateName } from "../../contract/states.ts";
import type { Topic } from "../../contract/topic.ts";
import type { Message, Texts } from "./texts.ts";

/** What the headline names, and one thing to know or to do. */
export function messageOf({ problem, unproven }: Topic, state: StateName, texts: Texts): Message {
  if (problem !== null) {
    const message = texts.problems[problem.code];
    return unproven === "offline" ? { ...message, headline: texts.unproven.offline } : message;
  }
  return unproven === "connecting" ? texts.unproven.connecting : texts.states[state];
}
