import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { AdminError, ApiRefusal, AuthRefusal, notAuthorized } from "./refusals.ts";

/** What the server is configured with; lives in seconds, as OAuth counts them. */
export interface Terms {
  /** The client_secret of the one device model that is registered. */
  readonly secret: string;
  /** The model's prefix of every device name (API facts §2.1). */
  readonly model: string;
  readonly codeLife: number;
  readonly interval: number;
  readonly accessLife: number;
  readonly refreshLife: number;
}

export interface Project {
  readonly id: string;
  name: string;
}

/** What a person decided in the pairing dialog. */
interface Approval {
  readonly project: Project;
  /** Wall time, ms; null for no end. */
  readonly expiresAt: number | null;
}

interface PairingCode {
  readonly userCode: string;
  readonly deviceCode: string;
  readonly clientId: string;
  readonly firmware: string;
  readonly scopes: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Seconds; grows with every slow_down. */
  interval: number;
  polledAt: number | null;
  decision: Approval | "denied" | null;
  granted: boolean;
}

interface Credentials {
  readonly access: string;
  readonly accessExpiresAt: number;
  readonly refresh: string | null;
  readonly refreshExpiresAt: number;
}

/** A unit linked to one project: a card under "C2C Connections". */
export interface ProjectDevice {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly authorizationId: string;
  readonly clientId: string;
  readonly name: string;
  readonly project: Project;
  readonly scopes: readonly string[];
  readonly insertedAt: number;
  readonly expiresAt: number | null;
  credentials: Credentials;
  firmware: string;
  lastSeenAt: number | null;
  /** Sockets that are open now. */
  sockets: number;
  /** When it was paused; the last `to` is null while it is. */
  readonly pauses: { readonly from: number; to: number | null }[];
}

export type CodeState = "waiting" | "authorized" | "denied" | "expired";

/** A pairing code as the pairing page and tests may see it. */
export interface CodeView {
  readonly userCode: string;
  readonly clientId: string;
  readonly deviceName: string;
  readonly state: CodeState;
  readonly project: string | null;
  /** Milliseconds that it lives on; 0 once it is over. */
  readonly remaining: number;
}

export interface DeviceAnswer {
  readonly device_code: string;
  readonly expires_in: number;
  readonly interval: number;
  readonly name: string;
  readonly user_code: string;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly token_type: "bearer";
}

/** Hardware may ask for these alone (API facts §3.1). */
const HARDWARE_SCOPES = ["asset_create", "offline"];

/** A poll this much too soon is not held against the device: packets do not all travel equally fast. */
const POLL_TOLERANCE_MS = 100;

/** RFC 8628 §3.5: how much `slow_down` adds to the interval. */
const SLOW_DOWN_S = 5;

/** How long a dead code is remembered, to be told from one that never was. */
const CODE_MEMORY_MS = 3_600_000;

/** How many dead refresh tokens are remembered, to be told from ones that never were. */
const RETIRED_LIMIT = 5_000;

/**
 * Frame.io's side of the device grant: codes, tokens, devices, projects. All of it is in memory, every operation is
 * synchronous and either happens whole or throws an `AuthRefusal`, `ApiRefusal` or `AdminError`.
 * Where the API facts say "unknown", the choice made here is named at its place.
 */
export class FrameIo {
  readonly projects: readonly Project[];
  /** Seconds after which a waiting code is authorized by itself, for the first project; null for never. */
  autoApproveAfter: number | null = null;
  readonly #terms: Terms;
  readonly #now: () => number;
  readonly #codes = new Map<string, PairingCode>();
  readonly #devices = new Map<string, ProjectDevice>();
  readonly #retired = new Map<string, "spent" | "dead">();
  readonly #watchers: ((device: ProjectDevice, change: "status" | "forgotten") => void)[] = [];

  /** @param now the server's wall clock, ms since 1970 */
  constructor(terms: Terms, projects: readonly string[], now: () => number) {
    this.#terms = terms;
    this.#now = now;
    this.projects = projects.map((name) => ({ id: randomUUID(), name }));
  }

  /** Calls `run` when a device is paused, resumed or forgotten. */
  watch(run: (device: ProjectDevice, change: "status" | "forgotten") => void): void {
    this.#watchers.push(run);
  }

  // --- what devices call -------------------------------------------------------------------------------------

