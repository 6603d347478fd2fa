import { lightOf } from "../../../daemon/contract/light.ts";
import { PROBLEM_ROWS, type ProblemCode } from "../../../daemon/contract/problems.ts";
import type { PairingView, Snapshot } from "../../../daemon/contract/snapshot.ts";
import { IDLE } from "../../support/snapshots.ts";

export const DEVICE = { ...IDLE.device, name: "ACME R1 3F9A", client_id: "ACME-R1-10000000A1B2C3D4" };

export const OFFER: PairingView = {
  user_code: "482913",
  verification_uri: "https://next.frame.io/pair",
  verification_uri_complete: "https://next.frame.io/pair/482913",
  expires_in: 120,
  expires_at: "2025-01-01T12:02:00.000Z",
  attempt: 1,
};

export function snapshotOf(state: Snapshot["state"], more: Partial<Snapshot> = {}): Snapshot {
  return {
    ...IDLE,
    state,
    light: lightOf(state, more.health ?? [], 0),
    device: DEVICE,
    pairing: state === "awaiting-user" ? OFFER : null,
    project: state === "paired" ? { id: "1", name: "Nordlicht Episode 3" } : null,
    ...more,
  };
}

export function problem(code: ProblemCode): Snapshot["health"][number] {
  return {
    code,
    severity: PROBLEM_ROWS[code].severity,
    text: "",
    action: "",
    detail: null,
    since: IDLE.since,
  };
}
