import type { Static } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { Picture } from "../../../hw/picture/picture.ts";
import { encodePng } from "../../../hw/picture/png.ts";
import { qrPicture, qrSvg } from "../images.ts";
import { ApiProblem } from "../problems.ts";
import { QrQuery } from "../schemas.ts";
import { answers, noStrangers, type RouteParts } from "./parts.ts";

/** The current code, and what the display shows. */
export function addPictures(app: FastifyInstance, parts: RouteParts): void {
  const { backend } = parts;
  const onRequest = noStrangers(parts);
  function link(): string {
    const { pairing, state } = backend.snapshot();
    if (pairing?.verification_uri_complete) return pairing.verification_uri_complete;
    throw new ApiProblem(
      "no-code",
      pairing === null ? "There is no code now." : "This code has digits alone and no link.",
      { state },
    );
  }

  app.get(
    "/v1/qr.svg",
    {
      onRequest,
      schema: {
        summary: "The current code as SVG",
        response: answers(200, Type.String(), "image/svg+xml"),
      },
    },
    async (_request, reply) => reply.type("image/svg+xml").send(qrSvg(link())),
  );
  app.get<{ Querystring: Static<typeof QrQuery> }>(
    "/v1/qr.png",
    {
      onRequest,
      schema: {
        summary: "The current code as PNG",
        querystring: QrQuery,
        response: answers(200, Type.Unsafe({}), "image/png"),
      },
    },
    async ({ query }, reply) => reply.type("image/png").send(await encodePng(qrPicture(link(), query.scale))),
  );

  /** However many ask, one picture is packed once. */
  const packed = new WeakMap<Picture, Promise<Buffer>>();
  app.get(
    "/v1/screen.png",
    {
      onRequest,
      schema: {
        summary: "What the display shows now",
        response: answers(200, Type.Unsafe({}), "image/png"),
      },
    },
    async (_request, reply) => {
      const picture = backend.screen();
      if (picture === null) throw new ApiProblem("no-picture", "The display shows no picture now.");
      const file = packed.get(picture) ?? encodePng(picture);
      packed.set(picture, file);
      return reply.type("image/png").send(await file);
    },
  );
}
