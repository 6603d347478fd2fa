import type { Identity } from "../contract/identity.ts";
import { diagnose, type Problem } from "../contract/problems.ts";
import type { ButtonView, DisplayView, NetworkView, Snapshot } from "../contract/snapshot.ts";
import type { StateName } from "../contract/states.ts";
import type { Clock } from "../core/clock.ts";
import { Listeners } from "../core/listeners.ts";
import { stateName } from "../pairing/name.ts";
import type { State } from "../pairing/state.ts";
import { en } from "../texts/screen/en.ts";
import { snapshot } from "./derive.ts";
import { factsOf, type OtherFacts } from "./facts.ts";

/** What the keeper looks at, each time something may have changed. */
export interface Sources {
  state(): State;
  facts(): OtherFacts;
  display(): DisplayView;
  button(): ButtonView | null;
  identity(): Identity;
  readonly hasButton: boolean;
  network(): readonly NetworkView[];
  /** Where other devices can open the status page. */
  page(): readonly string[];
  readonly firmware: string;
  readonly version: string;
  readonly clock: Clock;
}

/** Owns what a snapshot needs beside the facts themselves: since when the state and each problem have stood. */
export class StatusKeeper {
  readonly #sources: Sources;
  readonly #startedAt: number;
  readonly #listeners = new Listeners();
  #name: StateName = "starting";
  #since: number;
  #problems: readonly Problem[] = [];
  /** What the listeners were told last. */
  #told = "";

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#startedAt = sources.clock.elapsed();
    this.#since = sources.clock.wall();
  }

  snapshot(): Snapshot {
    const { state, identity, display, button, hasButton, network, page, firmware, version, clock } =
      this.#sources;
    return snapshot(
      {
        state: state(),
        since: this.#since,
        identity: identity(),
        health: this.#problems,
        display: display(),
        button: button(),
        hasButton,
        network: network(),
        page: page(),
        firmware,
        version,
        startedAt: this.#startedAt,
      },
      clock,
    );
  }

  /** Something may have changed: looks again, and tells where a reader would see it. */
  update(): void {
    const { state, facts, clock } = this.#sources;
    const name = stateName(state());
    if (name !== this.#name) {
      this.#name = name;
      this.#since = clock.wall();
    }
    const before = new Map(this.#problems.map((problem) => [problem.code, problem.since]));
    this.#problems = diagnose(factsOf(state(), facts(), clock)).map((finding) => ({
      ...finding,
      text: `${en.problems[finding.code].headline}.`,
      action: en.problems[finding.code].sentence,
      since: before.get(finding.code) ?? new Date(clock.wall()).toISOString(),
    }));
    const standing = JSON.stringify(standingPart(this.snapshot()));
    if (standing === this.#told) return;
    this.#told = standing;
    this.#listeners.tell();
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }
}

/** A snapshot without what runs by itself, and would make each of two alike another one. */
function standingPart({ uptime: _uptime, pairing, authorization, ...rest }: Snapshot): object {
  return {
    ...rest,
    code: pairing && { ...pairing, expires_in: null, expires_at: null },
    authorization: authorization && { ...authorization, access_expires_in: null, answered_at: null },
  };
}
