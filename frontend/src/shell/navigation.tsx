"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useSession } from "@/session/provider";
import { mayDo, type Scope } from "@/session/session";

const PLACES: { href: string; label: string; within: string[]; scope?: Scope }[] = [
  { href: "/", label: "Products", within: ["/products"] },
  { href: "/orders", label: "Orders", within: ["/orders"], scope: "orders:read" },
  { href: "/dashboard", label: "Dashboard", within: ["/dashboard"] },
  { href: "/imports", label: "Imports", within: ["/imports"], scope: "imports:write" },
];

/** Visitors see every place, since signing in may open it; who is signed in sees where they may go. */
export function Navigation() {
  const { session } = useSession();
  const path = usePathname();
  return (
    <nav aria-label="Main" className="navigation">
      {PLACES.filter(({ scope }) => !session || !scope || mayDo(session, scope)).map(
        ({ href, label, within }) => {
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
        },
      )}
    </nav>
  );
}
