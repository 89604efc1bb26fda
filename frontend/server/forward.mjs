import http from "node:http";
import https from "node:https";
import { pipeline } from "node:stream";
import { clientAddresses } from "./addresses.mjs";
import { credentials } from "./session.mjs";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */

/** Headers of one connection, which do not travel to the next (RFC 9110, 7.6.1), and what is ours alone. */
const OWN_HEADERS = [
  "connection",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "upgrade",
  "cookie",
];

const UNREACHABLE = JSON.stringify({
  type: "about:blank",
  title: "The API cannot be reached",
  status: 503,
  detail: "The page is running, but the API behind it does not answer. It may be starting: try again.",
  code: "api_unreachable",
  request_id: "",
});

/**
 * A handler that passes requests on to the API and its answers back, byte for byte: compressed as they came,
 * streams as they flow. When the browser leaves, the API's side is cut too, so that its query ends.
 * @param {URL} address
 * @param {import("./sessions.mjs").Sessions} sessions whose callers the requests are, unless they name one themselves
 * @returns {(request: Request, response: Response) => void}
 */
export function forwardTo(address, sessions) {
  const client = address.protocol === "https:" ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 256 });

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {Record<string, string>} shown the session's credentials
   */
  const pass = (request, response, shown) => {
    const outgoing = client.request({
      hostname: address.hostname,
      port: address.port,
      path: request.url,
      method: request.method,
      headers: { ...forwardedHeaders(request, address), ...shown },
      agent,
    });
    outgoing.on("response", (incoming) => {
      if (incoming.statusCode === 401 && Object.keys(shown).length > 0) {
        sessions.end(request, response);
        if (isReading(request)) {
          // What everybody may read is read as anybody.
          incoming.resume();
          return pass(request, response, {});
        }
      }
      const { connection: _, "keep-alive": __, ...headers } = incoming.headers;
      // What belongs to one browser must not be kept for another.
      if (response.hasHeader("set-cookie")) headers["cache-control"] = "private, no-store";
      response.writeHead(incoming.statusCode ?? 502, headers);
      // Headers go at once: an event stream may be silent for a while.
      response.flushHeaders();
      pipeline(incoming, response, () => {});
    });
    outgoing.on("error", () => refuse(response));
    response.on("close", () => outgoing.destroy());
    if (isReading(request)) outgoing.end();
    else request.pipe(outgoing);
  };

  return (request, response) => {
    const { "x-api-key": key, authorization } = request.headers;
    if (key || authorization) return pass(request, response, {});
    sessions.of(request, response).then(
      (session) => pass(request, response, credentials(session)),
      () => refuse(response),
    );
  };
}

/** @param {Request} request */
function isReading({ method }) {
  return method === "GET" || method === "HEAD";
}

/**
 * @param {Request} request
 * @param {URL} address
 */
function forwardedHeaders(request, address) {
  /** @type {http.OutgoingHttpHeaders} */
  const headers = { ...request.headers, host: address.host, "x-forwarded-for": clientAddresses(request) };
  for (const name of OWN_HEADERS) delete headers[name];
  return headers;
}

/** @param {Response} response */
function refuse(response) {
  if (response.headersSent) return response.destroy();
  response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "2" });
  response.end(UNREACHABLE);
}
