import type { Problem } from "../contract/problems.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { STATE_ROWS } from "../contract/states.ts";
import { topicOf } from "../contract/topic.ts";

/** The one line for `systemctl status`. */
export function statusLine(snapshot: Snapshot): string {
  const { state, pairing, project, health } = snapshot;
  const worst = health[0];
  const topic = topicOf(snapshot);
  // What keeps the device in a state says more than the state; that it is paired is worth saying all the same.
  if (worst !== undefined && topic.problem === worst && state !== "paired") return forOperator(worst);
  const code = pairing === null ? "" : `, code ${pairing.user_code}`;
  const where = state === "paired" && project !== null ? ` with ${project.name}` : "";
  const { operator, next } = STATE_ROWS[state];
  const unproven = topic.unproven === null ? "" : `, ${topic.unproven}`;
  const words = `${operator}${where}${unproven}${code}${next === null ? "" : `; ${next}`}`;
  const sentence = words.replace(/^./, (first) => first.toUpperCase());
  return worst === undefined ? sentence : `${sentence}. ${forOperator(worst)}`;
}

/** Whoever reads `systemctl status` is the one whom the crew is sent to: the detail says more than the advice. */
function forOperator({ text, action, detail }: Problem): string {
  return `${text} ${detail ?? action}`;
}
