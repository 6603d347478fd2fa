/** Which unit this is, and which unit the card belonged to. */

/** Where the client_id came from, best first. */
export type IdentitySource = "fixed" | "board-serial" | "machine-id" | "generated";

/** Which unit this is, as Frame.io and the crew see it: chosen once, remembered on the card and compared at every start. */
export interface Identity {
  /** Unique for each unit, printable, the same for ever (API facts §2.1). Prefix included. */
  readonly clientId: string;
  readonly source: IdentitySource;
  /** What the board calls itself, e.g. "Raspberry Pi 4 Model B Rev 1.4"; null where it does not say. */
  readonly model: string | null;
  /** The board's own serial number when it was chosen, prefix excluded; null where it has none. */
  readonly boardSerial: string | null;
}
