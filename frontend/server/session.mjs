/** The cookie that holds the caller's API key. Scripts cannot read it; only the forwarding side can. */
export const SESSION_COOKIE = "catalogue_key";

/**
 * Keys are printable ASCII without separators: what a header may carry.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isKey(value) {
  return typeof value === "string" && /^[\x21-\x3a\x3c-\x7e]{8,512}$/.test(value);
}

/**
 * The caller's key from the cookie; a request that another site's page made gets none.
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @returns {string | undefined}
 */
export function sessionKey(headers) {
  const site = headers["sec-fetch-site"];
  if (site && site !== "same-origin" && site !== "none") return undefined;
  const found = headers.cookie?.split(/; */).find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
  const key = found && decoded(found.slice(SESSION_COOKIE.length + 1));
  return isKey(key) ? key : undefined;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
