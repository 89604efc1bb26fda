"use client";

const YEAR_SECONDS = 31_536_000;

/** Light or dark, other than the system says; kept in a cookie, so that the server's HTML has it already. */
export function ThemeToggle() {
  const toggle = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser
    document.cookie = `theme=${root.dataset.theme};path=/;max-age=${YEAR_SECONDS};samesite=lax`;
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label="Switch between light and dark"
      title="Light or dark"
      onClick={toggle}
    >
      <svg aria-hidden viewBox="0 0 20 20" className="icon">
        <path d="M10 3a7 7 0 1 0 0 14z" fill="currentColor" />
        <path d="M10 3a7 7 0 0 1 0 14" />
      </svg>
    </button>
  );
}
