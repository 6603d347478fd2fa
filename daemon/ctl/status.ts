import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { clockTime, duration, escaped, grouped, utcMinute } from "../core/text.ts";
import type { Context } from "./context.ts";
import { FullScreen } from "./full-screen.ts";
import { succeeded } from "./reply.ts";
import { type CodeView, fields, parse, readSnapshot, type SnapshotView } from "./snapshot.ts";
import { ago, localTime, type Style, table } from "./text.ts";
import { lightLine, meaningOf, originOf, problemLines } from "./words.ts";

/** `c2cctl status` */
export async function status(context: Context): Promise<ExitCode> {
  const { client, out, clock, arguments: given } = context;
  const json = given.has(C2CCTL_OPTIONS.json);
  if (!given.has(C2CCTL_OPTIONS.watch)) {
    const body = succeeded(await client.get("/v1/status"), "status").toString("utf8");
    const snapshot = readSnapshot(body);
    if (json) out.write(`${escaped(JSON.stringify(parse(body), null, 2))}\n`);
    else out.write(describe(snapshot, out.style, clock.wall(), await pagePin(client)));
    return EXIT.ok;
  }
  if (json) await watchForPrograms(context);
  else if (out.terminal) await watchOnTerminal(context);
  else await watchForLogs(context);
  return EXIT.interrupted;
}

/** What the status page asks other devices for; null where it asks for nothing. */
async function pagePin(client: Context["client"]): Promise<string | null> {
  const { status, body } = await client.get("/v1/pin");
  return status === 200 ? (fields(parse(body.toString("utf8")))?.text("pin") ?? null) : null;
}

async function watchForPrograms({ client, out }: Context): Promise<void> {
  await client.follow("/v1/events", (body) => {
    readSnapshot(body);
    out.write(`${escaped(JSON.stringify(parse(body)))}\n`);
  });
}

async function watchForLogs({ client, out, clock }: Context): Promise<void> {
  let gap = "";
  await client.follow("/v1/events", (body) => {
    out.write(gap + describe(readSnapshot(body), out.style, clock.wall()));
    gap = "\n";
  });
}

/** One picture that is kept true: times go on between the daemon's events. */
async function watchOnTerminal({ client, out, clock }: Context): Promise<void> {
  const screen = new FullScreen(out);
  let snapshot: SnapshotView | null = null;
  let heardAt = 0;
  let stopTicking = () => {};
  const draw = () => {
    stopTicking();
    stopTicking = clock.after(1000, draw);
    if (snapshot === null) return;
    const now = later(snapshot, (clock.elapsed() - heardAt) / 1000);
    screen.show(describe(now, out.style, clock.wall()).trimEnd().split("\n").slice(0, out.rows));
  };
  const stopWatching = out.onResize(draw);
  try {
    await client.follow("/v1/events", (body) => {
      snapshot = readSnapshot(body);
      heardAt = clock.elapsed();
      draw();
    });
  } finally {
    stopTicking();
    stopWatching();
    screen.close();
  }
}

/** The snapshot as it is so many seconds after it was made, where nothing else happens. */
function later(snapshot: SnapshotView, seconds: number): SnapshotView {
  const { pairing, authorization, uptime } = snapshot;
  const less = (left: number | null) => (left === null ? null : Math.max(0, left - seconds));
  return {
    ...snapshot,
    pairing: pairing && { ...pairing, expiresIn: less(pairing.expiresIn) },
    authorization: authorization && {
      ...authorization,
      accessExpiresIn: less(authorization.accessExpiresIn),
    },
    uptime: uptime === null ? null : uptime + seconds,
  };
}

/** What its name alone does not say. */
function meaning(state: string): string {
  const words = meaningOf(state);
  return words === state ? "" : `: ${words}`;
}

function describe(snapshot: SnapshotView, style: Style, wall: number, pin: string | null = null): string {
  const { device, pairing, project, authorization, display, page, version, uptime } = snapshot;
  const rows: (readonly [string, string])[] = [
    ["State", `${style.bold(snapshot.state)}${meaning(snapshot.state)}${since(snapshot.since, wall)}`],
  ];
  if (snapshot.light !== null) rows.push(["Light", lightLine(snapshot.light, pairing !== null, style)]);
  if (snapshot.wrongTime !== null) rows.push(["Clock", `wrong: ${utcMinute(snapshot.wrongTime)}`]);
  if (pairing !== null) rows.push(...codeRows(pairing, style.bold));
  if (project !== null) rows.push(["Project", project]);
  if (authorization !== null) rows.push(["Authorization", describeAuthorization(authorization, wall)]);
  rows.push(["Device", device.name ?? "no name yet"]);
  rows.push(["client_id", `${device.clientId ?? "none"}, ${originOf(device.source)}`]);
  if (device.model !== null && device.model !== "") rows.push(["Board", device.model]);
  rows.push(["Display", describeDisplay(display)]);
  if (page.length > 0) rows.push(["Page", page.join(", ")]);
  else if (display.width === null)
    rows.push(["Page", "no other device can open it: http.listen in c2cd.toml(5) puts it on the network"]);
  if (pin !== null) rows.push(["PIN of it", `${grouped(pin)}, until c2cd starts anew`]);
  rows.push([
    "c2cd",
    `${version ?? "of unknown version"}${uptime === null ? "" : `, up ${duration(uptime)}`}`,
  ]);
  const problems = problemLines(snapshot, style);
  return table(rows) + (problems === "" ? "" : `\n${problems}`);
}

function codeRows({ userCode, uri, uriComplete, expiresIn }: CodeView, bold: (text: string) => string) {
  const good = expiresIn === null ? "" : expiresIn > 0 ? `, good for ${clockTime(expiresIn)}` : ", ended";
  const rows: (readonly [string, string])[] = [["Code", bold(grouped(userCode)) + good]];
  if (uri !== null) rows.push(["Enter it at", uri]);
  if (uriComplete !== null) rows.push(["Or open", uriComplete]);
  return rows;
}

function describeAuthorization(
  { expiresAt, accessExpiresIn, refreshedAt, answeredAt }: NonNullable<SnapshotView["authorization"]>,
  now: number,
): string {
  const parts = [expiresAt === null ? "no end" : `until ${localTime(Date.parse(expiresAt), now)}`];
  if (accessExpiresIn !== null) parts.push(`token good for ${duration(accessExpiresIn)}`);
  if (refreshedAt !== null) parts.push(`refreshed ${ago(refreshedAt, now)}`);
  if (answeredAt !== null) parts.push(`Frame.io answered ${ago(answeredAt, now)}`);
  return parts.join(", ");
}

function describeDisplay({ driver, device, name, width, height, qrModule }: SnapshotView["display"]): string {
  const size = width === null || height === null ? null : `${width} x ${height}`;
  const module = qrModule === null ? null : `QR modules of ${qrModule} px`;
  return [driver ?? "unknown", device, name, size, module]
    .filter((part) => part !== null && part !== "")
    .join(", ");
}

/** ", since 12:31", or "" where the time can't be true. */
function since(iso: string | null, now: number): string {
  const at = Date.parse(iso ?? "");
  return at <= now ? `, since ${localTime(at, now)}` : "";
}
