import type { Snapshot, StateName } from "./snapshot.ts";

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
  const worst = health[0] === undefined ? "" : `. ${health[0].text} ${health[0].action}`;
  return `${SENTENCES[state]}${where}${code}${worst}`;
}
