import type { DeviceHandlers } from "../../hw/input/buttons.ts";
import type { ButtonHandlers } from "../../hw/input/gesture.ts";
import type { ButtonView } from "../contract/snapshot.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import { grantOf, type State } from "../pairing/state.ts";

export interface ButtonPorts {
  readonly clock: Clock;
  state(): State;
  /** Takes a new code. */
  pair(): void;
  /** Resolves when everything is forgotten here, to null where nothing was held. */
  unpair(): Promise<{ readonly revoked: boolean } | null>;
  /** Somebody is here to look: shows the screen again, or for longer. */
  look(): void;
  /** `view` tells something else now. */
  changed(): void;
  readonly log: Pick<Logger, "info" | "warn">;
}

/** How long the end of a hold stays on the screen. */
const TOLD_MS = 4_000;

/**
 * What the device's one button means, and what is said while it is held. A short press takes a new code; on a device
 * that is paired it shows the screen and no more, since nobody could cancel with the same button what a stray press
 * began. Holding it unpairs.
 */
export class ButtonMeaning implements ButtonHandlers, DeviceHandlers {
  readonly #ports: ButtonPorts;
  #view: ButtonView | null = null;
  #cancelTold = () => {};

  constructor(ports: ButtonPorts) {
    this.#ports = ports;
  }

  /** What the button is used for now; null while nobody uses it. */
  view(): ButtonView | null {
    return this.#view;
  }

  onPress(): void {
    const { pair, look, log } = this.#ports;
    const { offer } = this.#ports.state();
    if (this.#view?.phase !== "unpairing") this.#say(null);
    look();
    if (this.#paired() && offer.at !== "requesting" && offer.at !== "awaiting") {
      log.info("button pressed: the device is paired, so the screen is shown");
      return;
    }
    // What is on its way is a new code already.
    if (offer.at === "requesting" && offer.request.at === "sent") return;
    log.info("button pressed: a new code");
    pair();
  }

  onHoldProgress(secondsLeft: number): void {
    if (this.#view?.phase === "unpairing") return;
    if (this.#paired()) this.#say({ phase: "counting", seconds_left: secondsLeft });
    else if (this.#view?.phase !== "nothing-to-unpair") this.#tell("nothing-to-unpair");
  }

  onReleasedEarly(): void {
    if (this.#view?.phase === "counting") this.#tell("kept");
  }

  onHold(): void {
    if (!this.#paired()) {
      // Frame.io ended the authorization in the last second of the countdown.
      if (this.#view?.phase === "counting") this.#tell("nothing-to-unpair");
      return;
    }
    this.#ports.log.info("button held: unpairing");
    this.#say({ phase: "unpairing", seconds_left: null });
    void this.#ports
      .unpair()
      .then((left) => this.#tell(left === null || left.revoked ? "unpaired" : "not-revoked"));
  }

  onLost(reason: string): void {
    this.#ports.log.warn(reason);
  }

  close(): void {
    this.#cancelTold();
  }

  #paired(): boolean {
    return grantOf(this.#ports.state()) !== null;
  }

  /** Says it for as long as it takes to read. */
  #tell(phase: ButtonView["phase"]): void {
    this.#say({ phase, seconds_left: null });
    this.#cancelTold = this.#ports.clock.after(TOLD_MS, () => this.#say(null));
  }

  #say(view: ButtonView | null): void {
    this.#cancelTold();
    if (this.#view === null && view === null) return;
    this.#view = view;
    this.#ports.changed();
  }
}
