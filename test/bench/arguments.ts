import { parseArgs } from "node:util";
import type { Bench } from "./bench.ts";

/** What a run is asked for. */
export interface Request {
  readonly chosen: readonly Bench[];
  /** File for every figure, unrounded; null for none. */
  readonly json: string | null;
  readonly record: boolean;
}

/**
 * @param usual what runs where no benchmark is named
 * @param slow what runs only where it is named
 * @returns a sentence where the arguments make no sense
 */
export function readArguments(
  args: readonly string[],
  usual: readonly Bench[],
  slow: readonly Bench[],
): Request | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: "string" }, record: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const chosen = positionals.length === 0 ? usual : choose(positionals, [...usual, ...slow]);
    return { chosen, json: values.json ?? null, record: values.record };
  } catch (error) {
    return (error as Error).message;
  }
}

function choose(names: readonly string[], known: readonly Bench[]): readonly Bench[] {
  const unknown = names.filter((name) => known.every((bench) => bench.name !== name));
  if (unknown.length > 0)
    throw new Error(
      `there is no benchmark ${unknown.join(", ")}; there are: ${known.map(({ name }) => name).join(", ")}`,
    );
  return known.filter(({ name }) => names.includes(name));
}
