/** A page's own scripts, as Next writes them (but not those for old browsers), and what it says of them beforehand. */
const SCRIPT = /<script src="(\/_next\/static\/[^"]+\.js)"(?![^>]*noModule)([^>]*)><\/script>/g;
const PRELOAD = /<link rel="preload" as="script"[^>]*>/g;

/**
 * In the page: ask for the scripts when the first frame has been drawn. Where there are no frames, since nobody looks at the
 * page or its style sheets do not come, it happens all the same.
 * @param {[string, string][]} scripts their addresses and ids
 */
function askLater(scripts) {
  const ask = () => {
    const [address = "", id = ""] = scripts.shift() ?? [];
    if (!address) return;
    const script = document.createElement("script");
    script.setAttribute("async", "");
    script.src = address;
    if (id) script.id = id;
    document.head.append(script);
    // Each in a task of its own: asking waits for the browser's other processes.
    setTimeout(ask);
  };
  if (document.visibilityState !== "visible") return ask();
  requestAnimationFrame(() => setTimeout(ask));
  setTimeout(ask, 2_000);
}

/**
 * The page with its scripts put off until it has been drawn. They make up nine tenths of its bytes, and compiling them
 * keeps a phone busy just when it lays the page out, which needs none of them.
 * @param {string} html
 */
export function afterFirstPaint(html) {
  /** @type {[string, string][]} */
  const scripts = [];
  let nonce = "";
  const without = html.replace(PRELOAD, "").replace(SCRIPT, (_, address, attributes) => {
    nonce ||= /nonce="([^"]+)"/.exec(attributes)?.[1] ?? "";
    const known = scripts.some(([one]) => one === address);
    if (!known) scripts.push([address, /id="([^"]+)"/.exec(attributes)?.[1] ?? ""]);
    return "";
  });
  if (scripts.length === 0) return html;
  const asking = `<script nonce="${nonce}">(${askLater})(${JSON.stringify(scripts)})</script>`;
  return without.replace("</head>", () => `${asking}</head>`);
}
