import { PROBLEM_CODES } from "../../../daemon/contract/problems.ts";
import { BUTTON_PHASES, type Snapshot } from "../../../daemon/contract/snapshot.ts";
import { STATES } from "../../../daemon/contract/states.ts";
import type { Panel } from "../../../daemon/screens/layout.ts";
import { OFFER, problem, snapshotOf } from "./snapshots.ts";

/** The sizes that such hardware has, 128x32 OLED to 4K monitor. */
export const PANELS: readonly Panel[] = [
  [128, 32],
  [128, 64],
  [135, 240],
  [240, 135],
  [240, 240],
  [320, 240],
  [240, 320],
  [480, 320],
  [800, 480],
  [480, 800],
  [1024, 600],
  [1280, 800],
  [1920, 1080],
  [3840, 2160],
].map(([width = 0, height = 0]) => ({ width, height, monochrome: width === 128 }));

export function panelName({ width, height }: Panel): string {
  return `${width}x${height}`;
}

/** Every state, the ways in which a code can be offered, and every problem that has a screen to itself. */
export const SITUATIONS: Readonly<Record<string, Snapshot>> = {
  ...Object.fromEntries(STATES.map((state) => [state, snapshotOf(state)])),
  "idle-with-button": snapshotOf("idle", { has_button: true }),
  "idle-with-page": snapshotOf("idle", { page: ["http://192.0.2.17:8620"] }),
  "code-half-time": snapshotOf("awaiting-user", { pairing: { ...OFFER, expires_in: 60 } }),
  "code-with-problem": snapshotOf("awaiting-user", { health: [problem("authorization-ended")] }),
  "code-while-paired": snapshotOf("awaiting-user", { project: { id: "1", name: "Nordlicht Episode 3" } }),
  "code-without-link": snapshotOf("awaiting-user", {
    pairing: { ...OFFER, verification_uri_complete: null },
  }),
  "code-without-address": snapshotOf("awaiting-user", {
    pairing: { ...OFFER, verification_uri: null, verification_uri_complete: null },
  }),
  "paired-with-problem": snapshotOf("paired", { health: [problem("paused")] }),
  "paired-with-long-name": snapshotOf("paired", {
    project: { id: "1", name: "Nordlicht – Staffel 2, Folge 3 „Die Rückkehr der Königin“" },
    health: [problem("paused")],
  }),
  "clock-wrong-told": snapshotOf("waiting-for-clock", {
    health: [problem("clock-wrong")],
    wrong_time: "2025-04-13T19:38:00.000Z",
  }),
  "paired-with-clock-wrong": snapshotOf("paired", {
    health: [problem("clock-wrong")],
    wrong_time: "2025-04-13T19:38:00.000Z",
  }),
  "paired-without-project": snapshotOf("paired", { project: null }),
  ...Object.fromEntries(
    BUTTON_PHASES.map((phase) => [
      `button-${phase}`,
      snapshotOf("paired", { button: { phase, seconds_left: phase === "counting" ? 4 : null } }),
    ]),
  ),
  ...Object.fromEntries(
    PROBLEM_CODES.map((code) => [code, snapshotOf("requesting-code", { health: [problem(code)] })]),
  ),
};
