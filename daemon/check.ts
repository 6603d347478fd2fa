import { randomUUID } from "node:crypto";
import { readBoard } from "../hw/board/board.ts";
import { buttonDevice } from "../hw/input/buttons.ts";
import { isLoopbackAddress, parseListen } from "./core/address.ts";
import { ConfigurationError } from "./core/configuration-error.ts";
import { printable } from "./core/text.ts";
import { proxyFor } from "./frameio/proxy.ts";
import { loadRoots } from "./frameio/root-files.ts";
import type { Config } from "./setup/config.ts";
import { CredentialError, loadClientSecret, storedForSystemd } from "./setup/credentials.ts";
import { directories, type Environment } from "./setup/environment.ts";
import { chooseIdentity } from "./setup/identity.ts";
import { credentialSeals } from "./vault/keys.ts";
import { readNetwork, systemNetwork } from "./watch/network.ts";
import { pageUrl, pageUrls } from "./watch/page.ts";

/** `c2cd --check`: prints what the daemon would use, never a secret; false where something has to be mended first. */
export async function check(config: Config, root: string, environment: Environment): Promise<boolean> {
  const lines = [
    await attempt("secret", () => describeSecret(config, root, environment)),
    await attempt("vault key", () => describeKey(root, environment)),
    await attempt("identity", () => describeIdentity(config, root)),
    await attempt("server", () => describeServer(config, environment)),
    await attempt("button", () => describeButton(config)),
    { ok: true, text: `display    ${[config.display.driver, config.display.device].join(" ").trim()}` },
    await attempt("page", () => describePage(config, root)),
  ];
  process.stdout.write(lines.map(({ text }) => `${printable(text)}\n`).join(""));
  return lines.every(({ ok }) => ok);
}

async function attempt(
  name: string,
  describe: () => string | Promise<string>,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const label = name.padEnd(11);
  try {
    return { ok: true, text: label + (await describe()) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { ok: false, text: `${label}WRONG: ${error.message}` };
  }
}

function describeSecret(config: Config, root: string, environment: Environment): string {
  const { credentials } = directories(environment, root);
  const found = loadClientSecret(credentials, config.frameio.client_secret_file);
  if (found !== null) return `from ${found.origin}`;
  const stored = credentials === null ? storedForSystemd(root) : null;
  if (stored === null)
    throw new CredentialError(
      "there is no client_secret; run c2cd-provision, or set frameio.client_secret_file",
    );
  return stored.hidden
    ? `what systemd has in ${stored.store}; root alone can see whether it is there`
    : `handed over by systemd from ${stored.store}`;
}

async function describeKey(root: string, environment: Environment): Promise<string> {
  const { credentials } = directories(environment, root);
  return (await credentialSeals({ credentialsDirectory: credentials }))
    ? "the credential vault_key"
    : "a file in the state directory";
}

async function describeIdentity(config: Config, root: string): Promise<string> {
  const { identity } = chooseIdentity(await readBoard(root), null, false, config.identity, randomUUID);
  if (identity.source === "generated") return "made up at the first start and kept";
  return `${identity.clientId} (${identity.source}), unless another one is remembered`;
}

function describeButton({ buttons }: Config): string {
  buttonDevice(buttons);
  return buttons.device === "" ? "none" : `${buttons.key} of ${buttons.device}`;
}

/** What it will listen on, as others can open it. */
function describePage({ http }: Config, root: string): string {
  const where = parseListen(http.listen);
  if (where === null) return "off";
  const at = { address: where.host, port: where.port };
  if (isLoopbackAddress(where.host)) return `${pageUrl(at)}, for this device alone`;
  const urls = pageUrls(at, readNetwork(systemNetwork(root)), root);
  return urls.length > 0 ? urls.join(", ") : `port ${where.port} of each address that this device gets`;
}

function describeServer(config: Config, environment: Environment): string {
  const { base_url, ca_file } = config.frameio;
  loadRoots(ca_file);
  const proxy = proxyFor(base_url, environment);
  return base_url + (proxy === null ? "" : ` through ${new URL(proxy).host}`);
}
