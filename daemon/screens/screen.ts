import type { ProblemCode } from "../contract/problems.ts";
import type { ButtonView, Snapshot } from "../contract/snapshot.ts";
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

export type Sign = "wait" | "attention" | "offline" | "clock" | "rest" | "done";

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

/** Problems of the screen itself: whoever can read them here doesn't have them. */
const NOT_ON_SCREEN: readonly ProblemCode[] = ["display-missing", "qr-too-small"];

/**
 * @param lifetime seconds that the code on offer lived when it was first seen
 */
export function screenOf(snapshot: Snapshot, texts: Texts, lifetime = USUAL_LIFETIME): Screen {
  const { state, device, project, pairing, button } = snapshot;
  const message = texts.states[state];
  const problem = snapshot.health.find(({ code }) => !NOT_ON_SCREEN.includes(code));
  const notice = problem === undefined ? null : texts.problems[problem.code];
  const common = {
    device: { name: visible(device.name) ?? device.client_id, fallback: device.client_id },
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

  if (state === "paired" || state === "confirming")
    return {
      ...common,
      symbol: problem?.severity === "error" ? "attention" : state === "paired" ? "done" : "wait",
      ...message,
      project: state === "paired" && project !== null ? visible(project.name) : null,
      notice,
    };

  if (problem !== undefined && problem.severity !== "info")
    return { ...common, symbol: symbolOf(problem.code), ...texts.problems[problem.code], notice: null };

  return { ...common, symbol: STATE_SYMBOLS[state], ...message, notice: null };
}

const STATE_SYMBOLS = {
  starting: "wait",
  unconfigured: "attention",
  "waiting-for-clock": "clock",
  "waiting-for-network": "offline",
  "requesting-code": "wait",
  "awaiting-user": "wait",
  idle: "rest",
} as const;

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

function symbolOf(code: ProblemCode): Sign {
  if (code === "no-network" || code === "no-dns" || code === "server-unreachable") return "offline";
  return code === "clock-wrong" ? "clock" : "attention";
}

function codeSentence(texts: Texts, link: string | null, address: string | null): string {
  if (address === null) return texts.code.menu;
  return link === null ? texts.code.open(address) : texts.code.orOpen(address);
}

/** Controls, and marks that turn the direction of what follows: nothing of them is to be seen but what they do. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]|(?!\u200C|\u200D|[\u{E0020}-\u{E007F}])\p{Cf}/gu;

/** A name as it may be shown, on one line; null where nothing of it is to be seen. */
function visible(name: string): string | null {
  const text = name.replace(/\s/gu, " ").replace(UNSEEN, "").replace(/ +/g, " ").trim().normalize();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) ? text : null;
}

/** "https://next.frame.io/pair/" as people type it: next.frame.io/pair */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//i, "").replace(/\/$/, "");
}
