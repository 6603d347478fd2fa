/** What the pairing machine knows: data only. Times are `Clock.elapsed()` milliseconds unless a name says wall. */

import type { DeviceRecord, StoredEnd, StoredTokens } from "../contract/authorization.ts";
import type { FaultKind, OfferedCode, Refusal } from "../contract/verdicts.ts";
import { UNSPENT } from "./pace.ts";

/**
 * Two regions that do not disturb each other: the offer of codes, and the authorization. A device that is paired may
 * offer a code for another project and cancel it again.
 */
export interface State {
  readonly offer: Offer;
  readonly authorization: Authorization;
  readonly attention: Attention;
  readonly hurried: Hurried;
  /** Numbers handed out so far, for attempts and grants alike: an answer that names an older one is late. */
  readonly lastNumber: number;
  /** How exchanges with Frame.io go at present; null after any verdict. */
  readonly trouble: Trouble | null;
  /** When Frame.io last answered; null before the first time. */
  readonly answeredAt: number | null;
}

/** Who learns what Frame.io says of this device, and how. */
export interface Attention {
  /** Whether somebody could see it. */
  readonly watched: boolean;
  /** Whether the status socket is joined, by which Frame.io tells of changes itself. */
  readonly attended: boolean;
}

/** Back-offs that were cut short, since the way to Frame.io may have become another one. */
export interface Hurried {
  /** When it was last done: what was sent before that says nothing about the way that there is now. */
  readonly at: number;
  /** Whether back-offs began anew that time, since it had not been done for a while. */
  readonly anew: boolean;
  /** The bucket of those that it was done for: see `Pace`. */
  readonly spentUntil: number;
}

/** Why the way to Frame.io is blocked. */
export interface Trouble {
  readonly kind: FaultKind;
  readonly since: number;
  /** Faults in a row. */
  readonly count: number;
}

export type Offer = Resting | Requesting | Awaiting | Refused;

/** What holds requests for codes and polls back, whoever asks for them. */
export interface Floors {
  /** Before this, no request for a code follows the last one. */
  readonly notBefore: number;
  /** The bucket of those that found their way to Frame.io: see `Pace`. */
  readonly spentUntil: number;
  /** When the last poll left, of whatever code. */
  readonly polledAt: number;
}

export interface Resting {
  readonly at: "resting";
  readonly reason: "not-started" | "not-needed" | "manual" | "cancelled" | "window-ended";
  readonly floors: Floors;
}

/** An offer of codes as a whole, one or more attempts long. */
export interface Offering {
  readonly floors: Floors;
  /** When the offer rests if nobody answers; null for never. */
  readonly windowEnds: number | null;
  /** Codes that this offer has taken so far. */
  readonly codes: number;
  /** Codes in a row that were refused, or dead before anyone could have used them. */
  readonly spoilt: number;
  /** The code before, which is polled a last time as it dies; still on the screen while there is no other. */
  readonly former: Watch | null;
}

/** A code is being asked for. */
export interface Requesting extends Offering {
  readonly at: "requesting";
  readonly request: CodeRequest;
  /** What the server said to the last request, where it is only looked again whether that has been mended. */
  readonly refusal: Refusal | null;
  readonly failures: number;
}

export type CodeRequest =
  /** `insisting`: a person asks, and a pause that the server asked for does not keep this one back. */
  | { readonly at: "due"; readonly when: number; readonly insisting: boolean }
  /** A code's life is counted from `sentAt`. */
  | { readonly at: "sent"; readonly number: number; readonly sentAt: number };

/** A code is on the screen, and the same code is polled. */
export interface Awaiting extends Offering {
  readonly at: "awaiting";
  readonly watch: Watch;
}

/** A code that is polled. */
export interface Watch {
  readonly attempt: Attempt;
  readonly polling: Polling;
  /** When the last poll left, or the code came; polls never come closer together than `interval`. */
  readonly polledAt: number;
  /** Milliseconds between polls, the server's `slow_down` included. */
  readonly interval: number;
  readonly failures: number;
}

export type Polling =
  | { readonly at: "waiting"; readonly when: number }
  | { readonly at: "sent" }
  /** Sent, and the code is dead meanwhile: off the screen, while the answer still counts. */
  | { readonly at: "dead" };

/** The server won't give out a code. */
export interface Refused extends Offering {
  readonly at: "refused";
  readonly refusal: Refusal;
  readonly retryAt: number;
}

/** One code with everything that belongs to it, swapped as a whole. */
export interface Attempt {
  readonly number: number;
  /** Which code of the offer this is, from 1. */
  readonly ordinal: number;
  readonly code: OfferedCode;
  readonly deadline: number;
}