  /** API facts §3.1. An older code of the same unit lives on, and so does its authorization. */
  requestCode(fields: ReadonlyMap<string, string>, firmware: string): DeviceAnswer {
    const clientId = this.#authenticate(fields);
    const scopes = required(fields, "scope").split(" ").filter(Boolean);
    if (scopes.length === 0 || scopes.some((scope) => !HARDWARE_SCOPES.includes(scope))) {
      throw new AuthRefusal("invalid_scope");
    }
    this.#forgetOldCodes();
    const code: PairingCode = {
      userCode: this.#freshUserCode(),
      deviceCode: randomBytes(55).toString("base64url"),
      clientId,
      firmware,
      scopes,
      issuedAt: this.#now(),
      expiresAt: this.#now() + this.#terms.codeLife * 1000,
      interval: this.#terms.interval,
      polledAt: null,
      decision: null,
      granted: false,
    };
    this.#codes.set(code.userCode, code);
    return {
      device_code: code.deviceCode,
      expires_in: this.#terms.codeLife,
      interval: code.interval,
      name: this.#deviceName(clientId),
      user_code: code.userCode,
    };
  }

  /** API facts §3.2, RFC 8628 §3.5. The answer is given once: a device_code that was granted is `invalid_grant`. */
  poll(fields: ReadonlyMap<string, string>): TokenAnswer {
    const clientId = this.#authenticate(fields);
    const deviceCode = required(fields, "device_code");
    const code = [...this.#codes.values()].find((candidate) => candidate.deviceCode === deviceCode);
    if (!code || code.clientId !== clientId || code.granted) throw new AuthRefusal("invalid_grant");
    const now = this.#now();
    if (now >= code.expiresAt) throw new AuthRefusal("expired_token");
    const early = code.polledAt !== null && now - code.polledAt < code.interval * 1000 - POLL_TOLERANCE_MS;
    code.polledAt = now;
    const decision = this.#decisionOn(code);
    if (decision === "denied") throw new AuthRefusal("access_denied");
    if (decision === null) {
      if (early) code.interval += SLOW_DOWN_S;
      throw new AuthRefusal(early ? "slow_down" : "authorization_pending");
    }
    code.granted = true;
    const older = this.#devices.get(clientId);
    if (older) this.#remove(older);
    const device = this.#connect(code, decision);
    return this.#tokenAnswer(device);
  }

  /**
   * API facts §3.3. A spent token is `invalid_request`; one whose authorization is gone (forgotten, revoked, ended,
   * 14 days old) is the 401; one that was never issued, or belongs to another unit, is `invalid_grant`.
   */
  refresh(fields: ReadonlyMap<string, string>): TokenAnswer {
    const clientId = this.#authenticate(fields);
    const token = required(fields, "refresh_token");
    this.#expireAuthorizations();
    const device = this.#devices.get(clientId);
    if (device?.credentials.refresh === token) {
      if (this.#now() >= device.credentials.refreshExpiresAt) throw notAuthorized();
      this.#retire(token, "spent");
      device.credentials = this.#mint(device.scopes);
      return this.#tokenAnswer(device);
    }
    const retired = this.#retired.get(token);
    if (retired === "spent") throw new AuthRefusal("invalid_request");
    if (retired === "dead") throw notAuthorized();
    throw new AuthRefusal("invalid_grant");
  }

  /** API facts §3.4: either token ends the authorization; a dead one is answered alike (RFC 7009 §2.2). */
  revoke(fields: ReadonlyMap<string, string>): void {
    const clientId = this.#authenticate(fields);
    const token = required(fields, "token");
    const device = this.#devices.get(clientId);
    if (device && (device.credentials.access === token || device.credentials.refresh === token)) {
      this.#remove(device);
    }
  }

  /** The device that an access token speaks for; the 401 otherwise. */
  authorize(access: string | null, firmware: string | null): ProjectDevice {
    this.#expireAuthorizations();
    const device = this.#holder(access);
    if (!device || this.#now() >= device.credentials.accessExpiresAt) throw notAuthorized();
    if (firmware !== null) device.firmware = firmware;
    return device;
  }

  /** Whose access token this is, alive or not; null where nobody's. */
  clientOf(access: string | null): string | null {
    return this.#holder(access)?.clientId ?? null;
  }

  /** API facts §3.8: refuses media that was recorded while the device was paused. `offset` in seconds. */
  admitAsset(device: ProjectDevice, offset: number): void {
    if (!device.scopes.includes("asset_create")) {
      throw new ApiRefusal(403, "Forbidden", "The scope asset_create was not granted");
    }
    const recordedAt = this.#now() - offset * 1000;
    if (device.pauses.some(({ from, to }) => recordedAt >= from && (to === null || recordedAt < to))) {
      throw new ApiRefusal(409, "Channel Paused", "The channel you're uploading from is currently paused.");
    }
  }

  // --- what people do in Frame.io ----------------------------------------------------------------------------

  /** The code that someone typed or scanned; null where no such code is remembered. */
  code(userCode: string): CodeView | null {
    const code = this.#codes.get(userCode);
    return code ? this.#view(code) : null;
  }

  /** Every code that is remembered, newest last. */
  codes(): CodeView[] {
    return [...this.#codes.values()].map((code) => this.#view(code));
  }

  /**
   * Authorizes a waiting code.
   *
   * @param project name or id
   * @throws AdminError where the code does not wait or the project is not there
   */
  approve(userCode: string, project: string | undefined, expiresAt: number | null): CodeView {
    const code = this.#waiting(userCode);
    if (expiresAt !== null && expiresAt <= this.#now()) throw new AdminError("The expiry date has passed.");
    code.decision = {
      project: project === undefined ? this.#firstProject() : this.project(project),
      expiresAt,
    };
    return this.#view(code);
  }

  /** Answers `access_denied` from now on, which Frame.io is not known to do (API facts §3.2). */
  deny(userCode: string): CodeView {
    const code = this.#waiting(userCode);
    code.decision = "denied";
    return this.#view(code);
  }

  /** The code that has waited for the shortest time; of this unit where one is named. */
  newestWaiting(clientId?: string): string {
    const waiting = this.codes().filter(
      (code) => code.state === "waiting" && (clientId === undefined || code.clientId === clientId),
    );
    const newest = waiting.at(-1);
    if (!newest) throw new AdminError("No code is waiting: let a device ask for one first.");
    return newest.userCode;
  }

  devices(): ProjectDevice[] {
    this.#expireAuthorizations();
    return [...this.#devices.values()];
  }

  /** @throws AdminError where the unit is not paired; without a client_id, where not exactly one is */
  device(clientId?: string): ProjectDevice {
    const devices = this.devices();
    const device = clientId === undefined ? devices[0] : devices.find((one) => one.clientId === clientId);
    if (!device || (clientId === undefined && devices.length > 1)) {
      const paired = devices.map((one) => one.clientId).join(", ") || "none";
      throw new AdminError(`Name the client_id of a paired device. Paired: ${paired}.`);
    }
    return device;
  }

  /** API facts §7, "Forget device". */
  forget(clientId?: string): void {
    this.#remove(this.device(clientId));
  }

  pause(clientId?: string): void {
    const device = this.device(clientId);
    if (isPaused(device)) return;
    device.pauses.push({ from: this.#now(), to: null });
    this.#tell(device, "status");
  }

  resume(clientId?: string): void {
    const device = this.device(clientId);
    const open = device.pauses.at(-1);
    if (!open || open.to !== null) return;
    open.to = this.#now();
    this.#tell(device, "status");
  }

  /** @throws AdminError where there is no project of this name or id */
  project(nameOrId: string): Project {
    const project = this.projects.find((one) => one.id === nameOrId || one.name === nameOrId);
    if (project) return project;
    throw new AdminError(
      `No project "${nameOrId}". Projects: ${this.projects.map((one) => one.name).join(", ")}.`,
    );
  }

  renameProject(nameOrId: string, name: string): void {
    if (name.trim() === "") throw new AdminError("A project needs a name.");
    this.project(nameOrId).name = name;
  }

  /** Every secret that is alive or still remembered, so that tests can look for leaks. */
  secrets(): string[] {
    const live = [...this.#devices.values()].flatMap(({ credentials }) => [
      credentials.access,
      credentials.refresh,
    ]);
    const codes = [...this.#codes.values()].map((code) => code.deviceCode);
    return [this.#terms.secret, ...codes, ...live, ...this.#retired.keys()].filter((text) => text !== null);
  }

  // --- inside ------------------------------------------------------------------------------------------------

  #authenticate(fields: ReadonlyMap<string, string>): string {
    const clientId = required(fields, "client_id");
    if (fields.get("client_secret") !== this.#terms.secret) throw new AuthRefusal("invalid_client");
    return clientId;
  }

  #holder(access: string | null): ProjectDevice | undefined {
    return [...this.#devices.values()].find((device) => device.credentials.access === access);
  }

  #firstProject(): Project {
    const [first] = this.projects;
    if (!first) throw new AdminError("The simulator was started without projects.");
    return first;
  }

  #deviceName(clientId: string): string {
    return `${this.#terms.model}-${clientId}`;
  }

  #freshUserCode(): string {
    for (;;) {
      const userCode = String(randomInt(1_000_000)).padStart(6, "0");
      if (!this.#codes.has(userCode)) return userCode;
    }
  }

  #forgetOldCodes(): void {
    for (const code of this.#codes.values()) {
      if (this.#now() > code.expiresAt + CODE_MEMORY_MS) this.#codes.delete(code.userCode);
    }
  }

  #decisionOn(code: PairingCode): Approval | "denied" | null {
    const waited = this.#now() - code.issuedAt;
    if (code.decision === null && this.autoApproveAfter !== null && waited >= this.autoApproveAfter * 1000) {
      code.decision = { project: this.#firstProject(), expiresAt: null };
    }
    return code.decision;
  }

  #waiting(userCode: string): PairingCode {
    const code = this.#codes.get(userCode);
    const state = code ? this.#state(code) : "unknown";
    if (!code || state !== "waiting") throw new AdminError(`The code ${userCode} is ${state}.`);
    return code;
  }

  #state(code: PairingCode): CodeState {
    if (code.decision === "denied") return "denied";
    if (code.decision !== null)
      return code.granted || this.#now() < code.expiresAt ? "authorized" : "expired";
    return this.#now() < code.expiresAt ? "waiting" : "expired";
  }

  #view(code: PairingCode): CodeView {
    return {
      userCode: code.userCode,
      clientId: code.clientId,
      deviceName: this.#deviceName(code.clientId),
      state: this.#state(code),
      project: code.decision === null || code.decision === "denied" ? null : code.decision.project.name,
      remaining: Math.max(0, code.expiresAt - this.#now()),
    };
  }

  #connect(code: PairingCode, approval: Approval): ProjectDevice {
    const device: ProjectDevice = {
      id: randomUUID(),
      deviceId: randomUUID(),
      channelId: randomUUID(),
      authorizationId: randomUUID(),
      clientId: code.clientId,
      name: this.#deviceName(code.clientId),
      project: approval.project,
      scopes: code.scopes,
      insertedAt: this.#now(),
      expiresAt: approval.expiresAt,
      credentials: this.#mint(code.scopes),
      firmware: code.firmware,
      lastSeenAt: null,
      sockets: 0,
      pauses: [],
    };
    this.#devices.set(code.clientId, device);
    return device;
  }

  #mint(scopes: readonly string[]): Credentials {
    return {
      access: randomBytes(48).toString("base64url"),
      accessExpiresAt: this.#now() + this.#terms.accessLife * 1000,
      refresh: scopes.includes("offline") ? randomUUID() : null,
      refreshExpiresAt: this.#now() + this.#terms.refreshLife * 1000,
    };
  }

  #tokenAnswer({ credentials }: ProjectDevice): TokenAnswer {
    return {
      access_token: credentials.access,
      expires_in: this.#terms.accessLife,
      ...(credentials.refresh === null ? {} : { refresh_token: credentials.refresh }),
      token_type: "bearer",
    };
  }

  #expireAuthorizations(): void {
    for (const device of this.#devices.values()) {
      if (device.expiresAt !== null && this.#now() >= device.expiresAt) this.#remove(device);
    }
  }

  #remove(device: ProjectDevice): void {
    this.#devices.delete(device.clientId);
    if (device.credentials.refresh !== null) this.#retire(device.credentials.refresh, "dead");
    this.#tell(device, "forgotten");
  }

  #retire(token: string, as: "spent" | "dead"): void {
    this.#retired.set(token, as);
    for (const oldest of this.#retired.keys()) {
      if (this.#retired.size <= RETIRED_LIMIT) break;
      this.#retired.delete(oldest);
    }
  }

  #tell(device: ProjectDevice, change: "status" | "forgotten"): void {
    for (const run of this.#watchers) run(device, change);
  }
}

export function isPaused(device: ProjectDevice): boolean {
  const last = device.pauses.at(-1);
  return last !== undefined && last.to === null;
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined || value === "") throw new AuthRefusal("invalid_request");
  return value;
}
