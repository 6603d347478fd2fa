import type { TokenAnswer } from "../../../daemon/contract/authorization.ts";
import type { DemoOutcome } from "../../../daemon/contract/demo.ts";
import type { HistoryEntry } from "../../../daemon/contract/history.ts";
import type { Problem } from "../../../daemon/contract/problems.ts";
import type { PairingView, Snapshot } from "../../../daemon/contract/snapshot.ts";
import type { Backend } from "../../../daemon/local/backend.ts";
import { Meters } from "../../../daemon/status/meters.ts";
import type { Picture } from "../../../hw/picture/picture.ts";

/** Unpaired, nothing wrong. */
export const IDLE: Snapshot = {
  state: "idle",
  since: "2026-05-04T09:12:30.000Z",
  light: "red",
  device: {
    name: "ACME-R1-4CA00368",
    client_id: "4CA00368",
    model: "Raspberry Pi 4 Model B Rev 1.4",
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
  version: "1.2.3",
  uptime: 4711,
};

export const OFFER: PairingView = {
  user_code: "041593",
  verification_uri: "https://next.frame.io/pair",
  verification_uri_complete: "https://next.frame.io/pair/041593",
  expires_in: 103,
  expires_at: "2026-05-04T09:14:30.000Z",
  attempt: 1,
};

export const AWAITING: Snapshot = { ...IDLE, state: "awaiting-user", light: "blue", pairing: OFFER };

export const PAIRED: Snapshot = {
  ...IDLE,
  state: "paired",
  light: "green",
  project: { id: "6f1c", name: "The Long Night – Unit B" },
  authorization: {
    expires_at: "2026-06-01T00:00:00.000Z",
    access_expires_in: 27_001,
    refreshed_at: "2026-05-04T09:13:00.000Z",
    answered_at: "2026-05-04T09:14:00.000Z",
  },
};

export const OFFLINE: Problem = {
  code: "no-network",
  severity: "warning",
  text: "No internet.",
  action: "Check the Wi-Fi or network cable of this device.",
  detail: null,
  since: "2026-05-04T09:13:00.000Z",
};

export const NO_SECRET: Problem = {
  code: "secret-missing",
  severity: "error",
  text: "Not set up yet.",
  action: "This device still needs its Frame.io key. Please ask the person who set it up.",
  detail: "Install the client_secret as a credential of that name.",
  since: "2026-05-04T09:13:00.000Z",
};

/** A daemon whose every answer is set by the test. */
export class FakeBackend implements Backend {
  readonly meters = new Meters();
  readonly calls: string[] = [];
  /** Who looks at the state: "glance", "stay" and "left". */
  readonly looks: string[] = [];
  current: Snapshot = IDLE;
  tokenAnswer: TokenAnswer = { type: "not-paired" };
  picture: Picture | null = null;
  entries: HistoryEntry[] = [];
  revoked = true;
  demoOutcome: DemoOutcome = "shown";
  variables: Readonly<Record<string, string>> = {};
  /** Thrown by the next call that can fail. */
  failure: Error | null = null;
  readonly #listeners = new Set<() => void>();

  get listeners(): number {
    return this.#listeners.size;
  }

  become(snapshot: Snapshot): void {
    this.current = snapshot;
    for (const listener of this.#listeners) listener();
  }

  snapshot(): Snapshot {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async pair(): Promise<void> {
    this.#called("pair");
    this.become({ ...this.current, state: "awaiting-user", light: "blue", pairing: OFFER });
  }

  async cancel(): Promise<void> {
    this.#called("cancel");
    this.become({ ...this.current, state: "idle", light: "red", pairing: null });
  }

  async unpair(): Promise<{ revoked: boolean }> {
    this.#called("unpair");
    this.become(IDLE);
    return { revoked: this.revoked };
  }

  async token(minimumLife: number): Promise<TokenAnswer> {
    this.#called(`token ${minimumLife}`);
    return this.tokenAnswer;
  }

  environment(): Readonly<Record<string, string>> {
    return this.variables;
  }

  tokenRefused(accessToken: string): void {
    this.#called(`refused ${accessToken}`);
  }

  uploadRefused(): void {
    this.#called("upload refused");
  }

  glance(): void {
    this.looks.push("glance");
  }

  stay(): () => void {
    this.looks.push("stay");
    return () => this.looks.push("left");
  }

  screen(): Picture | null {
    return this.picture;
  }

  capabilities() {
    return { driver: "none", device: null, name: "none", surface: "nothing" } as const;
  }

  async demos(): Promise<readonly string[]> {
    return ["idle", "paired", "awaiting-user"];
  }

  async demonstrate(name: string): Promise<DemoOutcome> {
    this.#called(`demo ${name}`);
    return this.demoOutcome;
  }

  async history(limit: number): Promise<readonly HistoryEntry[]> {
    if (this.failure !== null) throw this.failure;
    return this.entries.slice(0, limit);
  }

  #called(what: string): void {
    this.calls.push(what);
    if (this.failure !== null) throw this.failure;
  }
}
