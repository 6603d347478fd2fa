import type { Snapshot } from "../../../daemon/contract/snapshot.ts";
import { examplesOf } from "../../../daemon/screens/examples.ts";
import type { Panel } from "../../../daemon/screens/layout.ts";
import { IDLE } from "../../support/snapshots.ts";
import { DEVICE, OFFER, problem, snapshotOf } from "./snapshots.ts";

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

/** On a device with a name of its own, and with a code as Frame.io's are. */
export const SITUATIONS: Readonly<Record<string, Snapshot>> = {
  ...Object.fromEntries(examplesOf({ ...IDLE, device: DEVICE }, OFFER)),
  "clock-wrong-told": snapshotOf("waiting-for-clock", {
    health: [problem("clock-wrong")],
    wrong_time: "2025-04-13T19:38:00.000Z",
  }),
  "paired-with-clock-wrong": snapshotOf("paired", {
    health: [problem("clock-wrong")],
    wrong_time: "2025-04-13T19:38:00.000Z",
  }),
};
