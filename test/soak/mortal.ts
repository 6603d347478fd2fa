import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { fastClock } from "../support/fast-clock.ts";
import { bundle } from "./bundle.ts";
import type { Wish } from "./short-life.ts";

const FACTOR = 150;

/** The line that a life ends at, and the how manieth of them. */
export type Death = NonNullable<Wish["death"]>;

/** All that a life told, in order. */
export type Life = readonly string[];

/** Its tokens are as good as a first use can show. */
export const WORKS: Death = { line: "works", nth: 1 };
/** And so are those that came after them. */
export const REFRESHED: Death = { line: "works", nth: 2 };

/** The boundaries of its effects that a life came to, each a point to die at. */
export function boundaries(life: Life): Death[] {
  const passed = new Map<string, number>();
  return life
    .filter((line) => /\w+\.\w+ (begins|ended)$/.test(line))
    .map((line) => {
      const nth = (passed.get(line) ?? 0) + 1;
      passed.set(line, nth);
      return { line, nth };
    });
}

/** A device and its Frame.io: it lives again and again on the same card, and each life ends by SIGKILL. */
export class Mortal {
  readonly simulator: Simulator;
  readonly #card: string;
  readonly #program: string;
  readonly #origin: number;

  private constructor(simulator: Simulator, card: string, program: string, origin: number) {
    this.simulator = simulator;
    this.#card = card;
    this.#program = program;
    this.#origin = origin;
  }

  /** @param accessLife seconds of its own time that an access token lives */
  static async create(t: TestContext, accessLife: number): Promise<Mortal> {
    const card = mkdtempSync(join(tmpdir(), "c2cd-kill-"));
    t.after(() => rmSync(card, { recursive: true }));
    const program = await bundle(t, "short-life");
    const origin = Date.now();
    const simulator = await startSimulator({
      now: fastClock(origin, FACTOR).wall,
      accessLife,
      autoApproveAfter: 0,
    });
    t.after(() => simulator.close());
    return new Mortal(simulator, card, program, origin);
  }

  changeCard(): void {
    rmSync(this.#card, { recursive: true });
    mkdirSync(this.#card);
  }

  /** Lives until `death`. */
  async live(death: Death, { unpair = false } = {}): Promise<Life> {
    const { lines, ended } = this.#begin({ death, unpair });
    const { signal, complaint } = await ended;
    assert.equal(signal, "SIGKILL", `never came to ${death.line}, ${death.nth}: ${complaint}`);
    return lines;
  }

  /** Lives until Frame.io has granted what `call` asked for, and dies before the answer is on its way. */
  async dieUnanswered(call: "poll" | "refresh"): Promise<Life> {
    const rule = this.simulator.faults.add({ call, fault: { type: "hang", commit: true }, count: 1 });
    const swallowed = this.simulator.nextRequest(({ fault }) => fault === rule);
    const { child, lines, ended } = this.#begin({ death: null, unpair: false });
    await swallowed;
    child.kill("SIGKILL");
    await ended;
    this.simulator.faults.remove(rule);
    return lines;
  }

  #begin(wish: Pick<Wish, "death" | "unpair">) {
    const { url, secret } = this.simulator;
    const whole: Wish = { directory: this.#card, url, secret, origin: this.#origin, factor: FACTOR, ...wish };
    const child = spawn(process.execPath, [this.#program, JSON.stringify(whole)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    const ended = Promise.all([once(child, "close"), text(child.stderr)]).then(([[, signal], complaint]) => ({
      signal: signal as NodeJS.Signals | null,
      complaint,
    }));
    return { child, lines, ended };
  }
}
