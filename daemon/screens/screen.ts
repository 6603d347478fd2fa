import type { ButtonView, NetworkView, Snapshot } from "../contract/snapshot.ts";
import { type Light, type Sign, STATE_ROWS, type StateName } from "../contract/states.ts";
import { type Topic, topicOf } from "../contract/topic.ts";
import { oneLine } from "../core/text.ts";
import { messageOf } from "../texts/screen/message.ts";
import type { Message, Texts } from "../texts/screen/texts.ts";
import { breakableAddress } from "../type/breaks.ts";

/** What a screen says, before anyone knows how large it is. */
export interface Screen {
  readonly symbol: Sign;
  /** The colour of what is most important. */
  readonly light: Light;
  readonly headline: string;
  readonly sentence: string;
  /** The code on offer. */
  readonly code: ScreenCode | null;
  /** Frame.io's name for this unit, and what stands in where that name can't be drawn. */
  readonly device: { readonly name: string; readonly fallback: string };
  /** Where a way on may be, on a device that does not get on by itself. */
  readonly network: ScreenNetwork | null;
  /** Only on the paired screen. */
  readonly project: { readonly name: string; readonly fallback: string } | null;
  /** A problem beside the idea of the screen; without a headline where the screen's own names it. */
  readonly notice: { readonly headline: string | null; readonly sentence: string } | null;
}

export interface ScreenCode {
  readonly userCode: string;
  /** The link behind the QR code. */
  readonly link: string | null;
  /** As people type it: no scheme. */
  readonly address: string | null;
  /** What to do on a panel that has no room for the QR code. */
  readonly typed: string;
  /** The steps after it, in Frame.io. */
  readonly choose: string;
  readonly check: string;
  /** An authorization is held until the code is used; the fallback is for a project's name that can't be drawn. */
  readonly held: { readonly text: string; readonly fallback: string } | null;
  /** Whole seconds. */
  readonly secondsLeft: number;
  /** Of the code's life, from 1 down to 0. */
  readonly shareLeft: number;
}

export interface ScreenNetwork {
  /** Interface and address: "wlan0 192.0.2.17". */
  readonly place: string;
  /** The name of its Wi-Fi; null where that is not known. */
  readonly wifi: string | null;
  /** The device's own page, where others on this network can open it. */
  readonly page: { readonly link: string; readonly caption: string } | null;
}

/** Seconds that Frame.io's codes live (API facts §3.1): the length of the bar until a longer life is seen. */
export const USUAL_LIFETIME = 120;

/** What a screen tells beyond the snapshot. */
export interface ScreenExtras {
  /** Seconds that the code on offer lived when it was first seen. */
  readonly lifetime?: number | undefined;
  /** Whether the status page can take a new code; taken for granted. */
  readonly pageActs?: boolean;
  /** What the status page asks for; in no snapshot, since the page sends those. */
  readonly pin?: string | null;
}