export type Authorization = Unknown | Absent | Grant | Leaving;

/** The vault has not told yet what is held. */
export interface Unknown {
  readonly at: "unknown";
}

export interface Absent {
  readonly at: "absent";
  /** Why the last one ended, until the next one; null where there was none, or someone unpaired it. */
  readonly ended: Ended | null;
}

export interface Ended {
  readonly reason: StoredEnd["reason"];
  /** The wall time at which it ran out or was refused; null where the clock can't be trusted. */
  readonly wallAt: number | null;
  /** When the server refused it, or its last token was over; null where that was before this start. */
  readonly at: number | null;
  /** The wall time at which its last tokens came; null where the clock could not be trusted then. */
  readonly obtainedAt: number | null;
}

/** Tokens that an unpair is revoking now; no offer starts meanwhile. */
export interface Leaving {
  readonly at: "leaving";
  readonly number: number;
}

export interface Grant {
  readonly at: "held";
  readonly number: number;
  readonly current: StoredTokens;
  readonly rotation: Rotation;
  /** When the access token ends; null where no clock can tell. */
  readonly accessEnds: number | null;
  /** Wall time at which a refresh with `current` first left whose answer is not known; null where none is open. */
  readonly refreshBegun: number | null;
  /** What Frame.io last told about this device; null until it did. */
  readonly device: KnownDevice | null;
  readonly reading: Reading;
  /** When `GET /v2/devices/me` was last sent, or the reading began. */
  readonly readAt: number;
  readonly refresh: Refresh;
  /** When an access token that was refused was, or will be, exchanged for that; null for never. */
  readonly refusedAt: number | null;
}

export interface KnownDevice {
  readonly record: DeviceRecord;
  /** Whether a record of this grant has been written: only then is the device shown as paired. */
  readonly kept: boolean;
}

/** How far `current` has come. `previous` is the pair before, to fall back on until `current` has worked once. */
export type Rotation =
  /** On its way to the disk, and used by nobody before it is there, or the disk refuses and memory is all there is. */
  | { readonly at: "storing"; readonly previous: StoredTokens | null }
  /** Its access token has not worked yet. */
  | { readonly at: "unproven"; readonly previous: StoredTokens | null }
  /** It has worked, or is taken up from the disk, which holds the pair before until something else is written. */
  | { readonly at: "proven"; readonly previous: StoredTokens | null };

/** Reading `GET /v2/devices/me`, the first call after every new token (API facts §3.5). */
export type Reading =
  /** Read; again when its pace says so. */
  | { readonly at: "rest" }
  /** `doubted`: something may have changed since it was sent, so the answer may be an old one. */
  | { readonly at: "sent"; readonly failures: number; readonly doubted: boolean }
  | { readonly at: "retry"; readonly when: number; readonly failures: number };

export type Refresh =
  | { readonly at: "due"; readonly when: number; readonly failing: Failing | null }
  /** The intent is being written: a single-use token that the disk holds is spent only when it takes writes. */
  | { readonly at: "preparing"; readonly failing: Failing | null }
  | {
      readonly at: "sent";
      readonly sentAt: number;
      readonly token: "current" | "previous";
      readonly failing: Failing | null;
    }
  /** No refresh token: the scope `offline` was not granted. */
  | { readonly at: "never" };

export interface Failing {
  readonly since: number;
  readonly count: number;
  readonly cause: FaultKind | "storage" | "refused";
  /** The server's word, for `refused`. */
  readonly error: string | null;
}

export const initialState: State = {
  offer: {
    at: "resting",
    reason: "not-started",
    floors: {
      notBefore: Number.NEGATIVE_INFINITY,
      spentUntil: UNSPENT,
      polledAt: Number.NEGATIVE_INFINITY,
    },
  },
  authorization: { at: "unknown" },
  attention: { watched: false, attended: false },
  hurried: { at: Number.NEGATIVE_INFINITY, anew: false, spentUntil: UNSPENT },
  lastNumber: 0,
  trouble: null,
  answeredAt: null,
};

/** Why the server gives out no code; null where it does, or has not been asked yet. */
export function refusalOf({ offer }: State): Refusal | null {
  return offer.at === "refused" || offer.at === "requesting" ? offer.refusal : null;
}

/** The authorization that may be used; null while there is none. */
export function grantOf({ authorization }: State): Grant | null {
  return authorization.at === "held" ? authorization : null;
}

/** Why there is no authorization any more; null where there is one, or was none. */
export function endOf({ authorization }: State): Ended | null {
  return authorization.at === "absent" ? authorization.ended : null;
}
