"use client";

import { usePathname } from "next/navigation";
import { PlaceLink } from "@/ui/place-link";

const PLACES = [
  { href: "/", label: "Products", within: ["/products"] },
  { href: "/orders", label: "Orders", within: ["/orders"] },
  { href: "/dashboard", label: "Dashboard", within: ["/dashboard"] },
  { href: "/imports", label: "Imports", within: ["/imports"] },
];

export function Navigation() {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="navigation">
      {PLACES.map(({ href, label, within }) => {
        const here = path === href || within.some((start) => path.startsWith(start));
        return (
          <PlaceLink
            key={href}
            href={href}
            aria-current={here ? "page" : undefined}
            className="navigation-link"
          >
            {label}
          </PlaceLink>
        );
      })}
    </nav>
  );
}
