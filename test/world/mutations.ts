/** Faults that the daemon had or could have, each as what is put in for what keeps it out. A world has to find them all. */

import type { Edit } from "./bundle.ts";

export interface Mutation {
  readonly name: string;
  readonly edits: readonly Edit[];
}

export const MUTATIONS: readonly Mutation[] = [
  mutation(
    "the picture comes before the fsync",
    "daemon/pairing/runner.ts",
    'if (effect.type === "store" && effect.answer === "settled") this.#holdBack(work);',
    "",
  ),
  mutation(
    "a 100 Continue is taken for a broken connection, and the spent token is sent again",
    "daemon/frameio/exchange.ts",
    'asked.once("response", resolve);',
    'asked.once("response", resolve); asked.once("information", () => reject(new Error("no answer")));',
  ),
  mutation(
    "there is no floor under code requests",
    "daemon/pairing/offer.ts",
    "return Math.max(when, notBefore, earliest(spentUntil, CODE_PACE));",
    "return when + 0 * (notBefore + earliest(spentUntil, CODE_PACE));",
  ),
  mutation(
    "all syncs of an attempt together have a limit that a slow card can't keep",
    "daemon/vault/follow.ts",
    "Math.max(asked, this.#disk.answeredAt) + STALL_MS",
    "asked + 10_000",
  ),
  mutation(
    "polls come before the interval",
    "daemon/pairing/watch.ts",
    "const INTERVAL_MARGIN = 1.1;",
    "const INTERVAL_MARGIN = 0.9;",
  ),
  mutation(
    "a connection that breaks costs the tokens",
    "daemon/pairing/refresh.ts",
    "const later = refreshLater(authorization, failing, { cause: fault.kind, fault }, turn);",
    'if (fault.kind === "connect") return end(judgeEnd(turn.now, null, turn), turn);\n' +
      "const later = refreshLater(authorization, failing, { cause: fault.kind, fault }, turn);",
  ),
  mutation(
    "the intent is forgotten",
    "daemon/pairing/tokens.ts",
    "    refreshBegun,\n    device: device?.record",
    "    refreshBegun: null,\n    device: device?.record",
  ),
  mutation(
    "tokens are served before they are settled",
    "daemon/pairing/broker.ts",
    'if (grant.rotation.at === "storing") return null;',
    "",
  ),
  mutation(
    "the late answer to an old offer is taken",
    "daemon/pairing/offer.ts",
    "if (polled !== null && tokens)",
    "if (tokens)",
  ),
  mutation(
    "what nobody waits for any more is not given back",
    "daemon/pairing/offer.ts",
    'if (tokens) turn.do({ type: "revoke", tokens });',
    "",
  ),
  mutation(
    "what was unpaired is not revoked",
    "daemon/pairing/runner.ts",
    "const outcome = await this.#revoke(record.current);",
    'const outcome = { kind: "fault" } as Outcome<RevokeVerdict>;',
  ),
  mutation(
    "an unpair that the power was cut in is forgotten",
    "daemon/pairing/grant.ts",
    "if (stored.leaving) return leave(number, stored, turn);",
    "",
  ),
  mutation("a commit is not synced", "daemon/vault/database.ts", "await log.datasync();", ""),
  mutation(
    "a commit ends in a sector that the next one writes",
    "daemon/vault/database.ts",
    "await touch(connection);\n  await log",
    "await log",
  ),
  mutation(
    "the key comes under its name before it is on the card",
    "daemon/vault/files.ts",
    "  await sync(unfinished, constants.O_RDONLY);\n",
    "",
  ),
  mutation(
    "the pair before is tried first",
    "daemon/pairing/refresh.ts",
    'sendRefresh(grant, "current", failing, turn)',
    'sendRefresh(grant, grant.rotation.previous ? "previous" : "current", failing, turn)',
  ),
  mutation(
    "a dead code stays on the screen until its last poll is answered",
    "daemon/pairing/name.ts",
    'watch === null || watch.polling.at === "dead"',
    "watch === null",
  ),
  mutation(
    "a token gets into the log",
    "daemon/pairing/describe.ts",
    "` : verdict.type,",
    "` : verdict.tokens.accessToken.reveal(),",
  ),
];

function mutation(name: string, file: string, search: string, replace: string): Mutation {
  return { name, edits: [{ file, search, replace }] };
}
