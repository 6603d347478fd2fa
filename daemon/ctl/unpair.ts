import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { FRAMEIO_PATIENCE_MS } from "./client.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { snapshotOf, succeeded } from "./reply.ts";
import { fields, parse, readSnapshot } from "./snapshot.ts";

/** `c2cctl unpair` */
export async function unpair(context: Context): Promise<ExitCode> {
  const { client, out } = context;
  const before = snapshotOf(await client.get("/v1/status"), "status");
  if (before.authorization === null) {
    out.write("Not paired: there is nothing to revoke.\n");
    return EXIT.ok;
  }
  if (!context.arguments.has(C2CCTL_OPTIONS.yes)) {
    const project = before.project === null ? "" : ` from ${before.project}`;
    const answer = await context.ask(`Unpair ${before.device.name ?? "this device"}${project}? [y/N] `);
    if (answer === null)
      throw new Failure(EXIT.usage, "unpair asks first and there is no terminal to ask on; give --yes");
    if (!/^y(es)?$/i.test(answer.trim())) {
      out.write("Nothing was changed.\n");
      return EXIT.failed;
    }
  }
  const body = succeeded(await client.post("/v1/unpair", FRAMEIO_PATIENCE_MS), "unpair").toString("utf8");
  readSnapshot(body);
  const revoked = fields(parse(body))?.value("revoked");
  out.write(
    revoked === false
      ? "Unpaired here. Frame.io could not be told: choose Forget Device under C2C Connections in Frame.io, too.\n"
      : "Unpaired: revoked at Frame.io and forgotten here.\n",
  );
  return EXIT.ok;
}
