/** The public states, a row each. The names are wire-stable; what crews read of each is in `daemon/texts/`. */

/** The small picture beside a headline on a screen. */
export type Sign = "wait" | "attention" | "offline" | "clock" | "rest" | "done";

/**
 * How the device is, at one glance, worst first; wire-stable. `red`: people are needed; `amber`: it goes on by itself,
 * or is paired and something is wrong; `blue`: on its way, or a code waits to be scanned; `green`: paired, Frame.io has
 * answered lately, and uploads are allowed.
 */
export const LIGHTS = ["red", "amber", "blue", "green"] as const;

export type Light = (typeof LIGHTS)[number];

interface StateRow {
  readonly symbol: Sign;
  /** While nothing is wrong. */
  readonly light: Light;
  /** Gone by itself within seconds. */
  readonly passing: boolean;
  /** What it is about stays the state, whatever is wrong beside it. */
  readonly stands: boolean;
  /** For `systemctl status` and c2cctl, in English, without a full stop. */
  readonly operator: string;
  /** What the operator can do about it, where nothing goes by itself. */
  readonly next: string | null;
}

type Columns = Partial<Pick<StateRow, "passing" | "stands" | "next">>;

function row(
  symbol: Sign,
  light: Light,
  operator: string,
  { passing = false, stands = false, next = null }: Columns = {},
): StateRow {
  return { symbol, light, passing, stands, operator, next };
}

export const STATE_ROWS = {
  starting: row("wait", "blue", "starting", { passing: true }),
  unconfigured: row("attention", "red", "not set up: Frame.io's secret is missing or refused"),
  "waiting-for-clock": row("clock", "amber", "waiting for the clock to be set"),
  "waiting-for-network": row("offline", "amber", "waiting for the network"),
  "requesting-code": row("wait", "blue", "asking Frame.io for a code", { passing: true }),
  "awaiting-user": row("wait", "blue", "waiting to be paired", { stands: true }),
  idle: row("rest", "red", "not paired, and no code is on offer", { next: "take one with: c2cctl pair" }),
  confirming: row("done", "blue", "authorized, asking which project", {
    passing: true,
    stands: true,
  }),
  paired: row("done", "green", "paired", { stands: true }),
} as const satisfies Readonly<Record<string, StateRow>>;

export type StateName = keyof typeof STATE_ROWS;

export const STATES = Object.keys(STATE_ROWS) as readonly StateName[];
