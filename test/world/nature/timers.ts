/** Stands in for node:timers/promises, in the world's time. */
import { nature } from "./nature.ts";

export function setTimeout<T>(ms: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => nature().scheduler.after(ms, () => resolve(value)));
}

/** Nothing comes from the network between two things that happen. */
export async function setImmediate(): Promise<void> {}
