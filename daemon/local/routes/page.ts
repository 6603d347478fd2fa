import type { Static } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { pageFor } from "../page.ts";
import type { PageFile } from "../page-files.ts";
import { PageQuery } from "../schemas.ts";
import { isStranger, type RouteParts, snapshotFor } from "./parts.ts";

/** Lines of history that the page chooses from. */
const HISTORY_LIMIT = 100;

/** The status page and its files. */
export function addPage(app: FastifyInstance, parts: RouteParts, files: readonly PageFile[]): void {
  const { backend, allowActions, formToken, language: ownLanguage, log } = parts;

  async function history() {
    try {
      return await backend.history(HISTORY_LIMIT);
    } catch (error) {
      // The page is where a person reads that the storage fails: it must not fail with it.
      log.debug({ err: error }, "history can't be read for the page");
      return [];
    }
  }

  app.get<{ Querystring: Static<typeof PageQuery> }>(
    "/",
    { schema: { querystring: PageQuery } },
    async (request, reply) => {
      backend.glance();
      const locked = isStranger(parts, request);
      const { language, markup } = pageFor(
        { ...request.query, acceptLanguage: request.headers["accept-language"] },
        ownLanguage,
        snapshotFor(parts, request),
        (await history()).map(({ at, ...line }) => ({ ...line, at: new Date(at).toISOString() })),
        allowActions || locked ? formToken : null,
        locked,
      );
      return reply
        .headers({ "content-language": language, vary: "accept-language" })
        .type("text/html; charset=utf-8")
        .send(markup);
    },
  );

  for (const { path, type, content, etag } of files)
    app.get(path, async (request, reply) => {
      reply.headers({ etag, "cache-control": "no-cache" });
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type(type).send(content);
    });
}
