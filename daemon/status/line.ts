import type { Problem } from "../contract/problems.ts";
import type { Snapshot, StateName } from "../contract/snapshot.ts";

const SENTENCES: Readonly<Record<StateName, string>> = {
  starting: "Starting",
  unconfigured: "Not configured",
  "waiting-for-clock": "Waiting for the clock to be set",
  "waiting-for-network": "Waiting for the network",
  "requesting-code": "Getting a pairing code",
  "awaiting-user": "Waiting for someone to pair this device",
  idle: "Not paired, and no code is on offer; take one with: c2cctl pair",
  confirming: "Paired; asking Frame.io for the project",
  paired: "Paired",
};

/** The one line for `systemctl status`. */
export function statusLine({ state, pairing, project, health }: Snapshot): string {
  const code = pairing === null ? "" : `, code ${pairing.user_code}`;
  const where = state === "paired" && project !== null ? ` with ${project.name}` : "";
  return `${SENTENCES[state]}${where}${code}${health[0] === undefined ? "" : `. ${forOperator(health[0])}`}`;
}

/** Whoever reads `systemctl status` is the one whom the crew is sent to: the detail says more than the advice. */
function forOperator({ text, action, detail }: Problem): string {
  return `${text} ${detail ?? action}`;
}
