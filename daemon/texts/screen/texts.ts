import type { ProblemCode } from "../../contract/problems.ts";
import type { ButtonView } from "../../contract/snapshot.ts";
import type { StateName } from "../../contract/states.ts";

/** One idea: what is, and what to do about it. */
export interface Message {
  /** A few words, without a full stop. */
  readonly headline: string;
  /** One plain sentence, two at most. */
  readonly sentence: string;
}

/**
 * Every sentence that a person reads on a screen or the page, in one language. A soft hyphen (U+00AD) marks where a
 * long word may be broken; a zero-width space (U+200B) where a line of Japanese or Chinese may end, between two phrases
 * or words.
 */
export interface Texts {
  /** The language's own name. */
  readonly language: string;
  readonly states: Readonly<Record<StateName, Message>>;
  readonly problems: Readonly<Record<ProblemCode, Message>>;
  /** How an unpaired device gets a new code. */
  readonly newCode: {
    /** By its button. */
    readonly press: string;
    /** @param address of the status page, without the scheme */
    open(address: string): string;
  };
  /** Beside the QR code of the device's own page. @param address of it, without the scheme */
  statusPage(address: string): string;
  /** Of a device that is paired, as far as it knows. */
  readonly unproven: {
    /** Above the problem that keeps it from reaching Frame.io. */
    readonly offline: string;
    /** Until Frame.io's first answer after a start. */
    readonly connecting: Message;
  };
  /** In the place of `clock-wrong`'s own sentence, where it is known. @param time that the device believes in */
  clockSays(time: string): string;
  /** In the place of a project's name that no font can draw. */
  readonly nameElsewhere: string;
  readonly code: {
    /** Above everything else. */
    readonly headline: string;
    /** Between the QR code and the digits. @param address without the scheme, "next.frame.io/pair" */
    scanOrOpen(address: string): string;
    /** Above the digits where there is no QR code. */
    open(address: string): string;
    /** Where the server named no address: the way through Frame.io's own menus. */
    readonly menu: string;
    /** What comes after the code, in Frame.io. */
    readonly choose: string;
    /** Above the device's name, for which Frame.io asks people to look. */
    readonly check: string;
    /** An authorization is held until the code is used. */
    stillPaired(project: string): string;
  };
  /** Above a code that is shown on request and pairs nothing. */
  readonly demonstration: string;
  /** While the device's button is held, and after. */
  readonly button: Readonly<Record<Exclude<ButtonView["phase"], "counting">, Message>> & {
    /** @param seconds until the device is unpaired */
    counting(seconds: number): Message;
  };
  readonly labels: {
    readonly device: string;
    readonly project: string;
    readonly code: string;
  };
  readonly actions: {
    readonly newCode: string;
    readonly cancel: string;
    readonly unpair: string;
  };
}
