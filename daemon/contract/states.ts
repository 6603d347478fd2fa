/** The public states, a row each. The names are wire-stable; what crews read of each is in `daemon/texts/`. */

/** The small picture beside a headline on a screen. */
export type Sign = "wait" | "attention" | "offline" | "clock" | "rest" | "done";

interface StateRow {
  readonly symbol: Sign;
  /** The colour and symbol of the page. */
  readonly tone: "waiting" | "bad" | "pairing" | "resting" | "good";
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
  tone: StateRow["tone"],
  operator: string,
  { passing = false, stands = false, next = null }: Columns = {},
): StateRow {
  return { symbol, tone, passing, stands, operator, next };
}

export const STATE_ROWS = {
  starting: row("wait", "waiting", "starting", { passing: true }),
  unconfigured: row("attention", "bad", "not set up: Frame.io's secret is missing or refused"),
  "waiting-for-clock": row("clock", "waiting", "waiting for the clock to be set"),
  "waiting-for-network": row("offline", "waiting", "waiting for the network"),
  "requesting-code": row("wait", "waiting", "asking Frame.io for a code", { passing: true }),
  "awaiting-user": row("wait", "pairing", "waiting to be paired", { stands: true }),
  idle: row("rest", "resting", "not paired, and no code is on offer", { next: "take one with: c2cctl pair" }),
  confirming: row("wait", "waiting", "authorized, asking which project", {
    passing: true,
    stands: true,
  }),
  paired: row("done", "good", "paired", { stands: true }),
} as const satisfies Readonly<Record<string, StateRow>>;

export type StateName = keyof typeof STATE_ROWS;

export const STATES = Object.keys(STATE_ROWS) as readonly StateName[];
