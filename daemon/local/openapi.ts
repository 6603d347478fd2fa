import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

/**
 * The OpenAPI 3.1 document of an app, from the very schemas that its routes check and serialise with.
 *
 * @param app not ready yet
 * @param addRoutes called when the app is listening for routes
 */
export async function openApiOf(
  app: FastifyInstance,
  version: string,
  addRoutes: () => void,
): Promise<object> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "c2cd local API",
        version,
        description:
          "What programs on the device may ask c2cd. Served on the control socket; what neither changes " +
          "anything nor carries a token, on the status page's TCP port too.",
      },
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
  });
  addRoutes();
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
