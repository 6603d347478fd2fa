import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Check, fail, ok, warn } from "./check.ts";

/** systemctl's answer, or null where this system is not run by systemd. */
export type UnitProperties = ReadonlyMap<string, string>;

/** EXIT_CREDENTIALS (systemd.exec(5)): what was sealed can't be opened on this board. */
const CREDENTIALS_STATUS = "243";

const WANTED = [
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "ExecMainStatus",
  "UnitFileState",
  "NRestarts",
  "User",
  "LimitCORE",
];

/** What the unit shuts off and a drop-in may have opened again (systemd.exec(5)). */
const HARDENING: Readonly<Record<string, string>> = {
  NoNewPrivileges: "yes",
  ProtectSystem: "strict",
  ProtectHome: "yes",
  RestrictSUIDSGID: "yes",
  LockPersonality: "yes",
};

export async function readUnit(unit: string): Promise<UnitProperties | null> {
  try {
    const properties = [...WANTED, ...Object.keys(HARDENING)].join(",");
    const { stdout } = await promisify(execFile)("systemctl", ["show", unit, `--property=${properties}`], {
      timeout: 5000,
    });
    return parseUnit(stdout);
  } catch {
    return null;
  }
}

/** Lines of KEY=VALUE, as `systemctl show` prints them. */
export function parseUnit(output: string): UnitProperties {
  return new Map(
    output
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

export function checkUnit(unit: UnitProperties | null): Check[] {
  if (unit === null)
    return [warn("systemd", "this system is not run by systemd", "start c2cd by other means at boot")];
  if (unit.get("LoadState") !== "loaded")
    return [
      warn("systemd", "there is no unit c2cd.service", "install the package, or start c2cd by other means"),
    ];
  return [checkState(unit), checkHardening(unit)];
}

function checkState(unit: UnitProperties): Check {
  const active = unit.get("ActiveState");
  const restarts = Number(unit.get("NRestarts") ?? 0);
  if (active !== "active" && unit.get("ExecMainStatus") === CREDENTIALS_STATUS)
    return fail(
      "systemd",
      "c2cd.service can't open its sealed client_secret, which was sealed for another system or is damaged",
      "seal it for this one: sudo c2cd-provision",
    );
  if (active === "activating" && unit.get("SubState") === "auto-restart")
    return fail(
      "systemd",
      `c2cd.service does not come up (${unit.get("Result")}) and is started again every few seconds`,
      "see why: journalctl -u c2cd",
    );
  if (active === "failed")
    return fail("systemd", `c2cd.service has failed (${unit.get("Result")})`, "see: journalctl -u c2cd");
  if (active !== "active" && active !== "reloading")
    return fail(
      "systemd",
      `c2cd.service is ${active} (${unit.get("SubState")})`,
      "run: systemctl start c2cd",
    );
  if (unit.get("UnitFileState") !== "enabled")
    return warn(
      "systemd",
      "c2cd.service runs and will not start at the next boot",
      "run: systemctl enable c2cd",
    );
  if (restarts > 0)
    return warn(
      "systemd",
      `c2cd.service was restarted ${restarts === 1 ? "once" : `${restarts} times`}`,
      "see why: journalctl -u c2cd",
    );
  return ok("systemd", "c2cd.service is active and enabled");
}

function checkHardening(unit: UnitProperties): Check {
  const open = Object.entries(HARDENING).flatMap(([key, value]) =>
    unit.get(key) === value ? [] : [`${key}=${value}`],
  );
  if (unit.get("LimitCORE") !== "0") open.push("LimitCORE=0");
  if (["", "root"].includes(unit.get("User") ?? "")) open.push("User=c2cd");
  return open.length === 0
    ? ok("hardening", "c2cd.service is confined")
    : warn("hardening", `c2cd.service lacks ${open.join(", ")}`, "look for drop-ins: systemctl cat c2cd");
}
