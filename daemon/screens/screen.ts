import { PROBLEM_ROWS } from "../contract/problems.ts";
import type { ButtonView, Snapshot } from "../contract/snapshot.ts";
import { type Sign, STATE_ROWS } from "../contract/states.ts";
import { topicOf } from "../contract/topic.ts";
import { oneLine } from "../core/text.ts";
import type { Message, Texts } from "../texts/screen/texts.ts";

/** What a screen says, before anyone knows how large it is. */
export interface Screen {
  readonly symbol: Sign;
  readonly headline: string;
  readonly sentence: string;
  /** The code on offer. */
  readonly code: ScreenCode | null;
  /** Frame.io's name for this unit, and what stands in where that name can't be drawn. */
  readonly device: { readonly name: string; readonly fallback: string };
  /** Only on the paired screen. */
  readonly project: string | null;
  /** A problem beside the idea of the screen. */
  readonly notice: Message | null;
}

export interface ScreenCode {
  readonly userCode: string;
  /** The link behind the QR code. */
  readonly link: string | null;
  /** As people type it: no scheme. */
  readonly address: string | null;
  /** Whole seconds. */
  readonly secondsLeft: number;
  /** Of the code's life, from 1 down to 0. */
  readonly shareLeft: number;
}

/** Seconds that Frame.io's codes live (API facts §3.1): the length of the bar until a longer life is seen. */
export const USUAL_LIFETIME = 120;

/**
 * @param lifetime seconds that the code on offer lived when it was first seen
 */
export function screenOf(snapshot: Snapshot, texts: Texts, lifetime = USUAL_LIFETIME): Screen {
  const { state, device, project, pairing, button } = snapshot;
  const message = texts.states[state];
  const topic = topicOf(snapshot);
  const notice = topic.notice && texts.problems[topic.notice.code];
  const common = {
    device: { name: oneLine(device.name) || device.client_id, fallback: device.client_id },
    project: null,
    code: null,
  };

  if (button !== null)
    return { ...common, symbol: BUTTON_SYMBOLS[button.phase], ...buttonMessage(button, texts), notice: null };

  if (state === "awaiting-user" && pairing !== null) {
    const link = pairing.verification_uri_complete;
    const address = pairing.verification_uri === null ? null : withoutScheme(pairing.verification_uri);
    const secondsLeft = Math.max(0, pairing.expires_in);
    return {
      ...common,
      symbol: "wait",
      headline: link === null ? texts.code.enter : texts.code.scan,
      sentence: codeSentence(texts, link, address),
      code: {
        userCode: pairing.user_code,
        link,
        address,
        secondsLeft,
        shareLeft: Math.min(1, secondsLeft / Math.max(lifetime, secondsLeft, 1)),
      },
      notice,
    };
  }

  if (topic.problem !== null) {
    const { code } = topic.problem;
    return { ...common, symbol: PROBLEM_ROWS[code].symbol, ...texts.problems[code], notice };
  }
  return {
    ...common,
    symbol: topic.notice?.severity === "error" ? "attention" : STATE_ROWS[state].symbol,
    ...message,
    project: state === "paired" && project !== null ? oneLine(project.name) || null : null,
    notice,
  };
}

const BUTTON_SYMBOLS = {
  counting: "attention",
  kept: "done",
  unpairing: "wait",
  unpaired: "rest",
  "not-revoked": "attention",
  "nothing-to-unpair": "rest",
} as const;

function buttonMessage({ phase, seconds_left }: ButtonView, texts: Texts): Message {
  return phase === "counting" ? texts.button.counting(seconds_left ?? 0) : texts.button[phase];
}

function codeSentence(texts: Texts, link: string | null, address: string | null): string {
  if (address === null) return texts.code.menu;
  return link === null ? texts.code.open(address) : texts.code.orOpen(address);
}

/** "https://next.frame.io/pair/" as people type it: next.frame.io/pair */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//i, "").replace(/\/$/, "");
}
