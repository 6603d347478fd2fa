/** A line of the device's own history, for the status page and support. Never a secret, never a user's name. */
export interface HistoryEntry {
  /** Wall time. */
  readonly at: number;
  readonly event: string;
  readonly detail: string;
}

export type HistoryEvent = "paired" | "unpaired" | "ended" | "project" | "refused";
