import { request } from "node:http";
import type { Socket } from "node:net";

/** The proxy answered CONNECT with anything but success. */
export class ProxyRefused extends Error {
  override readonly name = "ProxyRefused";
  readonly status: number;

  constructor(status: number) {
    super(`the proxy answered HTTP ${status}`);
    this.status = status;
  }
}

/** No tunnel came about, since the connection to the proxy itself failed: with the code of what that failed with. */
export class ProxyUnreached extends Error {
  override readonly name = "ProxyUnreached";
  readonly code: string;

  constructor({ code, message }: Error & { readonly code: string }) {
    super(message);
    this.code = code;
  }
}

/**
 * Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 §9.3.6); what is sent afterwards goes to `authority`. The package
 * https-proxy-agent does this too, but can't be called off before the proxy has answered, hides the TCP connection that
 * we have to reset, reads headers without a limit and stumbles over a bare `%` in a password.
 *
 * @param through an open connection to the proxy
 * @param proxy with user and password where it wants them
 * @param authority host and port
 * @throws {ProxyRefused} where the proxy says no
 */
export function openTunnel(through: Socket, proxy: URL, authority: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const authorization = credentialsOf(proxy);
    const asked = request({
      createConnection: () => through,
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...(authorization && { "proxy-authorization": authorization }) },
    });
    asked.once("connect", ({ statusCode = 0 }) => {
      if (statusCode >= 200 && statusCode <= 299) resolve();
      else reject(new ProxyRefused(statusCode));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** RFC 7617 §2; a user or a password alone will do, as curl has it. */
function credentialsOf({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  const pair = Buffer.concat([unescaped(username), Buffer.from(":"), unescaped(password)]);
  return `Basic ${pair.toString("base64")}`;
}

/** Octets of RFC 3986 §2.1; a `%` that escapes nothing stands for itself, which `decodeURIComponent` refuses. */
function unescaped(text: string): Buffer {
  const octets = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(octets, "latin1");
}
