import type { Outcome, Refusal } from "../contract/verdicts.ts";
import type { Event } from "./events.ts";
import { grantOf, type State } from "./state.ts";

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
      return outcome("request for a code", event.outcome, ({ code }) => `code received, ${code.expiresIn} s`);
    case "poll-answered":
      return outcome("poll", event.outcome, ({ type }) => type);
    case "refresh-answered":
      return outcome("refresh", event.outcome, (verdict) =>
        verdict.type === "ended" ? `authorization ended: ${verdict.error}` : verdict.type,
      );
    case "device-answered":
      return outcome("look at the device's record", event.outcome, (verdict) =>
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
      return event.unrevoked === null
        ? "revoked and forgotten"
        : `forgotten here; Frame.io was not told: ${event.unrevoked}`;
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

function outcome<V extends { readonly type: string }>(
  operation: string,
  given: Outcome<V | Refusal>,
  say: (verdict: V) => string,
): string {
  if (given.kind === "fault") return `${operation}: ${given.fault.detail}`;
  const { verdict } = given;
  if (!isRefusal(verdict)) return say(verdict);
  return verdict.error === "secret_missing" ? "no client_secret" : `${operation} refused: ${verdict.error}`;
}

function isRefusal(verdict: { readonly type: string }): verdict is Refusal {
  return verdict.type === "refused";
}

/** When what this event answered in vain is tried again (`Clock.elapsed()`); null where it is not. */
export function nextTry({ type }: Event, state: State): number | null {
  const { offer } = state;
  const grant = grantOf(state);
  switch (type) {
    case "code-answered":
      if (offer.at === "refused") return offer.retryAt;
      return offer.at === "requesting" && offer.request.at === "due" ? offer.request.when : null;
    case "poll-answered":
      return offer.at === "awaiting" && offer.watch.polling.at === "waiting"
        ? offer.watch.polling.when
        : null;
    case "refresh-answered":
    case "refresh-prepared":
      return grant?.refresh.at === "due" ? grant.refresh.when : null;
    case "device-answered":
      return grant?.reading.at === "retry" ? grant.reading.when : null;
    default:
      return null;
  }
}
