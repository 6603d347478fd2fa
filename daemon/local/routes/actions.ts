import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Notice } from "../../../web-ui/view.ts";
import { formOf, refuseForged } from "../app.ts";
import { backToPage } from "../page.ts";
import { ApiProblem } from "../problems.ts";
import { SnapshotSchema, UnpairedSchema } from "../schemas.ts";
import { answers, noStrangers, type RouteParts, ref } from "./parts.ts";

/** What a person may ask of the device. */
export function addActions(app: FastifyInstance, parts: RouteParts): void {
  const { backend, audience, allowActions, formToken, log } = parts;

  const allowed = async () => {
    if (audience.kind === "tcp" && !allowActions)
      throw new ApiProblem(
        "actions-off",
        "The status page may only look: http.allow_actions is off. c2cctl on the device can do this.",
      );
  };
  const genuine = async (request: FastifyRequest) => {
    if (audience.kind === "tcp") refuseForged(request, formToken);
  };
  const guards = { onRequest: allowed, preHandler: [noStrangers(parts), genuine], errorHandler: apologise };

  /** Programs get the answer; a form gets its page back. */
  function answer(request: FastifyRequest, reply: FastifyReply, body: object, notice?: Notice): FastifyReply {
    const form = formOf(request);
    return form === null ? reply.code(202).send(body) : backToPage(reply, form, notice);
  }

  /** A person whose form was refused, out of date since the daemon's last start for instance, is not shown JSON. */
  function apologise(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    const form = formOf(request);
    if (form === null || !request.headers.accept?.includes("text/html")) throw error;
    log.info(`${request.url} was refused on the status page: ${error.message}`);
    backToPage(reply, form, "not-done");
  }

  app.post(
    "/v1/pair",
    {
      ...guards,
      schema: {
        summary: "Start pairing, or take a new code now",
        response: answers(202, ref(SnapshotSchema)),
      },
    },
    async (request, reply) => {
      await backend.pair();
      return answer(request, reply, backend.snapshot());
    },
  );
  app.post(
    "/v1/cancel",
    {
      ...guards,
      schema: {
        summary: "Stop showing a code; an authorization that is held stays",
        response: answers(202, ref(SnapshotSchema)),
      },
    },
    async (request, reply) => {
      await backend.cancel();
      return answer(request, reply, backend.snapshot());
    },
  );
  app.post(
    "/v1/unpair",
    {
      ...guards,
      schema: {
        summary: "Revoke the authorization and forget it",
        response: answers(202, ref(UnpairedSchema)),
      },
    },
    async (request, reply) => {
      const { revoked } = await backend.unpair();
      return answer(request, reply, { ...backend.snapshot(), revoked }, revoked ? undefined : "not-revoked");
    },
  );
}
