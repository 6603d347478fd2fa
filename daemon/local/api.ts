/** The local API of one listener, with everything that it takes: fastify, the routes, the page. */
import type { FastifyInstance } from "fastify";
import { createApp } from "./app.ts";
import type { PageFile } from "./page-files.ts";
import { addActions } from "./routes/actions.ts";
import { addDemo } from "./routes/demo.ts";
import { addEvents } from "./routes/events.ts";
import { addOperations } from "./routes/operations.ts";
import { addPage } from "./routes/page.ts";
import type { RouteParts } from "./routes/parts.ts";
import { addPictures } from "./routes/pictures.ts";
import { addStatus } from "./routes/status.ts";
import { addToken } from "./routes/token.ts";
import { addUnlock } from "./routes/unlock.ts";

/** @param files of the status page, for the listener that has one */
export async function buildApi(
  given: Omit<RouteParts, "openApi">,
  files: readonly PageFile[],
): Promise<FastifyInstance> {
  const { audience, backend, log } = given;
  const parts: RouteParts = {
    ...given,
    async openApi() {
      const { openApiOf } = await import("./openapi.ts");
      const app = createApp({ kind: "socket" }, log);
      return openApiOf(app, backend.snapshot().version, () => addApi(app, parts));
    },
  };
  const app = createApp(audience, log);
  addApi(app, parts);
  if (audience.kind === "tcp") addPage(app, parts, files);
  await app.ready();
  return app;
}

/** The routes of the local API, the same on both listeners. */
function addApi(app: FastifyInstance, parts: RouteParts): void {
  addStatus(app, parts);
  const streams = addEvents(app, parts);
  addPictures(app, parts);
  addActions(app, parts);
  addToken(app, parts);
  addDemo(app, parts);
  addUnlock(app, parts);
  addOperations(app, parts, streams);
}
