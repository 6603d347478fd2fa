/**
 * Whether a URL's host is this machine itself; plain http is accepted for nothing else.
 *
 * @param hostname as `URL.hostname` gives it
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
