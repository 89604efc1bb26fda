import { randomBytes } from "node:crypto";

/** What has no page in it and answers for itself. */
const NOT_PAGES = /^\/(_next\/static|_next\/image|images\/|session|icon)/;

/** @param {import("node:http").IncomingMessage} request */
export function isPage(request) {
  return !NOT_PAGES.test(request.url ?? "");
}

/**
 * Gives the page that is asked for a content security policy with a nonce of its own; see `docs/frontend.md`.
 * Next reads the nonce from the request. It is done here, because a proxy of Next's costs each page milliseconds.
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {{ dev: boolean }} options
 */
export function secure(request, response, { dev }) {
  if (!isPage(request)) return;
  const policy = contentSecurityPolicy(randomBytes(18).toString("base64"), dev);
  request.headers["content-security-policy"] = policy;
  response.setHeader("content-security-policy", policy);
  response.setHeader("referrer-policy", "strict-origin-when-cross-origin");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
}

/**
 * @param {string} nonce
 * @param {boolean} dev
 */
function contentSecurityPolicy(nonce, dev) {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    // Rows are placed by style attributes in the server's HTML; style sheets come from here alone.
    `style-src 'self' ${dev ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
