/** @typedef {import("./session.mjs").Session} Session */

/** How long a renewed session's predecessor still serves, once the browser has shown the new one. */
const GRACE_MS = 60_000;
const KEPT = 10_000;

/**
 * Renews access tokens with refresh tokens, which serve once: showing one twice ends the login. However many
 * requests of however many tabs ask at a time, one renewal is made for all of them; and since an answer with a new
 * cookie may never reach its browser, the old cookie leads to the new tokens until the browser has shown those.
 */
export class Renewals {
  /** @param {(session: Session) => Promise<Session | null>} renew null when the login has ended */
  constructor(renew) {
    this.renew = renew;
    /** @type {Map<string, Promise<Session | null>>} by used refresh token */
    this.renewed = new Map();
    /** @type {Map<string, string>} the used refresh token that led to a new one */
    this.before = new Map();
  }

  /**
   * The session as it stands now; null when it has ended. Rejects when the API cannot be asked.
   * @param {Session} session
   * @returns {Promise<Session | null>}
   */
  async current(session) {
    this.#arrived(session.refresh ?? "");
    /** @type {Session | null} */
    let latest = session;
    while (latest?.refresh && this.#isStale(latest)) latest = await this.#renewal(latest, latest.refresh);
    return latest;
  }

  /** @param {Session} session */
  #isStale({ refresh, renewAt }) {
    return this.renewed.has(refresh ?? "") || (renewAt ?? 0) < Date.now();
  }

  /**
   * @param {Session} session
   * @param {string} used
   */
  #renewal(session, used) {
    const known = this.renewed.get(used);
    if (known) return known;
    const pending = this.renew(session);
    this.renewed.set(used, pending);
    pending.then(
      (next) => next?.refresh && this.before.set(next.refresh, used),
      () => this.renewed.delete(used),
    );
    forgetOldest(this.renewed);
    forgetOldest(this.before);
    return pending;
  }

  /** @param {string} refresh */
  #arrived(refresh) {
    const used = this.before.get(refresh);
    if (used === undefined) return;
    this.before.delete(refresh);
    setTimeout(() => this.renewed.delete(used), GRACE_MS).unref();
  }
}

/** @param {Map<string, unknown>} kept */
function forgetOldest(kept) {
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) return;
    kept.delete(oldest);
  }
}
