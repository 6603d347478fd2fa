/** What Frame.io says of the device: when its record is read, and what it means. Pure. */

import { isDeepStrictEqual } from "node:util";
import { end, ranOutNow } from "./end.ts";
import type { EventOf } from "./events.ts";
import { refuseToken } from "./refresh.ts";
import type { Attention, Authorization, Grant } from "./state.ts";
import { recordOf } from "./tokens.ts";
import { isOvertaken, pauseAfter, type Turn } from "./turn.ts";

const READ_BACKOFF_MAX_MS = 300_000;
/** The device record is read again this often while somebody could see it or uploads are refused, */
const CLOSE_PACE_MS = 120_000;
/** this often otherwise, and where the status socket tells of changes, */
const WIDE_PACE_MS = 900_000;
/** and never sooner after the last time, whoever asks for it. */
const READ_FLOOR_MS = 5_000;
/** An access token that can't be renewed and is refused this often in a row is dead. */
const REFUSALS_FOR_GOOD = 3;

/**
 * When the device record is to be read again; null for not before something else happens. An access token that ends
 * before has made way for another one by then, which brings a reading of its own.
 */
export function readTime(grant: Grant, { watched, attended }: Attention): number | null {
  const { reading, readAt, device, accessEnds, refresh } = grant;
  const changing = refresh.at === "preparing" || refresh.at === "sent";
  if (changing || reading.at === "sent") return null;
  if (reading.at === "retry") return reading.when;
  const close = !attended && (watched || device?.record.paused);
  const due = readAt + (close ? CLOSE_PACE_MS : WIDE_PACE_MS);
  return accessEnds !== null && due >= accessEnds ? null : due;
}

export function readDevice(grant: Grant, failures: number, turn: Turn): Grant {
  turn.do({ type: "read-device", number: grant.number, accessToken: grant.current.accessToken });
  return { ...grant, readAt: turn.now, reading: { at: "sent", failures, doubted: false } };
}

/** Only an answer to a question that is asked from now on will do. */
export function doubt(grant: Grant, { now }: Turn): Grant {
  const { reading, readAt } = grant;
  if (reading.at === "sent") return { ...grant, reading: { ...reading, doubted: true } };
  const floor = Math.max(now, readAt + READ_FLOOR_MS);
  return reading.at === "rest"
    ? { ...grant, reading: { at: "retry", when: floor, failures: 0 } }
    : { ...grant, reading: { ...reading, when: Math.min(reading.when, floor) } };
}

/** Whoever comes to look gets what is true now, unless it has just been asked for. */
export function onWatched(grant: Grant, turn: Turn): Grant {
  const fresh = grant.reading.at === "sent" || turn.now < grant.readAt + READ_FLOOR_MS;
  return fresh ? grant : doubt(grant, turn);
}

export function onDevice(grant: Grant, event: EventOf<"device-answered">, turn: Turn): Authorization {
  const { number, reading, readAt } = grant;
  const { outcome } = event;
  if (number !== event.number || reading.at !== "sent") return grant;
  if (!event.accessToken.equals(grant.current.accessToken)) return grant;
  if (outcome.kind === "verdict" && outcome.verdict.type === "device") {
    const { device: record } = outcome.verdict;
    const { record: before = null, kept = false } = grant.device ?? {};
    if (record.project !== null && record.project.id !== before?.project?.id)
      turn.do({ type: "record", event: "project", detail: record.project.id });
    const rested: Grant = {
      ...grant,
      device: { record, kept },
      rotation: { at: "proven", previous: null },
      reading: { at: "rest" },
    };
    const proven = reading.doubted ? doubt(rested, turn) : rested;
    // A record that is read all day must not wear out a card; the pair before goes from it with what is written next.
    const known = kept && isDeepStrictEqual(record, before);
    if (!known)
      turn.do({ type: "store", number, record: recordOf(proven), answer: kept ? null : "device-kept" });
    return proven;
  }
  const failures = reading.failures + 1;
  const fault = outcome.kind === "fault" ? outcome.fault : null;
  const overtaken = fault !== null && isOvertaken(readAt, fault, turn);
  const pause = overtaken ? 0 : pauseAfter(failures, READ_BACKOFF_MAX_MS, fault, turn);
  const waiting: Grant = { ...grant, reading: { at: "retry", when: turn.now + pause, failures } };
  if (fault !== null) return waiting;
  const forGood = grant.refresh.at === "never" && failures >= REFUSALS_FOR_GOOD;
  return forGood ? end(ranOutNow(turn), turn) : refuseToken(waiting, turn);
}

export function onStatus(given: Grant, paused: boolean, turn: Turn): Grant {
  const { device } = given;
  if (device === null) return given;
  // An answer on its way may be older than what was told now.
  const grant = given.reading.at === "sent" ? doubt(given, turn) : given;
  if (device.record.paused === paused) return grant;
  const next = { ...grant, device: { ...device, record: { ...device.record, paused } } };
  if (grant.rotation.at !== "storing")
    turn.do({ type: "store", number: grant.number, record: recordOf(next), answer: null });
  return next;
}

export function hurryReading(grant: Grant, turn: Turn): Grant {
  const { reading } = grant;
  if (reading.at !== "retry" || reading.failures === 0) return grant;
  const failures = turn.hurried.anew ? 1 : reading.failures;
  return { ...grant, reading: { ...reading, when: turn.now, failures } };
}
