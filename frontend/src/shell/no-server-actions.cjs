/** Stands in for the router's part that calls server actions: this page has none, it writes to the API. */
exports.serverActionReducer = (state) => state;
