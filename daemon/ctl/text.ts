import { duration } from "../core/text.ts";

/** "12 s ago", or the time where the clocks disagree. */
export function ago(iso: string, now: number): string {
  const at = Date.parse(iso);
  return at <= now ? `${duration((now - at) / 1000)} ago` : `at ${localTime(at, now)}`;
}

/** "12:31" for today, else "29 Nov 2026, 12:31"; in this machine's time zone. @param at ms since 1970 */
export function localTime(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)];
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === today.toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}

/** Two columns. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2;
  return rows.map(([term, value]) => `${term.padEnd(width)}${value}\n`).join("");
}

/** Select Graphic Rendition (ECMA-48 §8.3.117), or nothing where colours are not wanted. */
export interface Style {
  bold(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  dim(text: string): string;
}

export function style(colour: boolean): Style {
  const sgr = (on: number, off: number) => (text: string) =>
    colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39) };
}
