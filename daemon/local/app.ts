import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../core/log.ts";
import { sameText } from "../core/secret.ts";
import { hostIsOwn, originIsOwn, SECURITY_HEADERS, siteIsOwn } from "./guards.ts";
import { createHttpServer, limitReading, refuseUnreadable } from "./http.ts";
import { ApiProblem, problemFor, sendProblem } from "./problems.ts";
import { SCHEMA_READERS } from "./schema-readers.ts";
import { COMPONENTS } from "./schemas.ts";

/** Who is on the other end of a listener. */
export type Audience =
  /** Programs of this machine that the socket's file mode lets in. */
  | { readonly kind: "socket" }
  /** Anybody who reaches the port, with a browser or without. */
  | { readonly kind: "tcp"; names(): readonly string[] };

const BODY_LIMIT = 8 * 1024;

/** A server with its limits, guards and error answers, and no routes yet. */
export function createApp(audience: Audience, log: Logger): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 64 },
    serverFactory: createHttpServer,
    return503OnClosing: false,
    schemaController: { compilersFactory: SCHEMA_READERS },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply.headers(SECURITY_HEADERS), new ApiProblem("invalid-request", error.message)),
  });
  for (const schema of COMPONENTS) app.addSchema(schema);
  parseBodies(app);
  app.addHook("onRequest", async (request, reply) => guard(audience, request, reply));
  app.addHook("onSend", async (request) => limitReading(request.raw));
  const methods = methodsByPath(app);
  app.setNotFoundHandler((request, reply) => sendProblem(reply, missing(methods, request)));
  app.setErrorHandler((error: Error, { method, routeOptions }, reply) =>
    sendProblem(reply, problemFor(error, `${method} ${routeOptions.url}`, log)),
  );
  return app;
}

function guard(audience: Audience, request: FastifyRequest, reply: FastifyReply): void {
  const { host, origin } = request.headers;
  reply.headers(SECURITY_HEADERS).header("cache-control", "no-store");
  // RFC 9112 §3.2: once, and only HTTP/1.0 may leave it out; of several, Node would take the first.
  const hosts = request.raw.headersDistinct.host?.length ?? 0;
  if (hosts > 1 || (hosts === 0 && request.raw.httpVersion !== "1.0"))
    throw new ApiProblem("invalid-request", "A request names its host once.");
  // RFC 9112 §3.2.2: an absolute form would overrule the Host that is judged here. It is for proxies.
  if (!request.raw.url?.startsWith("/"))
    throw new ApiProblem("invalid-request", "A request names its path alone.");
  if (audience.kind === "socket") {
    if (origin !== undefined)
      throw new ApiProblem("origin-refused", "The control socket is for programs, not for browsers.");
    return;
  }
  const names = audience.names();
  if (!hostIsOwn(host, names))
    throw new ApiProblem(
      "host-refused",
      `This device answers to its address and to ${names.join(", ")}; not to this name. http.hosts names more.`,
    );
  if (!originIsOwn(origin, host))
    throw new ApiProblem("origin-refused", "Pages of other sites may not talk to this device.");
}

/**
 * Refuses what a foreign page may have sent in the reader's name. Programs are let in: no browser sends a request
 * that changes something across sites without `Origin`, which is judged before, or a form's content type.
 *
 * @param formToken what only our own page knows
 */
export function refuseForged(request: FastifyRequest, formToken: string): void {
  if (!siteIsOwn(request.headers["sec-fetch-site"]?.toString()))
    throw new ApiProblem("origin-refused", "Pages of other sites may not talk to this device.");
  const form = formOf(request);
  if (form !== null && !sameText(form.get("token") ?? "", formToken))
    throw new ApiProblem("forged-form", "This form is out of date: load the page again and repeat.");
}

/** The submitted form; null where the request is no form. */
export function formOf(request: FastifyRequest): URLSearchParams | null {
  return request.body instanceof URLSearchParams ? request.body : null;
}

/** JSON and our own forms; an empty body is no body, whatever type it claims. */
function parseBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void parseJson(request, body, done);
  });
  app.addContentTypeParser<string>(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, new URLSearchParams(body)),
  );
}

/** What may be done at which path, filled as routes are added. (`hasRoute` would read a caller's `*` as a pattern.) */
function methodsByPath(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    methods.set(url, known);
    for (const name of [method].flat()) known.add(name);
  });
  return methods;
}

function missing(methods: ReadonlyMap<string, ReadonlySet<string>>, request: FastifyRequest): ApiProblem {
  const allowed = [...(methods.get(request.url.split("?", 1)[0] ?? "") ?? [])].sort().join(", ");
  if (allowed === "")
    return new ApiProblem("not-found", "There is nothing here; /v1/openapi.json lists what there is.");
  return new ApiProblem("method-not-allowed", `Only ${allowed} here.`, { headers: { allow: allowed } });
}
