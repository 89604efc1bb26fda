/**
 * The addresses that a request came by, for X-Forwarded-For. The API believes them when the page's server is one of
 * its TRUSTED_PROXIES; else all visitors of the page are one client to its rate limits.
 * @param {import("node:http").IncomingMessage} request
 */
export function clientAddresses(request) {
  const before = request.headers["x-forwarded-for"];
  return [...(before ? [before] : []), request.socket.remoteAddress ?? "unknown"].join(", ");
}
