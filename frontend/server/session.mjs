/**
 * The cookie that holds who a browser is signed in as. Scripts cannot read it; only the page's server can.
 *
 * @typedef {object} Session
 * @property {string} name as the API calls the caller: `user:ann`, `key:ab12cd34`
 * @property {string[]} scopes what the caller may do
 * @property {string} [key] an API key, or else:
 * @property {string} [access] an access token
 * @property {string} [refresh] the refresh token that belongs to it
 * @property {number} [renewAt] when to ask for the next ones, milliseconds since 1970
 */

const NAME = "catalogue_session";
/** Browsers take a cookie of this name over HTTPS only, from this very host, so no neighbour can plant one. */
const SECURE_NAME = `__Host-${NAME}`;
/** As long as the API's longest login by default; what has ended there before is asked for again. */
const KEPT_S = 30 * 86_400;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/**
 * Who the browser is signed in as; a request that another site made is nobody's, except a visit by a link.
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @returns {Session | null}
 */
export function sessionOf(headers) {
  if (!isOurs(headers)) return null;
  const texts = cookies(headers.cookie);
  return decoded(texts.get(SECURE_NAME) ?? (isLoopback(headers) ? texts.get(NAME) : undefined));
}

/**
 * Whether the page itself made a request, or a person by an address or a link (which only reads).
 * @param {import("node:http").IncomingHttpHeaders} headers
 */
export function isOurs(headers) {
  const { host, origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
  // A visit by a link has no origin; a form that another site sends has one.
  if (site) return site === "same-origin" || site === "none" || (mode === "navigate" && !origin);
  return !origin || (URL.canParse(origin) && new URL(origin).host === host);
}

/**
 * Over plain HTTP a key or a password would be readable on its way; this machine itself is no way.
 * @param {import("node:http").IncomingHttpHeaders} headers
 */
export function isSafeWay(headers) {
  return isHttps(headers) || isLoopback(headers);
}

/**
 * The Set-Cookie header that keeps a session; null ends it.
 * @param {import("node:http").IncomingHttpHeaders} headers of the request
 * @param {Session | null} session
 */
export function sessionCookie(headers, session) {
  const secure = !isLoopback(headers) || isHttps(headers);
  const value = session ? Buffer.from(JSON.stringify(session)).toString("base64url") : "";
  return [
    `${secure ? SECURE_NAME : NAME}=${value}`,
    "Path=/",
    `Max-Age=${session ? KEPT_S : 0}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(secure ? ["Secure"] : []),
  ].join("; ");
}

/**
 * The request's cookies with another session in them, for whoever reads them next.
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @param {Session | null} session
 */
export function withSession(headers, session) {
  const others = [...cookies(headers.cookie)].filter(([name]) => name !== NAME && name !== SECURE_NAME);
  const ours = session ? [sessionCookie(headers, session).split(";", 1)[0]] : [];
  return [...others.map(([name, value]) => `${name}=${value}`), ...ours].join("; ");
}

/**
 * What the API is shown of a session.
 * @param {Session | null} session
 * @returns {Record<string, string>}
 */
export function credentials(session) {
  if (session?.key) return { "x-api-key": session.key };
  return session?.access ? { authorization: `Bearer ${session.access}` } : {};
}

/**
 * Printable ASCII without separators: what a header may carry.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isKey(value) {
  return typeof value === "string" && /^[\x21-\x3a\x3c-\x7e]{8,2048}$/.test(value);
}

/** @param {string | undefined} header */
function cookies(header) {
  const pairs = (header ?? "").split(/; */).filter((pair) => pair.includes("="));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

/**
 * @param {string | undefined} value
 * @returns {Session | null}
 */
function decoded(value) {
  if (!value) return null;
  try {
    const session = JSON.parse(Buffer.from(value, "base64url").toString());
    const isWhole = typeof session.name === "string" && Array.isArray(session.scopes);
    return isWhole && (isKey(session.key) || (isKey(session.access) && isKey(session.refresh)))
      ? session
      : null;
  } catch {
    return null;
  }
}

/** @param {import("node:http").IncomingHttpHeaders} headers */
function isLoopback(headers) {
  return LOOPBACK.test(headers.host ?? "");
}

/** @param {import("node:http").IncomingHttpHeaders} headers */
function isHttps(headers) {
  const told = String(headers["x-forwarded-proto"] ?? "").split(",")[0];
  return told === "https" || headers.origin?.startsWith("https:") === true;
}
