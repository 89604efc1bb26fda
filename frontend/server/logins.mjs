/** @typedef {import("./session.mjs").Session} Session */
/** @typedef {{ session: Session } | { status: number, detail: string }} Outcome */

import { credentials } from "./session.mjs";

const TIMEOUT_MS = 15_000;
/** Tokens are renewed when this share of their time is over. */
const RENEW_AT = 0.9;

/** Logging in and out at the API. */
export class Logins {
  /** @param {URL} address the API's */
  constructor(address) {
    this.address = address;
  }

  /**
   * @param {string} username
   * @param {string} password
   * @param {string} from the addresses that the request came by, which attempts are counted by
   * @returns {Promise<Outcome>}
   */
  async byPassword(username, password, from) {
    const answer = await this.#post("token", { username, password }, from);
    if (answer.status === 200) return this.#named(tokensOf(await answer.json()));
    if (answer.status === 401 || answer.status === 422)
      return { status: 401, detail: "The name or the password is wrong." };
    return passing(answer);
  }

  /**
   * @param {string} key
   * @returns {Promise<Outcome>}
   */
  byKey(key) {
    return this.#named({ name: "", scopes: [], key });
  }

  /**
   * The session with new tokens; null when its login has ended. Rejects when the API cannot be asked.
   * @param {Session} session
   * @returns {Promise<Session | null>}
   */
  async renew(session) {
    const answer = await this.#post("refresh", { refresh_token: session.refresh });
    if (answer.status === 401) return null;
    if (answer.status !== 200) throw new Error(`the API answered ${answer.status} to a refresh token`);
    return { ...tokensOf(await answer.json()), name: session.name };
  }

  /** @param {Session} session */
  async end(session) {
    if (session.refresh) await this.#post("logout", { refresh_token: session.refresh });
  }

  /**
   * The session with the caller's name and scopes.
   * @param {Session} session
   * @returns {Promise<Outcome>}
   */
  async #named(session) {
    const answer = await fetch(new URL("/api/v1/auth/caller", this.address), {
      headers: credentials(session),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 401)
      return { status: 401, detail: "The API does not know this key, or it has expired." };
    if (answer.status !== 200) return passing(answer);
    const { name, scopes } = await answer.json();
    return { session: { ...session, name, scopes } };
  }

  /**
   * @param {string} what
   * @param {object} body
   * @param {string} [from]
   */
  #post(what, body, from) {
    return fetch(new URL(`/api/v1/auth/${what}`, this.address), {
      method: "POST",
      headers: { "content-type": "application/json", ...(from && { "x-forwarded-for": from }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}

/**
 * @param {{ access_token: string, refresh_token: string, expires_in: number, scope: string }} granted
 * @returns {Session}
 */
function tokensOf({ access_token, refresh_token, expires_in, scope }) {
  return {
    name: "",
    scopes: scope.split(" "),
    access: access_token,
    refresh: refresh_token,
    renewAt: Date.now() + expires_in * 1000 * RENEW_AT,
  };
}

/** @param {Response} answer */
function passing(answer) {
  const wait = answer.headers.get("retry-after");
  const detail =
    answer.status === 429
      ? `Too many attempts: try again${wait ? ` in ${wait} seconds` : " later"}.`
      : "The API is not ready to sign anybody in: try again in a moment.";
  return { status: answer.status === 429 ? 429 : 503, detail };
}
