import { writeFileSync } from "node:fs";
import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { UsageError } from "../cli/parse.ts";
import { grouped } from "../core/text.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { snapshotOf, succeeded } from "./reply.ts";
import { terminalQr } from "./terminal-qr.ts";

/** Pixels a module: sharp on a 4K screen, and still a small file. */
const SCALE = 16;

/** `c2cctl qr` */
export async function qr({ client, out, arguments: given }: Context): Promise<ExitCode> {
  const png = given.value(C2CCTL_OPTIONS.png);
  const svg = given.value(C2CCTL_OPTIONS.svg);
  if (png !== null && svg !== null) throw new UsageError("give --png or --svg, not both");

  const { pairing } = snapshotOf(await client.get("/v1/status"), "status");
  if (pairing === null)
    throw new Failure(EXIT.tryLater, "no code is on offer; ask for one: c2cctl pair --no-wait");
  if (pairing.uriComplete === null)
    throw new Failure(
      EXIT.tryLater,
      `Frame.io gave no address for a QR; enter the code ${grouped(pairing.userCode)} at ${pairing.uri ?? "Frame.io"}`,
    );
  const file = png ?? svg;
  if (file === null) {
    const { lines } = terminalQr(pairing.uriComplete, out);
    out.write(`${[...lines, grouped(pairing.userCode)].join("\n")}\n`);
    return EXIT.ok;
  }
  const route = png === null ? "/v1/qr.svg" : `/v1/qr.png?scale=${SCALE}`;
  const picture = succeeded(await client.get(route), route);
  if (file === "-") out.write(picture);
  else write(file, picture);
  return EXIT.ok;
}

function write(file: string, content: Buffer): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(code === "EACCES" ? EXIT.noPermission : EXIT.cantCreate, `can't write: ${message}`);
  }
}
