import type { HistoryEvent } from "../../contract/history.ts";

/** What the page says beyond the sentences that it shares with the screens. `{name}` marks where a value goes. */
export interface PageTexts {
  readonly scanOrEnter: string;
  readonly openLink: string;
  readonly qrLabel: string;
  readonly compareName: string;
  readonly newCodeIn: string;
  readonly codeEnded: string;
  /** A new code is on offer while an authorization is held. */
  readonly stillPaired: string;
  /** Says what the button beside it does. */
  readonly idleWithButton: string;
  readonly projectUnknown: string;
  readonly changeProject: string;
  readonly actions: string;
  readonly unpairQuestion: string;
  readonly unpairMeaning: string;
  readonly unpairYes: string;
  readonly unpairNo: string;
  /** By their names in the address. */
  readonly notices: Readonly<Record<"not-revoked" | "not-done" | "wrong-pin" | "later", string>>;
  /** To those who have yet to show that they are at the device. */
  readonly pinWanted: string;
  readonly pinTold: string;
  /** Only where there is a button. */
  readonly orPress: string;
  readonly pin: string;
  readonly unlock: string;
  readonly health: string;
  readonly severities: Readonly<Record<"error" | "warning" | "info", string>>;
  readonly details: string;
  readonly deviceId: string;
  readonly model: string;
  /** Of the board. */
  readonly serial: string;
  readonly validUntil: string;
  readonly noEnd: string;
  readonly renewed: string;
  readonly screen: string;
  readonly version: string;
  /** What is folded, for the one who maintains the device. */
  readonly technical: string;
  readonly answered: string;
  readonly firmware: string;
  readonly uptime: string;
  readonly history: string;
  readonly historyEmpty: string;
  readonly events: Readonly<Record<HistoryEvent, string>>;
  readonly languages: string;
  /** While the page hears the device; nothing that means "on air" on a set. */
  readonly live: string;
  /** `{time}`: when the page was last told something. */
  readonly connectionLost: string;
}
