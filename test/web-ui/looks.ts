import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import { AWAITING, IDLE, NO_SECRET, OFFER, OFFLINE, PAIRED } from "../daemon/local/fake-backend.ts";

/** One of each look that the page can have. */
export const LOOKS: Readonly<Record<string, Snapshot>> = {
  starting: { ...IDLE, state: "starting" },
  unconfigured: { ...IDLE, state: "unconfigured", health: [NO_SECRET, OFFLINE] },
  clock: { ...IDLE, state: "waiting-for-clock" },
  network: { ...IDLE, state: "waiting-for-network", health: [OFFLINE] },
  requesting: { ...IDLE, state: "requesting-code" },
  idle: IDLE,
  awaiting: AWAITING,
  "digits alone": {
    ...AWAITING,
    pairing: { ...OFFER, verification_uri: null, verification_uri_complete: null },
  },
  "awaiting while paired": { ...PAIRED, state: "awaiting-user", pairing: OFFER, health: [OFFLINE] },
  confirming: { ...PAIRED, state: "confirming", project: null },
  paired: PAIRED,
  "paired with trouble": {
    ...PAIRED,
    health: [NO_SECRET, OFFLINE, { ...OFFLINE, code: "paused", severity: "info" }],
  },
  "long names": {
    ...PAIRED,
    device: { ...IDLE.device, name: "ACME-RECORDER-R1-0000000000000000-4CA00368", model: "M".repeat(80) },
    project: { id: "x", name: "DieUnendlicheGeschichteVomRechtschaffenenKameraassistenten 第一話 الفيلم" },
  },
};
