/**
 * Stands in for Next's `app-bootstrap`. That runs React, the router and the page's own modules in one task, which a phone
 * feels as a page that does not answer. Here each is a task of its own, and what somebody does meanwhile comes in between.
 */
const steps = [
  () => require("react-dom/client"),
  () => require("next/dist/client/components/app-router"),
  () => require("next/dist/client/app-call-server"),
];

// Next's own modules look for this.
window.next = { version: "", appDir: true };

exports.appBootstrap = (hydrate) => {
  const go = () => {
    const step = steps.shift();
    if (!step) return hydrate();
    withoutStacks(step);
    setTimeout(go);
  };
  setTimeout(go);
};

/**
 * React makes errors when it is loaded, which it may throw later. For the stack of each, V8 looks where in the file it
 * is, and parses all of the module for that a second time: a third of what React's start costs. Nobody reads these.
 */
function withoutStacks(step) {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = undefined;
  try {
    step();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
