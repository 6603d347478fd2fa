import { EXIT, type ExitCode } from "../cli/exit.ts";
import type { Reply } from "./client.ts";
import { Failure } from "./failure.ts";
import { fields, parse, readSnapshot, type SnapshotView } from "./snapshot.ts";

/** What each HTTP status of the local API means to a script. */
const EXIT_OF: Readonly<Record<number, ExitCode>> = {
  401: EXIT.noPermission,
  403: EXIT.noPermission,
  409: EXIT.tryLater,
  429: EXIT.tryLater,
  503: EXIT.tryLater,
};

/**
 * The body of an answer that succeeded.
 * @throws {Failure} with the daemon's own sentence (RFC 9457 `detail`) where it did not
 */
export function succeeded({ status, headers, body }: Reply, what: string): Buffer {
  if (status >= 200 && status < 300) return body;
  const problem = fields(parse(body.toString("utf8")));
  const detail = problem?.text("detail") ?? problem?.text("title") ?? null;
  const later = headers["retry-after"];
  const hint =
    status === 503 && later !== undefined && /^\d+$/.test(later) ? `; try again in ${later} s` : "";
  const code = EXIT_OF[status];
  if (code !== undefined) throw new Failure(code, (detail ?? `c2cd refuses ${what} (HTTP ${status})`) + hint);
  if (status === 404 || status === 405 || status === 501)
    throw new Failure(
      EXIT.unavailable,
      `this c2cd does not know ${what}: it is older or newer than c2cctl; install both from the same version`,
    );
  throw new Failure(
    EXIT.unavailable,
    `c2cd failed at ${what}: ${detail ?? `HTTP ${status}`}; see: journalctl -u c2cd`,
  );
}

/**
 * The snapshot that an answer is.
 * @throws {Failure} where it did not succeed, or is none
 */
export function snapshotOf(reply: Reply, what: string): SnapshotView {
  return readSnapshot(succeeded(reply, what).toString("utf8"));
}
