import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { afterFirstPaint } from "./first-paint.mjs";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */

const CODINGS = {
  br: (/** @type {Buffer} */ body) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (/** @type {Buffer} */ body) => promisify(gzip)(body),
};
const SMALL_BYTES = 1_000;

/**
 * Gathers what Next answers and sends it in one piece, compressed: a browser that has half of a page lays it out, and lays
 * all of it out again. Nothing waits for it, since Next has all of a page when it begins to send it. Pages ask for their
 * scripts when they have been drawn; see `first-paint.mjs`.
 * @param {Request} request
 * @param {Response} response
 */
export function sendWhole(request, response) {
  const coding = codingFor(String(request.headers["accept-encoding"]));
  // Next leaves compressing to us.
  request.headers["accept-encoding"] = "identity";
  /** @type {Buffer[]} */
  const parts = [];
  const [end, writeHead] = [response.end.bind(response), response.writeHead];
  const keep = (/** @type {any} */ part, /** @type {any} */ encoding) => {
    if (part && typeof part !== "function")
      parts.push(typeof part === "string" ? Buffer.from(part, encodingOf(encoding)) : Buffer.from(part));
  };
  const whenDone = (/** @type {any[]} */ given) => given.find((one) => typeof one === "function");

  response.flushHeaders = () => {};
  // What it is called with is kept until the body is known.
  response.writeHead = (/** @type {number} */ status, /** @type {any[]} */ ...given) => {
    response.statusCode = status;
    const headers = given.find((one) => typeof one === "object");
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
    return response;
  };
  response.write = (/** @type {any[]} */ ...given) => {
    keep(given[0], given[1]);
    whenDone(given)?.(null);
    return true;
  };
  response.end = (/** @type {any[]} */ ...given) => {
    keep(given[0], given[1]);
    finished(response, Buffer.concat(parts), coding).then(
      (body) => {
        response.writeHead = writeHead;
        end(body, whenDone(given));
      },
      () => response.destroy(),
    );
    return response;
  };
}

/**
 * The body to send, its headers set.
 * @param {Response} response
 * @param {Buffer} body
 * @param {keyof CODINGS | undefined} coding
 */
async function finished(response, body, coding) {
  const type = String(response.getHeader("content-type") ?? "");
  if (response.headersSent || body.length === 0) return body;
  const text = type.startsWith("text/html") ? Buffer.from(afterFirstPaint(body.toString())) : body;
  const packs = coding && text.length >= SMALL_BYTES && /^(text|application)\//.test(type);
  const sent = packs ? await CODINGS[coding](text) : text;
  if (packs) response.setHeader("content-encoding", coding);
  response.setHeader("content-length", sent.length);
  return sent;
}

/** @param {unknown} given */
function encodingOf(given) {
  return typeof given === "string" ? /** @type {BufferEncoding} */ (given) : "utf8";
}

/**
 * @param {string} accepted
 * @returns {keyof CODINGS | undefined}
 */
function codingFor(accepted) {
  const takes = (/** @type {string} */ name) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted);
  return takes("br") ? "br" : takes("gzip") ? "gzip" : undefined;
}
