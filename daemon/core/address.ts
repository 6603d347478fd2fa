/**
 * Whether a URL's host is this machine itself; plain http is accepted for nothing else.
 *
 * @param hostname as `URL.hostname` gives it
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether an address is one by which this machine reaches itself, as a socket or `http.listen` tells it. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return plain === "::1" || isLoopback(plain);
}

/** Whether `http.listen` lets other devices reach the page. */
export function isForOthers(listen: string): boolean {
  const where = parseListen(listen);
  return where !== null && !isLoopbackAddress(where.host);
}

/** Splits `http.listen`; null where it is not ADDRESS:PORT. */
export function parseListen(value: string): { readonly host: string; readonly port: number } | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? null : { host, port };
}
