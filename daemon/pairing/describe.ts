import type { Outcome } from "../contract/verdicts.ts";
import type { Event } from "./events.ts";

/** Why the machine moved, in a few words for the log. Codes on the screen are no secret; tokens never appear. */
export function describe(event: Event): string {
  switch (event.type) {
    case "booted":
      return event.stored === null ? "nothing stored" : "authorization found";
    case "found":
      return "authorization found later";
    case "tick":
      return "due";
    case "code-answered":
      return outcome(event.outcome, (verdict) =>
        verdict.type === "offered"
          ? `code received, ${verdict.code.expiresIn} s`
          : `refused: ${verdict.error}`,
      );
    case "poll-answered":
      return outcome(event.outcome, (verdict) =>
        verdict.type === "refused" ? `refused: ${verdict.error}` : verdict.type,
      );
    case "refresh-answered":
      return outcome(event.outcome, (verdict) =>
        verdict.type === "refreshed" ? "refreshed" : `${verdict.type}: ${verdict.error}`,
      );
    case "device-answered":
      return outcome(event.outcome, (verdict) =>
        verdict.type === "device" ? "device read" : "access token refused",
      );
    case "refresh-prepared":
      if (event.ok) return "intent stored";
      return event.atStake ? "storage refused" : "storage refused, and holds nothing to lose";
    case "device-kept":
      return "project stored";
    case "settled":
      return "stored";
    case "left":
      return "forgotten";
    case "token-wanted":
      return "a caller needs a token";
    case "token-refused":
      return "a caller's token was refused";
    case "status-told":
      return event.paused ? "paused in Frame.io" : "resumed in Frame.io";
    case "watched":
      return event.watched ? "somebody looks" : "nobody looks";
    case "attended":
      return event.joined ? "on the status socket" : "off the status socket";
    case "device-doubted":
    case "pair-requested":
    case "cancel-requested":
    case "unpair-requested":
    case "network-changed":
    case "clock-changed":
    case "secret-changed":
      return event.type.replaceAll("-", " ");
  }
}

function outcome<V>(given: Outcome<V>, say: (verdict: V) => string): string {
  return given.kind === "verdict" ? say(given.verdict) : `${given.fault.kind}: ${given.fault.detail}`;
}
