import type { Backend } from "./backend.ts";
import { ApiProblem } from "./problems.ts";

/** What `GET /v1/token` answers, in the words of RFC 6749 §5.1. */
interface Token {
  readonly access_token: string;
  readonly token_type: "bearer";
  /** Seconds that it still lives. */
  readonly expires_in: number;
}

/** Seconds that a token must still live where nobody says how many. */
export const MINIMUM_LIFE = 300;
/** The most that may be asked for. */
export const LONGEST_MINIMUM_LIFE = 3600;

/**
 * @param minimumLife seconds
 * @throws {ApiProblem} where there is none
 */
export async function tokenFor(backend: Backend, minimumLife: number): Promise<Token> {
  const answer = await backend.token(minimumLife);
  if (answer.type === "token")
    return {
      access_token: answer.accessToken.reveal(),
      token_type: "bearer",
      expires_in: answer.expiresIn,
    };
  const { state } = backend.snapshot();
  if (answer.type === "not-paired")
    throw new ApiProblem("not-paired", "This device is not paired.", { state });
  throw new ApiProblem("token-unavailable", answer.reason, {
    state,
    headers: { "retry-after": String(Math.max(1, Math.ceil(answer.retryAfter))) },
  });
}
