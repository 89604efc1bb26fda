"use client";

import { usePathname } from "next/navigation";
import { useSession } from "@/session/provider";
import { mayDo, type Scope } from "@/session/session";
import { PlaceLink } from "@/ui/place-link";

interface Place {
  href: string;
  label: string;
  within: string;
  icon: string;
  scope?: Scope;
}

const PLACES: readonly Place[] = [
  { href: "/", label: "Products", within: "/products", icon: "M3 5h14M3 10h14M3 15h9" },
  {
    href: "/orders",
    label: "Orders",
    within: "/orders",
    icon: "M2 6h10v8H2zM12 9h3l3 3v2h-6M5.5 14a1.5 1.5 0 1 0 .01 0M14.5 14a1.5 1.5 0 1 0 .01 0",
    scope: "orders:read",
  },
  { href: "/dashboard", label: "Dashboard", within: "/dashboard", icon: "M3 17h14M5 14v-4M10 14V5M15 14V8" },
  {
    href: "/imports",
    label: "Imports",
    within: "/imports",
    icon: "M10 3v9m-3.5-3.5L10 12l3.5-3.5M3 13v4h14v-4",
    scope: "imports:write",
  },
];

/** Visitors see every place, since signing in may open it; who is signed in sees where they may go. */
export function Navigation() {
  const { session } = useSession();
  const path = usePathname();
  const open = PLACES.filter(({ scope }) => !session || !scope || mayDo(session, scope));
  return (
    <nav aria-label="Main" className="navigation">
      {open.map(({ href, label, within, icon }) => (
        <PlaceLink
          key={href}
          href={href}
          aria-current={path === href || path.startsWith(within) ? "page" : undefined}
          className="navigation-link"
        >
          <svg aria-hidden viewBox="0 0 20 20" className="icon navigation-icon">
            <path d={icon} />
          </svg>
          {label}
        </PlaceLink>
      ))}
    </nav>
  );
}
