import { STATUS_CODES } from "node:http";
import type { FastifyReply } from "fastify";
import type { StateName } from "../contract/states.ts";
import { StorageError } from "../contract/storage.ts";
import type { Logger } from "../core/log.ts";
import { escaped } from "../core/text.ts";

/** Stable names of what can go wrong with a request, with their HTTP status. */
const STATUS_OF = {
  "invalid-request": 400,
  "host-refused": 421,
  "origin-refused": 403,
  "forged-form": 403,
  "socket-only": 403,
  "actions-off": 403,
  "pin-wanted": 403,
  "not-found": 404,
  "no-code": 404,
  "no-picture": 404,
  "method-not-allowed": 405,
  "request-timeout": 408,
  "not-paired": 409,
  "screen-in-use": 409,
  "no-display": 409,
  "body-too-large": 413,
  "unsupported-media-type": 415,
  "too-many-tries": 429,
  "headers-too-large": 431,
  internal: 500,
  "storage-failing": 503,
  "token-unavailable": 503,
  "too-many-streams": 503,
} as const;

export type ProblemName = keyof typeof STATUS_OF;

interface Extras {
  /** The daemon's state, where that is the reason. */
  readonly state?: StateName;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is an error; `message` is its `detail`, one or two sentences for a person. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly problem: ProblemName;
  readonly extras: Extras;

  constructor(problem: ProblemName, detail: string, extras: Extras = {}) {
    super(detail);
    this.problem = problem;
    this.extras = extras;
  }

  get status(): number {
    return STATUS_OF[this.problem];
  }

  /** RFC 9457 §3. */
  body(): string {
    return escaped(
      JSON.stringify({
        type: `urn:c2cd:problem:${this.problem}`,
        title: STATUS_CODES[this.status],
        status: this.status,
        detail: this.message,
        state: this.extras.state,
      }),
    );
  }
}

export const PROBLEM_TYPE = "application/problem+json";

export function sendProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.extras.headers ?? {})
    .header("cache-control", "no-store")
    .type(PROBLEM_TYPE)
    .send(problem.body());
}

const PARSER_PROBLEMS: Readonly<Record<number, ProblemName>> = {
  400: "invalid-request",
  408: "request-timeout",
  413: "body-too-large",
  415: "unsupported-media-type",
  431: "headers-too-large",
};

/** What a request is told that ended in `error`. A bug of ours goes to the journal. */
export function problemFor(error: Error, request: string, log: Logger): ApiProblem {
  const problem = problemOf(error);
  if (problem !== null) return problem;
  log.error({ err: error }, `${request} failed`);
  return new ApiProblem("internal", "The daemon failed at this; its journal says why.");
}

/** The problem behind an error: a refusal of ours, of fastify's (validation, body parsers), of the disk; null for a bug. */
function problemOf(error: Error & { statusCode?: number }): ApiProblem | null {
  if (error instanceof ApiProblem) return error;
  if (error instanceof StorageError) return new ApiProblem("storage-failing", error.message);
  const name = PARSER_PROBLEMS[error.statusCode ?? 500];
  return name === undefined ? null : new ApiProblem(name, error.message);
}
