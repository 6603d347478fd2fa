import type { HistoryEvent } from "../../daemon/pairing/events.ts";
import type { StateName } from "../../daemon/status/snapshot.ts";

/** What only the status page says. `{name}` marks where a value goes. */
export interface PageTexts {
  /** Name of the language in itself. */
  readonly language: string;
  /** For each state, a headline and what it means for the reader. */
  readonly states: Readonly<Record<StateName, readonly [headline: string, meaning: string]>>;
  /** In place of the meaning of `idle` where the page offers a button. */
  readonly idleWithButton: string;
  /** In place of the meaning of `awaiting-user` where there is no address to name. */
  readonly enterDigits: string;
  readonly openLink: string;
  readonly digits: string;
  readonly qrLabel: string;
  readonly compareName: string;
  readonly newCodeIn: string;
  readonly codeEnded: string;
  readonly stillPaired: string;
  readonly project: string;
  readonly projectUnknown: string;
  readonly actions: string;
  readonly newCode: string;
  readonly showCode: string;
  readonly pairAgain: string;
  readonly cancel: string;
  readonly unpair: string;
  readonly unpairQuestion: string;
  readonly unpairMeaning: string;
  readonly unpairYes: string;
  readonly unpairNo: string;
  readonly notRevoked: string;
  readonly health: string;
  readonly severities: Readonly<Record<"error" | "warning" | "info", string>>;
  readonly details: string;
  readonly device: string;
  readonly deviceId: string;
  readonly model: string;
  readonly validUntil: string;
  readonly noEnd: string;
  readonly renewed: string;
  readonly screen: string;
  readonly version: string;
  readonly history: string;
  readonly historyEmpty: string;
  readonly events: Readonly<Record<HistoryEvent, string>>;
  readonly languages: string;
  readonly live: string;
  /** `{time}`: when the page was last told something. */
  readonly connectionLost: string;
}
