import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import type { Context } from "./context.ts";
import { succeeded } from "./reply.ts";
import { type CodeView, parse, readSnapshot, type SnapshotView } from "./snapshot.ts";
import { countdown, duration, table } from "./text.ts";
import { meaningOf, originOf, problemLines } from "./words.ts";

/** `c2cctl status` */
export async function status(context: Context): Promise<ExitCode> {
  const { client, out, arguments: given } = context;
  const show = given.has(C2CCTL_OPTIONS.json)
    ? (body: string) =>
        out.write(`${JSON.stringify(parse(body), null, given.has(C2CCTL_OPTIONS.watch) ? 0 : 2)}\n`)
    : (body: string) => out.write(describe(readSnapshot(body), context));
  if (!given.has(C2CCTL_OPTIONS.watch)) {
    const body = succeeded(await client.get("/v1/status"), "status").toString("utf8");
    readSnapshot(body);
    show(body);
    return EXIT.ok;
  }
  let first = true;
  await client.follow("/v1/events", (body) => {
    readSnapshot(body);
    if (!given.has(C2CCTL_OPTIONS.json)) out.write(out.terminal ? "\u001b[H\u001b[J" : first ? "" : "\n");
    first = false;
    show(body);
  });
  return EXIT.interrupted;
}

function describe(snapshot: SnapshotView, { out, clock }: Context): string {
  const { device, pairing, project, authorization, display, version, uptime } = snapshot;
  const { style } = out;
  const rows: (readonly [string, string])[] = [
    [
      "State",
      `${style.bold(snapshot.state)}: ${meaningOf(snapshot.state)}${age(snapshot.since, clock.wall())}`,
    ],
  ];
  if (pairing !== null) rows.push(...codeRows(pairing, style.bold));
  if (project !== null) rows.push(["Project", project]);
  if (authorization !== null)
    rows.push(["Authorization", describeAuthorization(authorization, clock.wall())]);
  rows.push(["Device", device.name ?? "no name yet"]);
  rows.push(["client_id", `${device.clientId ?? "none"}, ${originOf(device.source)}`]);
  if (device.model !== null && device.model !== "") rows.push(["Board", device.model]);
  rows.push(["Display", describeDisplay(display)]);
  rows.push([
    "c2cd",
    `${version ?? "of unknown version"}${uptime === null ? "" : `, up ${duration(uptime)}`}`,
  ]);
  const problems = problemLines(snapshot, style);
  return table(rows) + (problems === "" ? "" : `\n${problems}`);
}

function codeRows({ userCode, uri, uriComplete, expiresIn }: CodeView, bold: (text: string) => string) {
  const good = expiresIn === null ? "" : `, good for ${countdown(expiresIn)}`;
  const rows: (readonly [string, string])[] = [["Code", bold(userCode) + good]];
  if (uri !== null) rows.push(["Enter it at", uri]);
  if (uriComplete !== null) rows.push(["Or open", uriComplete]);
  return rows;
}

function describeAuthorization(
  { expiresAt, accessExpiresIn, refreshedAt }: NonNullable<SnapshotView["authorization"]>,
  now: number,
): string {
  const parts = [expiresAt === null ? "no end" : `until ${expiresAt}`];
  if (accessExpiresIn !== null) parts.push(`token good for ${duration(accessExpiresIn)}`);
  if (refreshedAt !== null) parts.push(`refreshed ${age(refreshedAt, now).replace(/^, for /, "")} ago`);
  return parts.join(", ");
}

function describeDisplay({ driver, device, name, width, height, qrModule }: SnapshotView["display"]): string {
  const size = width === null || height === null ? null : `${width} x ${height}`;
  const module = qrModule === null ? null : `QR modules of ${qrModule} px`;
  return [driver ?? "unknown", device, name, size, module]
    .filter((part) => part !== null && part !== "")
    .join(", ");
}

/** ", for 2 min", or "" where the time can't be true. */
function age(since: string | null, now: number): string {
  const seconds = (now - Date.parse(since ?? "")) / 1000;
  return seconds >= 0 ? `, for ${duration(seconds)}` : "";
}
