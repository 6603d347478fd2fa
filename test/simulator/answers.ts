import { AdminError, ApiRefusal, AuthRefusal, detailedBody } from "./refusals.ts";

/** A whole HTTP answer, before anything is done to it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

export function html(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

export function redirect(status: number, location: string): Answer {
  return { status, headers: { location }, body: "" };
}

export const NO_CONTENT: Answer = { status: 204, headers: {}, body: "" };

export function detailed(status: number, title: string, detail: string): Answer {
  return json(status, detailedBody(status, title, detail));
}

/** RFC 9110 §15.5.6 */
export function methodNotAllowed(allow: string): Answer {
  const answer = detailed(405, "Method Not Allowed", `This address takes ${allow} alone`);
  return { ...answer, headers: { ...answer.headers, allow } };
}

/** RFC 6749 §5.1: kept by nobody on the way. */
export function confidential(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, "cache-control": "no-store", pragma: "no-cache" } };
}

export function notFound(): Answer {
  return detailed(404, "Not Found", "There is nothing at this address");
}

/** What a thrown refusal looks like on the wire; anything else is a bug of the simulator and passes through. */
export function refused(error: unknown): Answer {
  if (error instanceof AuthRefusal) return json(400, { error: error.error });
  if (error instanceof ApiRefusal) return detailed(error.status, error.title, error.detail);
  if (error instanceof AdminError) return json(400, { error: error.message });
  throw error;
}
