/** A real authorization server behind Frame.io's paths, as a process of its own, which can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { type Exchange, RESOURCE_SERVER, type Settings } from "../oauth-server/settings.ts";
import { canarySecret } from "../support/canary.ts";
import { Relay } from "../support/relay.ts";
import { eventually } from "./daemon-process.ts";

const DEFAULTS: Omit<Settings, "url" | "secret"> = {
  units: [],
  codeLife: 120,
  accessLife: 28_800,
  refreshLife: 14 * 86_400,
  pace: 5,
};

export class AuthorizationServer {
  readonly url: string;
  readonly secret = canarySecret(40);
  /** What devices asked, in the order of the answers, over all lives of the process. */
  readonly exchanges: Exchange[] = [];
  /** The way there. */
  readonly relay: Relay;
  readonly #directory = mkdtempSync(join(tmpdir(), "c2cd-oauth-"));
  #child: ChildProcess | null = null;
  #complaints = "";

  private constructor(relay: Relay, settings: Partial<Settings>) {
    this.relay = relay;
    this.url = relay.url;
    const whole: Settings = { ...DEFAULTS, ...settings, url: this.url, secret: this.secret };
    writeFileSync(join(this.#directory, "settings.json"), JSON.stringify(whole));
  }

  static async start(settings: Partial<Settings>): Promise<AuthorizationServer> {
    const server = new AuthorizationServer(await Relay.open(), settings);
    try {
      await server.live();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** Starts the process, with what the one before it has left. */
  async live(): Promise<void> {
    const child = spawn(process.execPath, ["--import", "tsx", "test/oauth-server/main.ts", this.#directory], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.on("data", (chunk: Buffer) => {
      this.#complaints += chunk.toString();
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      // oidc-provider's notices are on the same pipe.
      if (!line.startsWith("{")) return;
      const told = JSON.parse(line) as Exchange | { readonly port: number };
      if ("port" in told) this.relay.target = told.port;
      else this.exchanges.push(told);
    });
    await eventually("the authorization server", () => {
      if (child.exitCode !== null) throw new Error(`it ended early:\n${this.#complaints}`);
      return this.relay.target;
    });
  }

  /** By SIGKILL; what its connections were about is lost. */
  async die(): Promise<void> {
    const child = this.#child;
    this.relay.target = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
    this.relay.cut();
  }

  /** The process stands still while `run` goes on: its answers come afterwards. */
  async frozen(run: () => Promise<unknown>): Promise<void> {
    this.#child?.kill("SIGSTOP");
    await run();
    this.#child?.kill("SIGCONT");
  }

  async close(): Promise<void> {
    await this.die();
    await this.relay.close();
    rmSync(this.#directory, { recursive: true });
  }

  calls(call: Exchange["call"]): Exchange[] {
    return this.exchanges.filter((exchange) => exchange.call === call);
  }

  /** Every device_code and token that has gone over the wire. */
  secrets(): string[] {
    return [...new Set(this.exchanges.flatMap(({ secrets }) => secrets))];
  }

  /** Whether a token is good for anything (RFC 7662 §2.2). */
  async isActive(token: string): Promise<boolean> {
    const answer = await this.#ask("/token/introspection", RESOURCE_SERVER, token);
    return ((await answer.json()) as { active: boolean }).active;
  }

  /** Takes a unit's grant back, whoever holds its tokens (RFC 7009 §2.1). */
  async revoke(unit: string, token: string): Promise<void> {
    await this.#ask("/token/revocation", unit, token);
  }

  async #ask(path: string, client_id: string, token: string): Promise<Response> {
    const body = new URLSearchParams({ client_id, client_secret: this.secret, token });
    const answer = await fetch(this.url + path, { method: "POST", body });
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
    return answer;
  }
}

/** A person with a browser of their own, at the pages of the authorization server, which the code's link has opened. */
export async function authorize(browser: Browser, link: string, project: string): Promise<void> {
  await visiting(browser, link, (page) => consent(page, project));
}

/** Likewise, who has typed the digits. */
export async function typeIn(
  browser: Browser,
  address: string,
  userCode: string,
  project: string,
): Promise<void> {
  await visiting(browser, address, async (page) => {
    await page.getByPlaceholder("Enter code").fill(userCode);
    await page.getByRole("button", { name: "Continue" }).click();
    await consent(page, project);
  });
}

/** Likewise, who wants none of it. */
export async function refuse(browser: Browser, link: string): Promise<void> {
  await visiting(browser, link, async (page) => {
    await page.getByRole("button", { name: "Abort" }).click();
    await page.getByText("The Sign-in request was interrupted").waitFor();
  });
}

async function consent(page: Page, project: string): Promise<void> {
  await page.getByRole("heading", { name: "Confirm Device" }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByPlaceholder("Enter any login").fill(project);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "Sign-in Success" }).waitFor();
}

async function visiting(
  browser: Browser,
  address: string,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext();
  try {
    // The pages' fonts are on the internet, which is not here.
    await context.route(
      (url) => url.hostname !== "127.0.0.1",
      (route) => route.abort(),
    );
    const page = await context.newPage();
    await page.goto(address);
    await run(page);
  } finally {
    await context.close();
  }
}
