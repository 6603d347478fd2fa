import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The version of what is being built. */
export function version(): string {
  return (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;
}

/**
 * Wall time of the sources and not of the run, so that the same sources give the same bytes (reproducible-builds.org).
 */
export function builtAt(): number {
  const { SOURCE_DATE_EPOCH } = process.env;
  if (SOURCE_DATE_EPOCH !== undefined) return Number(SOURCE_DATE_EPOCH) * 1000;
  return Number(execFileSync("git", ["log", "-1", "--format=%ct"], { encoding: "utf8" })) * 1000;
}