export function screenOf(
  snapshot: Snapshot,
  texts: Texts,
  { lifetime = USUAL_LIFETIME, pageActs = true, pin = null }: ScreenExtras = {},
): Screen {
  const { state, device, project, pairing, button, light } = snapshot;
  const topic = topicOf(snapshot);
  const notice = topic.notice && texts.problems[topic.notice.code];
  const common = {
    light,
    device: { name: oneLine(device.name) || device.client_id, fallback: device.client_id },
    network: null,
    project: null,
    code: null,
  };

  if (button !== null)
    return { ...common, ...BUTTON_SIGNS[button.phase], ...buttonMessage(button, texts), notice: null };

  if (state === "awaiting-user" && pairing !== null) {
    const link = pairing.verification_uri_complete;
    const address = pairing.verification_uri === null ? null : withoutScheme(pairing.verification_uri);
    const secondsLeft = Math.max(0, pairing.expires_in);
    return {
      ...common,
      symbol: "wait",
      headline: texts.code.headline,
      sentence: codeSentence(texts, link, address),
      code: {
        userCode: pairing.user_code,
        link,
        address,
        typed: codeSentence(texts, null, address),
        choose: texts.code.choose,
        check: texts.code.check,
        held:
          project === null
            ? null
            : { text: texts.code.stillPaired(oneLine(project.name)), fallback: texts.button.kept.headline },
        secondsLeft,
        shareLeft: Math.min(1, secondsLeft / Math.max(lifetime, secondsLeft, 1)),
      },
      notice,
    };
  }

  const message = messageOf(topic, snapshot, texts);
  const sentence =
    state === "idle" && topic.problem === null ? newCode(snapshot, texts, pageActs, pin) : null;
  const said = {
    ...common,
    symbol: topic.symbol,
    headline: message.headline,
    sentence: sentence ?? message.sentence,
    notice,
  };
  if (state !== "paired")
    return { ...said, network: isDeadEnd(topic, state) ? networkOf(snapshot, texts, pin) : null };
  const { problem } = topic;
  const name = oneLine(project?.name ?? "");
  return {
    ...said,
    project: name === "" ? null : { name, fallback: texts.nameElsewhere },
    notice:
      problem === null
        ? notice
        : {
            headline: topic.unproven === null ? null : texts.problems[problem.code].headline,
            sentence: message.sentence,
          },
  };
}

/** Whether nothing goes on by itself within seconds. */
function isDeadEnd({ problem }: Topic, state: StateName): boolean {
  const { passing, stands } = STATE_ROWS[state];
  return problem !== null || !(passing || stands);
}

/** An address at which the page can be opened, before any other; of two alike the one that is easier to type. */
function networkOf(
  { network, page }: Snapshot,
  { statusPage }: Texts,
  pin: string | null,
): ScreenNetwork | null {
  const isLong = ({ address }: NetworkView) => Number(address.includes(":"));
  const found = network
    .map((view) => ({ view, link: page.find((url) => hostOf(url) === view.address) ?? null }))
    .sort((one, other) => isLong(one.view) - isLong(other.view));
  const best = found.find(({ link }) => link !== null) ?? found[0];
  if (best === undefined) return null;
  const { view, link } = best;
  return {
    place: `${view.interface} ${view.address}`,
    wifi: view.wifi,
    page: link === null ? null : { link, caption: statusPage(pageAddress(link, pin)) },
  };
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

/** What is nearest to a person at the device; null where nobody knows. */
function newCode(
  { has_button, page }: Snapshot,
  { newCode }: Texts,
  pageActs: boolean,
  pin: string | null,
): string | null {
  if (has_button) return newCode.press;
  const [url] = page;
  return url === undefined || !pageActs ? null : newCode.open(pageAddress(url, pin));
}

function pageAddress(url: string, pin: string | null): string {
  const address = breakableAddress(withoutScheme(url));
  return pin === null ? address : `${address} (PIN\u00A0${pin})`;
}

const BUTTON_SIGNS = {
  counting: { symbol: "attention", light: "amber" },
  kept: { symbol: "done", light: "green" },
  unpairing: { symbol: "wait", light: "blue" },
  unpaired: { symbol: "rest", light: "blue" },
  "not-revoked": { symbol: "attention", light: "amber" },
  "nothing-to-unpair": { symbol: "rest", light: "blue" },
} as const;

function buttonMessage({ phase, seconds_left }: ButtonView, texts: Texts): Message {
  return phase === "counting" ? texts.button.counting(seconds_left ?? 0) : texts.button[phase];
}

function codeSentence(texts: Texts, link: string | null, address: string | null): string {
  if (address === null) return texts.code.menu;
  return link === null ? texts.code.open(address) : texts.code.scanOrOpen(address);
}

/** "https://next.frame.io/pair/" as people type it: next.frame.io/pair */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//i, "").replace(/\/$/, "");
}
