import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Meter } from "@/meter/meter";
import { isSignedIn } from "@/server/caller";
import { Header } from "@/shell/header";
import { OfflineBanner } from "@/shell/offline-banner";
import { Providers } from "@/shell/providers";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Catalogue", template: "%s · Catalogue" },
  description: "Scroll, filter and jump through every product as if they were all there.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbfbf9" },
    { media: "(prefers-color-scheme: dark)", color: "#15181a" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get("theme")?.value;
  return (
    <html lang="en" data-theme={theme === "dark" || theme === "light" ? theme : undefined}>
      <body>
        <Providers>
          <Header signedIn={await isSignedIn()} />
          <OfflineBanner />
          <main id="content" tabIndex={-1}>
            {children}
          </main>
          <Meter />
        </Providers>
      </body>
    </html>
  );
}
