import type { FastifyInstance } from "fastify";
import { formOf, refuseForged } from "../app.ts";
import { backToPage } from "../page.ts";
import { ApiProblem } from "../problems.ts";
import { PinSchema } from "../schemas.ts";
import type { Visitors } from "../visitors.ts";
import { answers, NO_CONTENT, PROBLEMS, passCookie, type RouteParts, ref, socketOnly } from "./parts.ts";

/** How a reader of the page shows that they are at the device. */
export function addUnlock(app: FastifyInstance, parts: RouteParts): void {
  const { backend, formToken } = parts;

  function visitors(): Visitors {
    if (parts.visitors !== null) return parts.visitors;
    throw new ApiProblem("not-found", "No PIN is needed: the page is for this device alone.");
  }

  app.get(
    "/v1/pin",
    {
      onRequest: socketOnly(parts),
      exposeHeadRoute: false,
      schema: {
        summary: "The PIN that the status page wants from other devices",
        description: "On the control socket alone. New at each start; 404 where none is wanted.",
        response: answers(200, ref(PinSchema)),
      },
    },
    async () => ({ pin: visitors().pin }),
  );
  app.post<{ Body: { readonly pin?: unknown } | null | undefined }>(
    "/v1/unlock",
    {
      preHandler: async (request) => refuseForged(request, formToken),
      schema: {
        summary: "Show that one is at the device",
        description:
          "With the PIN that it tells, `{pin}` or a form, or without one within a minute after a press of its button. The cookie of the answer goes with what follows.",
        response: { ...NO_CONTENT, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const form = formOf(request);
      const pin = form === null ? request.body?.pin : form.get("pin");
      const admission = visitors().admit(typeof pin === "string" ? pin : "");
      switch (admission.type) {
        case "welcome":
          reply.header("set-cookie", passCookie(admission.pass));
          return form === null ? reply.code(204).send() : backToPage(reply, form);
        case "wrong": {
          if (form !== null) return backToPage(reply, form, "wrong-pin");
          const orPress = backend.snapshot().has_button
            ? ", nor was its button pressed within the last minute"
            : "";
          throw new ApiProblem("pin-wanted", `This is not the PIN of this device${orPress}.`);
        }
        case "later":
          if (form !== null) return backToPage(reply, form, "later");
          throw new ApiProblem("too-many-tries", "Too many wrong PINs.", {
            headers: { "retry-after": String(admission.retryAfter) },
          });
      }
    },
  );
}
