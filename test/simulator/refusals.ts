/** The two error schemas of the API (API facts §4), and the errors that the simulator's rooms throw to answer with them. */

/** 400 with the simple schema `{"error": "…"}`, as the auth endpoints answer. */
export class AuthRefusal extends Error {
  override readonly name = "AuthRefusal";
  readonly error: string;

  constructor(error: string) {
    super(error);
    this.error = error;
  }
}

/** Any status with the detailed schema. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  readonly status: number;
  readonly title: string;
  readonly detail: string;

  constructor(status: number, title: string, detail: string) {
    super(`${status} ${title}`);
    this.status = status;
    this.title = title;
    this.detail = detail;
  }
}

/** The literal 401 of an expired, dead or missing token. */
export function notAuthorized(): ApiRefusal {
  return new ApiRefusal(401, "Not Authorized", "You are not allowed to access that resource");
}

/** A person or a test asked the simulator itself for something that it can't do; the message says what to do. */
export class AdminError extends Error {
  override readonly name = "AdminError";
}

/** The detailed error body (API facts §4). */
export function detailedBody(status: number, title: string, detail: string): unknown {
  return { code: status, errors: [{ code: status, detail, status, title }], message: title };
}
