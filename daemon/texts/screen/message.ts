import type { Snapshot } from "../../contract/snapshot.ts";
import type { Topic } from "../../contract/topic.ts";
import { utcMinute } from "../../core/text.ts";
import type { Message, Texts } from "./texts.ts";

/** What the headline names, and one thing to know or to do. */
export function messageOf(
  { problem, unproven }: Topic,
  { state, wrong_time }: Pick<Snapshot, "state" | "wrong_time">,
  texts: Texts,
): Message {
  if (problem !== null) {
    const message = texts.problems[problem.code];
    if (problem.code === "clock-wrong" && wrong_time !== null)
      return { ...message, sentence: texts.clockSays(utcMinute(wrong_time)) };
    return unproven === "offline" ? { ...message, headline: texts.unproven.offline } : message;
  }
  return unproven === "connecting" ? texts.unproven.connecting : texts.states[state];
}
