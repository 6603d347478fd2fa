/** Which unit this is, and which unit the card belonged to. */

/** Where the client_id came from, best first. */
export type IdentitySource = "fixed" | "board-serial" | "machine-id" | "generated";

/** Which unit this is, as Frame.io and the crew see it. */
export interface Identity {
  /** Unique for each unit, printable, the same for ever (API facts §2.1). Prefix included. */
  readonly clientId: string;
  readonly source: IdentitySource;
  /** What the board calls itself, e.g. "Raspberry Pi 4 Model B Rev 1.4"; null where it does not say. */
  readonly model: string | null;
}

/** Which unit this card last belonged to: chosen once and compared at every start. */
export interface StoredIdentity extends Identity {
  /** The board's own serial at that time, prefix excluded; null where it has none. */
  readonly boardSerial: string | null;
}
