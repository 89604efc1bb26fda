import http from "node:http";
import https from "node:https";
import { pipeline } from "node:stream";
import { sessionKey } from "./session.mjs";

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
 * @returns {(request: http.IncomingMessage, response: http.ServerResponse) => void}
 */
export function forwardTo(address) {
  const client = address.protocol === "https:" ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 256 });
  return (request, response) => {
    const outgoing = client.request({
      hostname: address.hostname,
      port: address.port,
      path: request.url,
      method: request.method,
      headers: forwardedHeaders(request, address),
      agent,
    });
    outgoing.on("response", (incoming) => {
      const { connection: _, "keep-alive": __, ...headers } = incoming.headers;
      response.writeHead(incoming.statusCode ?? 502, headers);
      // Headers go at once: an event stream may be silent for a while.
      response.flushHeaders();
      pipeline(incoming, response, () => {});
    });
    outgoing.on("error", () => refuse(response));
    response.on("close", () => outgoing.destroy());
    request.pipe(outgoing);
  };
}

/**
 * @param {http.IncomingMessage} request
 * @param {URL} address
 */
function forwardedHeaders(request, address) {
  /** @type {http.OutgoingHttpHeaders} */
  const headers = { ...request.headers, host: address.host };
  for (const name of OWN_HEADERS) delete headers[name];
  const key = sessionKey(request.headers);
  if (key && !headers["x-api-key"] && !headers.authorization) headers["x-api-key"] = key;
  return headers;
}

/** @param {http.ServerResponse} response */
function refuse(response) {
  if (response.headersSent) return response.destroy();
  response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "2" });
  response.end(UNREACHABLE);
}
