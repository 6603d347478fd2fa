/**
 * What the outside may know: the one public picture of the daemon. The local API sends it as it stands, the screens
 * and the status page are drawn from it, systemd's STATUS line is made of it. It never holds a secret.
 */

import type { Project } from "./authorization.ts";
import type { IdentitySource } from "./identity.ts";
import type { Problem } from "./problems.ts";
import type { Light, StateName } from "./states.ts";

export interface Snapshot {
  readonly state: StateName;
  /** ISO 8601; when `state` was entered, by the device's clock. */
  readonly since: string;
  readonly light: Light;
  readonly device: {
    /** Frame.io's name for this unit, as its pairing dialog shows it; the client_id until that is known. */
    readonly name: string;
    readonly client_id: string;
    readonly model: string;
    /** The board's own serial number; null where it has none that is its own. */
    readonly serial: string | null;
    readonly source: IdentitySource;
  };
  readonly pairing: PairingView | null;
  readonly project: Project | null;
  readonly authorization: AuthorizationView | null;
  /** Worst first. Empty when all is well. */
  readonly health: readonly Problem[];
  readonly display: DisplayView;
  /** What the device's button is being used for; null while nobody uses it. */
  readonly button: ButtonView | null;
  /** Whether a button is configured that takes a new code. */
  readonly has_button: boolean;
  /**
   * What time the device believes it is, to the minute, while `clock-wrong` is told; ISO 8601. Null where nothing is known
   * to be wrong with its clock.
   */
  readonly wrong_time: string | null;
  readonly network: readonly NetworkView[];
  /** Where other devices on the network can open the status page; empty where they can't. */
  readonly page: readonly string[];
  /** Of the device's firmware, as Frame.io is told (`frameio.client_version`). */
  readonly firmware: string;
  readonly version: string;
  /** Seconds since the daemon started. */
  readonly uptime: number;
}

/** An address of this device that can lead somewhere. */
export interface NetworkView {
  readonly interface: string;
  readonly address: string;
  /** Name of the Wi-Fi, while something is wrong with the way to Frame.io; null where it is not known, or none. */
  readonly wifi: string | null;
}

/** The code on offer. */
export interface PairingView {
  readonly user_code: string;
  readonly verification_uri: string | null;
  /** Only ever an https URL on an allowed host. */
  readonly verification_uri_complete: string | null;
  /** Whole seconds left when the snapshot was made. */
  readonly expires_in: number;
  readonly expires_at: string;
  /** Which code of this offer this is, from 1. */
  readonly attempt: number;
}

export interface AuthorizationView {
  /** The end that the user chose in Frame.io; null for none. */
  readonly expires_at: string | null;
  /** Whole seconds that the access token still lives; null where no clock can tell. */
  readonly access_expires_in: number | null;
  /** Last successful refresh or pairing; null where the clock was not to be trusted then. */
  readonly refreshed_at: string | null;
  /** Frame.io's last answer; null where none has come since the start. */
  readonly answered_at: string | null;
}

export interface DisplayView {
  readonly driver: string;
  readonly device: string | null;
  readonly name: string;
  /** Pixels, or cells on a terminal; null where nothing is shown. */
  readonly width: number | null;
  readonly height: number | null;
  /** Pixels a QR module takes on this screen; null where no code fits or none was drawn yet. */
  readonly qr_module: number | null;
  /** Pixels of white around it, which readers want to be four modules; null like `qr_module`. */
  readonly qr_quiet: number | null;
}

/** How a hold of the button stands; wire-stable. */
export const BUTTON_PHASES = [
  "counting",
  "kept",
  "unpairing",
  "unpaired",
  "not-revoked",
  "nothing-to-unpair",
] as const;

export interface ButtonView {
  /**
   * `counting`: held, and unpairs when `seconds_left` are over; `kept`: let go before; `unpaired`; `not-revoked`: the
   * same, but Frame.io could not be told. All but the first and `unpairing` pass by themselves.
   */
  readonly phase: (typeof BUTTON_PHASES)[number];
  /** Only while counting. */
  readonly seconds_left: number | null;
}
