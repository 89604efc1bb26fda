import { clientAddresses } from "./addresses.mjs";
import { Logins } from "./logins.mjs";
import { Renewals } from "./renewals.mjs";
import { isKey, isOurs, isSafeWay, sessionCookie, sessionOf, withSession } from "./session.mjs";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {import("./session.mjs").Session} Session */

const MOST_BYTES = 4_096;

/** Who is signed in: the address `/session`, and the session of every other request. */
export class Sessions {
  /** @param {URL} address the API's */
  constructor(address) {
    this.logins = new Logins(address);
    this.renewals = new Renewals((session) => this.logins.renew(session));
  }

  /**
   * The request's session, renewed when it is time; the browser gets it with the answer, and whoever reads the
   * request's cookies next finds it there. Rejects when the API cannot be asked.
   * @param {Request} request
   * @param {Response} response
   * @returns {Promise<Session | null>}
   */
  async of(request, response) {
    const shown = sessionOf(request.headers);
    if (!shown?.refresh) return shown;
    const session = await this.renewals.current(shown);
    if (session === null) this.end(request, response);
    else if (session !== shown) {
      response.setHeader("set-cookie", sessionCookie(request.headers, session));
      request.headers.cookie = withSession(request.headers, session);
    }
    return session;
  }

  /**
   * The API knows this session no more: the browser is told, and forgets it.
   * @param {Request} request
   * @param {Response} response
   */
  end(request, response) {
    response.setHeader("set-cookie", sessionCookie(request.headers, null));
    response.setHeader("session-ended", "1");
    request.headers.cookie = withSession(request.headers, null);
    // An answer "as before" would leave this one's headers with what the browser has kept.
    delete request.headers["if-none-match"];
  }

  /**
   * `POST /session` signs in with `{key}` or `{username, password}`, `DELETE /session` signs out.
   * @param {Request} request
   * @param {Response} response
   */
  async serve(request, response) {
    response.setHeader("cache-control", "no-store");
    const site = request.headers["sec-fetch-site"];
    if (!isOurs(request.headers) || (site && site !== "same-origin"))
      return refuse(response, 403, "This must come from the page itself.");
    try {
      if (request.method === "POST") await this.#signIn(request, response);
      else if (request.method === "DELETE") await this.#signOut(request, response);
      else refuse(response, 405, "POST signs in, DELETE signs out.");
    } catch {
      refuse(response, 503, "The API does not answer: try again in a moment.");
    }
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  async #signIn(request, response) {
    if (!isSafeWay(request.headers))
      return refuse(response, 403, "Signing in needs HTTPS: nobody on the way may read a password or a key.");
    const body = await bodyOf(request);
    if (body === null) return refuse(response, 422, "That is not a key, nor a name and a password.");
    const { key, username, password } = body;
    if (key !== undefined && !isKey(key))
      return refuse(response, 422, "That is not an API key: paste it whole, without spaces.");
    const outcome = isKey(key)
      ? await this.logins.byKey(key)
      : await this.logins.byPassword(
          String(username ?? ""),
          String(password ?? ""),
          clientAddresses(request),
        );
    if (!("session" in outcome)) return refuse(response, outcome.status, outcome.detail);
    const { name, scopes } = outcome.session;
    response.setHeader("set-cookie", sessionCookie(request.headers, outcome.session));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ name, scopes }));
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  async #signOut(request, response) {
    const session = sessionOf(request.headers);
    response.setHeader("set-cookie", sessionCookie(request.headers, null));
    // The browser forgets it in any case; the API's login ends by itself when it cannot be told.
    if (session) await this.logins.end(session).catch(() => undefined);
    response.writeHead(204).end();
  }
}

/**
 * @param {Request} request
 * @returns {Promise<{ key?: unknown, username?: unknown, password?: unknown } | null>}
 */
async function bodyOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) {
    text += part;
    if (text.length > MOST_BYTES) return null;
  }
  try {
    const body = JSON.parse(text);
    return typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string} detail
 */
function refuse(response, status, detail) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ status, detail }));
}
