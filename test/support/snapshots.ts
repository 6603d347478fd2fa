import type { AuthorizationView, PairingView, Snapshot } from "../../daemon/contract/snapshot.ts";

/** A daemon that has nothing to do; the base of the others. */
export const IDLE: Snapshot = {
  state: "idle",
  since: "2025-01-01T12:00:00.000Z",
  light: "red",
  device: {
    name: "acme-r1-10000000A1B2C3D4",
    client_id: "10000000A1B2C3D4",
    model: "Testboard 1",
    serial: "10000000A1B2C3D4",
    source: "board-serial",
  },
  pairing: null,
  project: null,
  authorization: null,
  health: [],
  display: {
    driver: "framebuffer",
    device: "/dev/fb0",
    name: "vc4drmfb",
    width: 800,
    height: 480,
    qr_module: 8,
    qr_quiet: 32,
  },
  button: null,
  has_button: false,
  wrong_time: null,
  network: [{ interface: "wlan0", address: "192.0.2.17", wifi: null }],
  page: [],
  firmware: "2.4.1",
  version: "0.0.0-dev",
  uptime: 93_784,
};

export const CODE: PairingView = {
  user_code: "123456",
  verification_uri: "https://next.frame.io/pair",
  verification_uri_complete: "https://next.frame.io/pair/123456",
  expires_in: 118,
  expires_at: "2025-01-01T12:02:00.000Z",
  attempt: 1,
};

export const AUTHORIZATION: AuthorizationView = {
  expires_at: null,
  access_expires_in: 25_000,
  refreshed_at: "2025-01-01T12:01:00.000Z",
  answered_at: "2025-01-01T12:01:30.000Z",
};

export const REQUESTING: Snapshot = { ...IDLE, state: "requesting-code", light: "blue" };
export const AWAITING: Snapshot = { ...IDLE, state: "awaiting-user", light: "blue", pairing: CODE };
export const CONFIRMING: Snapshot = {
  ...IDLE,
  state: "confirming",
  light: "blue",
  authorization: AUTHORIZATION,
};
export const PAIRED: Snapshot = {
  ...CONFIRMING,
  state: "paired",
  light: "green",
  project: { id: "6f1c8e2a-94d7-4b05-a3f8-2e7d5c90b164", name: "Night Shoot" },
};
