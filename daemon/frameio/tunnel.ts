import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { SecureContext } from "node:tls";
import { buildConnector } from "undici";

/** The proxy answered CONNECT with anything but 200. */
export class ProxyRefused extends Error {
  override readonly name = "ProxyRefused";
  readonly status: number;

  constructor(status: number) {
    super(`the proxy answered HTTP ${status}`);
    this.status = status;
  }
}

/** How to reach a host, in the words that node:net, node:tls and undici share. */
export interface ReachOptions {
  readonly secureContext?: SecureContext;
  /** Milliseconds for a connection to stand. */
  readonly timeout: number;
  readonly lookup: LookupFunction;
  readonly autoSelectFamily: boolean;
  /** Milliseconds until the next address is tried. */
  readonly autoSelectFamilyAttemptTimeout: number;
  /** TLS sessions that are kept to be resumed. */
  readonly maxCachedSessions: number;
}

/**
 * Connects through an HTTP proxy's CONNECT (RFC 9110 §9.3.6). undici's own ProxyAgent can't be used: where a proxy
 * hangs up on a CONNECT it connects again without end, thousands of times a second, even after the request is given up.
 *
 * @param proxy http or https, with user and password where it wants them
 * @param options for the connection to the proxy as well as for TLS within the tunnel; `timeout` bounds each
 */
export function tunnelConnector(proxy: URL, options: ReachOptions): buildConnector.connector {
  const secure = buildConnector(options);
  const { request } = proxy.protocol === "https:" ? https : http;
  const authorization = credentialsOf(proxy);
  const host = proxy.hostname.replace(/^\[|\]$/g, "");
  return (target, callback) => {
    const authority = target.port === "" ? `${target.host}:443` : (target.host ?? target.hostname);
    const deadline = AbortSignal.timeout(options.timeout);
    const connect = request({
      ...options,
      host,
      // Without this the name in the Host header would be asked of the proxy's certificate.
      servername: isIP(host) === 0 ? host : "",
      port: proxy.port,
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...(authorization && { "proxy-authorization": authorization }) },
      agent: false,
      signal: deadline,
    });
    connect.once("connect", ({ statusCode = 0 }, socket, head) => {
      if (statusCode !== 200) {
        socket.destroy();
        callback(new ProxyRefused(statusCode), null);
        return;
      }
      if (head.length > 0) socket.unshift(head);
      secure({ ...target, httpSocket: socket }, callback);
    });
    connect.once("error", (error) => {
      callback(deadline.aborted ? Object.assign(error, { code: "ETIMEDOUT" }) : error, null);
    });
    connect.end();
  };
}

function credentialsOf({ username, password }: URL): string | null {
  if (username === "") return null;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}
