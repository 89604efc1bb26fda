"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

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
          <Link
            key={href}
            href={href}
            prefetch={false}
            aria-current={here ? "page" : undefined}
            className="navigation-link"
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
