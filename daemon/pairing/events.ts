/** What can happen to the pairing machine, and what it can ask for. */

import type { AuthorizationRecord, StoredEnd, Tokens } from "../contract/authorization.ts";
import type { HistoryEvent } from "../contract/history.ts";
import type {
  CodeVerdict,
  DeviceVerdict,
  Outcome,
  PollVerdict,
  RefreshVerdict,
} from "../contract/verdicts.ts";
import type { Secret } from "../core/secret.ts";

export type Event =
  /** `end` tells how the last authorization went where none is stored. */
  | { readonly type: "booted"; readonly stored: AuthorizationRecord | null; readonly end: StoredEnd | null }
  /** The disk could not be read at the start, and holds this. */
  | { readonly type: "found"; readonly stored: AuthorizationRecord }
  /** Something may have fallen due: see `wakeAt`. */
  | { readonly type: "tick" }
  | { readonly type: "pair-requested" }
  | { readonly type: "cancel-requested" }
  | { readonly type: "unpair-requested" }
  | { readonly type: "code-answered"; readonly number: number; readonly outcome: Outcome<CodeVerdict> }
  | { readonly type: "poll-answered"; readonly number: number; readonly outcome: Outcome<PollVerdict> }
  /** The grant's record was written, or the disk refused and memory alone holds it. */
  | { readonly type: "settled"; readonly number: number }
  /** The first device record of the grant was written, or memory alone holds it. */
  | { readonly type: "device-kept"; readonly number: number }
  | {
      readonly type: "device-answered";
      readonly number: number;
      readonly accessToken: Secret;
      readonly outcome: Outcome<DeviceVerdict>;
    }
  | RefreshPrepared
  | { readonly type: "refresh-answered"; readonly number: number; readonly outcome: Outcome<RefreshVerdict> }
  /** Forgotten here. `unrevoked`: why Frame.io could not be told; null where it was. */
  | { readonly type: "left"; readonly number: number; readonly unrevoked: string | null }
  /** Someone got a 401 with this access token. */
  | { readonly type: "token-refused"; readonly accessToken: Secret }
  /** Someone needs an access token that lives so many milliseconds. */
  | { readonly type: "token-wanted"; readonly life: number }
  /** Frame.io told on its socket that the device is paused or resumed. */
  | { readonly type: "status-told"; readonly paused: boolean }
  /** What is known of the device may not hold any more: an upload was refused, the socket told something or was lost. */
  | { readonly type: "device-doubted" }
  /** Somebody came who can see what Frame.io says of the device, or nobody is left. */
  | { readonly type: "watched"; readonly watched: boolean }
  /** The status socket is joined, or lost. */
  | { readonly type: "attended"; readonly joined: boolean }
  /** The network is another one: waiting out a back-off has no more point. `up`: there is one. */
  | { readonly type: "network-changed"; readonly up: boolean }
  /** The wall clock was set. */
  | { readonly type: "clock-changed" }
  /** The client_secret may be another one now. */
  | { readonly type: "secret-changed" };

export type RefreshPrepared = { readonly type: "refresh-prepared"; readonly number: number } & (
  | { readonly ok: true }
  /** The disk refused. `atStake`: it holds the token that the refresh would spend, and a power cut would leave that. */
  | { readonly ok: false; readonly atStake: boolean }
);

export type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;

export type Effect =
  /** `insisting`: pauses that the server asked for are over, since a person asks. */
  | { readonly type: "request-code"; readonly number: number; readonly insisting: boolean }
  | { readonly type: "poll"; readonly number: number; readonly deviceCode: Secret }
  /** Write the record; `answer` is what tells that it is done, null where nobody waits. */
  | {
      readonly type: "store";
      readonly number: number;
      readonly record: AuthorizationRecord;
      readonly answer: "settled" | "device-kept" | null;
    }
  | { readonly type: "read-device"; readonly number: number; readonly accessToken: Secret }
  /** Write the record with its intent, and make sure that the disk takes what follows; answer `refresh-prepared`. */
  | { readonly type: "prepare-refresh"; readonly number: number; readonly record: AuthorizationRecord }
  | { readonly type: "refresh"; readonly number: number; readonly refreshToken: Secret }
  /** Write the record with its intent, revoke, then forget on disk, whatever the server says; answer `left`. */
  | { readonly type: "leave"; readonly number: number; readonly record: AuthorizationRecord }
  /** Revoke tokens that nobody waits for any more, so that Frame.io shows no device that can't be reached. */
  | { readonly type: "revoke"; readonly tokens: Tokens }
  /** The server ended the authorization: forget it on disk, where only how it ended stays. */
  | { readonly type: "forget"; readonly end: StoredEnd }
  | { readonly type: "record"; readonly event: HistoryEvent; readonly detail: string };
