import { randomUUID } from "node:crypto";
import { canarySecret } from "../support/canary.ts";
import { type Approval, type CodeView, type PairingCode, PairingCodes } from "./codes.ts";
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
  expiresAt: number | null;
  credentials: Credentials;
  firmware: string;
  lastSeenAt: number | null;
  /** Sockets that are open now. */
  sockets: number;
  /** When it was paused; the last `to` is null while it is. */
  readonly pauses: { readonly from: number; to: number | null }[];
}

export type DeviceChange = "status" | "record" | "forgotten";

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

/** How many dead tokens are remembered, to be told from ones that never were. */
const RETIRED_LIMIT = 5_000;

/**
 * Frame.io's side of the device grant: codes, tokens, devices, projects. All of it is in memory, every operation is
 * synchronous and either happens whole or throws an `AuthRefusal`, `ApiRefusal` or `AdminError`.
 * Where the API facts say "unknown", the choice made here is named at its place.
 */
export class FrameIo {
  readonly projects: readonly Project[];
  readonly #terms: Terms;
  readonly #now: () => number;
  readonly #codes: PairingCodes;
  readonly #devices = new Map<string, ProjectDevice>();
  readonly #retired = new Map<string, "spent" | "dead">();
  readonly #watchers: ((device: ProjectDevice, change: DeviceChange) => void)[] = [];

  /** @param now the server's wall clock, ms since 1970 */
  constructor(terms: Terms, projects: readonly string[], now: () => number) {
    this.#terms = terms;
    this.#now = now;
    this.#codes = new PairingCodes(terms.codeLife, terms.interval, now);
    this.projects = projects.map((name) => ({ id: randomUUID(), name }));
  }

  /** Calls `run` when a device is paused or resumed, when something else of its record changes, when it is forgotten. */
  watch(run: (device: ProjectDevice, change: DeviceChange) => void): void {
    this.#watchers.push(run);
  }

  // --- what devices call -------------------------------------------------------------------------------------

  /** API facts §3.1. An authorization that the unit already holds is not touched. */
  requestCode(fields: ReadonlyMap<string, string>, firmware: string): DeviceAnswer {
    const clientId = this.#authenticate(fields);
    const scopes = required(fields, "scope").split(" ").filter(Boolean);
    if (scopes.length === 0 || scopes.some((scope) => !HARDWARE_SCOPES.includes(scope))) {
      throw new AuthRefusal("invalid_scope");
    }
    const deviceName = `${this.#terms.model}-${clientId}`;
    const code = this.#codes.issue({ clientId, deviceName, firmware, scopes });
    return {
      device_code: code.deviceCode,
      expires_in: this.#terms.codeLife,
      interval: code.interval,
      name: deviceName,
      user_code: code.userCode,
    };
  }

  /** API facts §3.2. A unit is in one project at a time: what it held before ends with the new tokens. */
  poll(fields: ReadonlyMap<string, string>): TokenAnswer {
    const clientId = this.#authenticate(fields);
    const { code, approval } = this.#codes.redeem(required(fields, "device_code"), clientId);
    const older = this.#devices.get(clientId);
    if (older) this.#remove(older);
    return this.#tokenAnswer(this.#connect(code, approval));
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
      this.#retire(device.credentials, "spent");
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
    return this.#codes.find(userCode);
  }

  /** Every code that is remembered, oldest first. */
  codes(): CodeView[] {
    return this.#codes.list();
  }

  /**
   * Authorizes a waiting code.
   *
   * @param project name or id; the first one by default
   * @param expiresAt wall time at which the authorization ends; null for never
   * @throws AdminError where the code does not wait or the project is not there
   */
  approve(userCode: string, project: string | undefined, expiresAt: number | null): CodeView {
    if (expiresAt !== null && expiresAt <= this.#now()) throw new AdminError("The expiry date has passed.");
    return this.#codes.decide(userCode, { project: this.project(project), expiresAt });
  }

  /** Answers `access_denied` from now on, which Frame.io is not known to do (API facts §3.2). */
  deny(userCode: string): CodeView {
    return this.#codes.decide(userCode, "denied");
  }

  /** Authorizes every code for the first project once it has waited for so many seconds; null stops that. */
  autoApprove(after: number | null): void {
    this.#codes.autoApproval = after === null ? null : { after, project: this.project() };
  }

  /** The code that has waited for the shortest time; of this unit where one is named. */
  newestWaiting(clientId?: string): string {
    const newest = this.codes().findLast(
      (code) => code.state === "waiting" && (clientId === undefined || code.clientId === clientId),
    );
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

  /** The end that the user chose, chosen anew; null for none. */
  expire(expiresAt: number | null, clientId?: string): void {
    const device = this.device(clientId);
    device.expiresAt = expiresAt;
    this.#tell(device, "record");
  }

  /** By name or id; the first one by default. @throws AdminError where there is no such project */
  project(nameOrId?: string): Project {
    const project = this.projects.find(
      ({ id, name }) => nameOrId === undefined || [id, name].includes(nameOrId),
    );
    if (project) return project;
    const names = this.projects.map(({ name }) => name).join(", ");
    throw new AdminError(`No project "${nameOrId ?? ""}". Projects: ${names}.`);
  }

  renameProject(nameOrId: string, name: string): void {
    if (name.trim() === "") throw new AdminError("A project needs a name.");
    const project = this.project(nameOrId);
    project.name = name;
    for (const device of this.devices()) if (device.project === project) this.#tell(device, "record");
  }

  /** Every secret that is alive or still remembered, so that tests can look for leaks. */
  secrets(): string[] {
    const live = [...this.#devices.values()].flatMap(({ credentials }) => [
      credentials.access,
      credentials.refresh,
    ]);
    const all = [this.#terms.secret, ...this.#codes.secrets(), ...live, ...this.#retired.keys()];
    return all.filter((text) => text !== null);
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

  #connect(code: PairingCode, approval: Approval): ProjectDevice {
    const device: ProjectDevice = {
      id: randomUUID(),
      deviceId: randomUUID(),
      channelId: randomUUID(),
      authorizationId: randomUUID(),
      clientId: code.clientId,
      name: code.deviceName,
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
      access: canarySecret(64),
      accessExpiresAt: this.#now() + this.#terms.accessLife * 1000,
      refresh: scopes.includes("offline") ? `canary-${randomUUID()}` : null,
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
    this.#retire(device.credentials, "dead");
    this.#tell(device, "forgotten");
  }

  #retire({ access, refresh }: Credentials, as: "spent" | "dead"): void {
    for (const token of [access, refresh]) if (token !== null) this.#retired.set(token, as);
    for (const oldest of this.#retired.keys()) {
      if (this.#retired.size <= RETIRED_LIMIT) break;
      this.#retired.delete(oldest);
    }
  }

  #tell(device: ProjectDevice, change: DeviceChange): void {
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
