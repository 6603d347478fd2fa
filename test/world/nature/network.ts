/**
 * What lies between the device and Frame.io, and Frame.io at its end: the simulator's model and its faults, without
 * sockets. Every request and every answer takes its time, and may be the last thing that a process does.
 */

import { meet, type Received } from "../../simulator/api.ts";
import type { Call } from "../../simulator/calls.ts";
import type { Delivery } from "../../simulator/delivery.ts";
import { type FaultRule, Faults } from "../../simulator/faults.ts";
import type { FrameIo } from "../../simulator/frameio.ts";
import { RateLimits } from "../../simulator/ratelimit.ts";
import type { Scheduler } from "./scheduler.ts";

/** How the way to Frame.io is: open; or what comes of a try. */
export type Way = "open" | "refused" | "nameless" | "silent" | "portal";

/** A request as it leaves the device. */
export interface Sent extends Received {
  readonly call: Call;
}

/** Who sent it, and hears what becomes of it. */
export interface Sender {
  /** Whether nobody waits for an answer any more. */
  readonly gone: () => boolean;
  connected(): void;
  /** An informational response before the final one (RFC 9110 §15.2). */
  informed(): void;
  /** @param whole false where it breaks off in mid-body */
  answered(status: number, headers: Readonly<Record<string, string>>, body: string, whole: boolean): void;
  failed(code: string): void;
}

export interface NetworkPorts {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly frameio: FrameIo;
  /** The time at Frame.io, ms since 1970. */
  readonly now: () => number;
  /** By how many milliseconds the device's clock is wrong. */
  readonly clockError: () => number;
  /** Told of each request before it leaves; where it throws, the process is dead. */
  leaves(sent: Sent): void;
  /** Told what was answered, whether it reaches the device or not. @param committed whether Frame.io did as it was asked */
  answers(sent: Sent, committed: boolean, status: number | null): void;
  /**
   * Told of each answer that reaches the device whole.
   *
   * @param genuine whether it is what Frame.io answered
   * @returns false where the process is dead by then
   */
  arrives(sent: Sent, status: number, body: string, genuine: boolean): boolean;
}

/** Certificates live for about a year; a clock further off does not believe them. */
const CERTIFICATE_MS = 180 * 86_400_000;

const PORTAL = "<!doctype html><title>Hotel Wi-Fi</title><h1>Please sign in</h1>";
const HTML = { "content-type": "text/html; charset=utf-8" };

export class Network {
  way: Way = "open";
  /** How many of the next requests get an informational response first; and reach Frame.io twice. */
  informs = 0;
  doubles = 0;
  readonly #ports: NetworkPorts;
  readonly #faults = new Faults(1);
  /** Rules whose answers come late and are right. */
  readonly #late = new Set<string>();
  readonly #limits = new RateLimits();

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
  }

  strike(rule: FaultRule): void {
    const id = this.#faults.add(rule);
    if (rule.fault.type === "latency") this.#late.add(id);
  }

  /** Everything that befalls requests is over. */
  calm(): void {
    this.way = "open";
    this.informs = 0;
    this.doubles = 0;
    this.#faults.clear();
  }

  send(sent: Sent, sender: Sender): void {
    const { scheduler, clockError } = this.#ports;
    const { way } = this;
    this.#ports.leaves(sent);
    const fail = (code: string) => scheduler.after(this.#travel(), () => sender.failed(code));
    if (way === "silent") return;
    if (way === "refused") fail("ECONNREFUSED");
    else if (way === "nameless") fail("ENOTFOUND");
    else if (way === "open" && Math.abs(clockError()) > CERTIFICATE_MS)
      fail(clockError() < 0 ? "CERT_NOT_YET_VALID" : "CERT_HAS_EXPIRED");
    else
      scheduler.after(this.#travel(), () => {
        if (sender.gone()) return;
        sender.connected();
        if (way === "portal") this.#return(sender, () => sender.answered(200, HTML, PORTAL, true));
        else scheduler.after(this.#travel(), () => void this.#reach(sent, sender));
      });
  }

  async #reach(sent: Sent, sender: Sender): Promise<void> {
    if (this.informs > 0) {
      this.informs -= 1;
      this.#return(sender, () => sender.informed());
    }
    const twice = this.doubles > 0;
    if (twice) this.doubles -= 1;
    const { delivery, genuine } = await this.#meet(sent);
    if (twice) await this.#meet(sent);
    const reset = () => this.#return(sender, () => sender.failed("ECONNRESET"));
    switch (delivery.type) {
      case "nothing":
        return;
      case "close":
      case "reset":
        reset();
        return;
      case "cut":
      case "answer": {
        const { status, headers, body } = delivery.answer;
        const whole = delivery.type === "answer";
        this.#return(sender, () => {
          if (this.way !== "open") return;
          if (whole && !this.#ports.arrives(sent, status, body, genuine)) return;
          sender.answered(status, headers, body, whole);
        });
      }
    }
  }

  async #meet(sent: Sent): Promise<{ readonly delivery: Delivery; readonly genuine: boolean }> {
    const { frameio, now } = this.#ports;
    const addresses = () => ({ pairing: "https://next.frame.io", api: "https://api.frame.io" });
    const parts = { frameio, now, addresses, faults: this.#faults, limits: this.#limits };
    const { delivery, committed, fault } = await meet(parts, sent);
    this.#ports.answers(sent, committed, "answer" in delivery ? delivery.answer.status : null);
    return { delivery, genuine: fault === null || this.#late.has(fault) };
  }

  /** What comes back finds nobody where the process has ended or gave it up. */
  #return(sender: Sender, deliver: () => void): void {
    this.#ports.scheduler.after(this.#travel(), () => {
      if (!sender.gone()) deliver();
    });
  }

  #travel(): number {
    return 10 + this.#ports.random() * 90;
  }
}
