/** Stands in for an imitation of Node's `process` in the browser, of which Next reads `env` alone. */
module.exports = { env: {} };
