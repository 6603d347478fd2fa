import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { FRAMEIO_PATIENCE_MS } from "./client.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { succeeded } from "./reply.ts";
import { fields, parse } from "./snapshot.ts";

/** `c2cctl token` */
export async function token({ client, out, arguments: given }: Context): Promise<ExitCode> {
  const reply = await client.get("/v1/token", FRAMEIO_PATIENCE_MS);
  if (reply.status === 409)
    throw new Failure(EXIT.tryLater, "this device is not paired; pair it: c2cctl pair");
  const body = parse(succeeded(reply, "token").toString("utf8"));
  const accessToken = fields(body)?.text("access_token") ?? null;
  if (accessToken === null)
    throw new Failure(
      EXIT.unavailable,
      "c2cd answers without a token; install c2cd and c2cctl from the same version",
    );
  out.write(given.has(C2CCTL_OPTIONS.json) ? `${JSON.stringify(body, null, 2)}\n` : `${accessToken}\n`);
  return EXIT.ok;
}
