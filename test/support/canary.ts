/**
 * One word marks every secret that the tests use, so that everything which comes out of the product can be looked
 * through for all of them, whichever test made them.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";

const WORD = "canary";

/** As it would look plain and encoded: hex, and base64 at each of its three alignments. */
const TRACES: readonly string[] = [
  WORD,
  Buffer.from(WORD).toString("hex"),
  ...[0, 1, 2].map((before) => {
    const encoded = Buffer.from(" ".repeat(before) + WORD).toString("base64url");
    // The first and the last character may belong to neighbours as well.
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + WORD.length) * 8) / 6));
  }),
];

/** A new secret of that many characters. */
export function canarySecret(length: number): string {
  return `${WORD}${randomBytes(length).toString("base64url")}`.slice(0, length);
}

/** The first trace of a secret; null where there is none. */
export function traceIn(seen: string | Buffer): string | null {
  const bytes = Buffer.from(seen);
  return TRACES.find((trace) => bytes.includes(trace)) ?? null;
}

const looked = { pieces: 0, bytes: 0 };

/** @throws {Error} where there is a secret in it; the message does not repeat it */
export function assertNoSecret(where: string, seen: string | Buffer): void {
  looked.pieces += 1;
  looked.bytes += seen.length;
  const trace = traceIn(seen);
  if (trace !== null) throw new Error(`a secret in ${where} (it has "${trace}" in it)`);
}

const tally = process.env.TEST_TALLY;
if (tally !== undefined)
  process.on("exit", () => appendFileSync(tally, `${looked.pieces} ${looked.bytes}\n`));
