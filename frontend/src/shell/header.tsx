import { Account } from "@/session/account";
import { PlaceLink } from "@/ui/place-link";
import { LiveMark } from "./live-mark";
import { Navigation } from "./navigation";
import { ThemeToggle } from "./theme-toggle";

export function Header() {
  return (
    <header className="header">
      <a href="#content" className="skip-link">
        Skip to the content
      </a>
      <PlaceLink href="/" className="brand" aria-label="Catalogue: the first page">
        <svg aria-hidden viewBox="0 0 28 28" className="brand-mark">
          <path d="M6 7.5h16M6 12h16M6 16.5h10M6 21h13" />
        </svg>
        <span>Catalogue</span>
      </PlaceLink>
      <Navigation />
      <div className="header-space" />
      <LiveMark />
      <ThemeToggle />
      <Account />
    </header>
  );
}
