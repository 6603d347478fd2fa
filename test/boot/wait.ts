import { setTimeout as sleep } from "node:timers/promises";

/** Asks `attempt` until it answers with something else than null. @param timeout milliseconds */
export async function waitFor<T>(
  what: string,
  timeout: number,
  attempt: () => Promise<T | null>,
  pause = 250,
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const found = await attempt();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`waited ${timeout / 1000} s in vain for ${what}`);
    await sleep(pause);
  }
}
