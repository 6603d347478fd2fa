import type { TokenAnswer } from "../contract/authorization.ts";
import type { Clock } from "../core/clock.ts";
import type { Runner } from "./runner.ts";
import { type Grant, grantOf } from "./state.ts";

/** A caller is not kept waiting longer than this for a refresh. */
const WAIT_MS = 25_000;
/** What a caller is told to wait where nothing better is known. */
const RETRY_S = 5;

/**
 * Hands out the access token with a guaranteed remaining life; with what life it has while the refresh waits for the
 * disk. Any number of callers wait for the one refresh that the machine makes.
 *
 * @param minimumLife seconds
 */
export async function brokerToken(runner: Runner, clock: Clock, minimumLife: number): Promise<TokenAnswer> {
  const life = (grant: Grant) => Math.min(minimumLife * 1000, (grant.current.expiresIn * 1000) / 2);
  const answer = (): TokenAnswer | null => {
    const grant = grantOf(runner.state);
    if (grant === null) return { type: "not-paired" };
    if (grant.rotation.at === "storing") return null;
    const left = grant.accessEnds === null ? 0 : grant.accessEnds - clock.elapsed();
    if (left > 0 && (left >= life(grant) || waitsForDisk(grant)))
      return { type: "token", accessToken: grant.current.accessToken, expiresIn: Math.floor(left / 1000) };
    return refusal(grant, clock);
  };

  const grant = grantOf(runner.state);
  if (grant !== null) runner.dispatch({ type: "token-wanted", life: life(grant) });
  return answer() ?? waitFor(runner, clock, answer);
}

function waitsForDisk({ refresh }: Grant): boolean {
  return refresh.at !== "never" && refresh.failing?.cause === "storage";
}

/** Null while a refresh is on its way. */
function refusal(grant: Grant, clock: Clock): TokenAnswer | null {
  const { refresh } = grant;
  if (refresh.at === "never")
    return { type: "unavailable", retryAfter: RETRY_S, reason: "the authorization can't be renewed" };
  if (refresh.at !== "due" || refresh.failing === null) return null;
  const retryAfter = Math.max(1, Math.ceil((refresh.when - clock.elapsed()) / 1000));
  return { type: "unavailable", retryAfter, reason: `the last refresh failed (${refresh.failing.cause})` };
}

function waitFor(runner: Runner, clock: Clock, answer: () => TokenAnswer | null): Promise<TokenAnswer> {
  return new Promise((resolve) => {
    const finish = (found: TokenAnswer) => {
      unsubscribe();
      cancel();
      resolve(found);
    };
    const unsubscribe = runner.subscribe(() => {
      const found = answer();
      if (found !== null) finish(found);
    });
    const cancel = clock.after(WAIT_MS, () =>
      finish({ type: "unavailable", retryAfter: RETRY_S, reason: "the refresh takes long" }),
    );
  });
}
