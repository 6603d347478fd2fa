import { writeFileSync } from "node:fs";
import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { UsageError } from "../cli/parse.ts";
import { grouped } from "../core/text.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { snapshotOf, succeeded } from "./reply.ts";
import { roomWanted, terminalQr } from "./terminal-qr.ts";
import { placeOf } from "./words.ts";

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
      `Frame.io gave no link for a QR code; enter ${grouped(pairing.userCode)} ${placeOf(pairing)}`,
    );
  const file = png ?? svg;
  if (file === null) {
    const code = terminalQr(pairing.uriComplete, out);
    const digits = grouped(pairing.userCode);
    // The prompt comes beneath.
    const room = out.terminal ? roomWanted(code, [digits, ""], out) : null;
    const lines = room === null ? [...code.lines, digits] : [room, `Open ${pairing.uriComplete}`, digits];
    out.write(`${lines.join("\n")}\n`);
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
