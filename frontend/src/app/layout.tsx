import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Meter } from "@/meter/meter";
import { currentSession, isPhone } from "@/server/caller";
import { EndedBanner } from "@/session/ended-banner";
import { SignIn } from "@/session/sign-in";
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
        <Providers session={await currentSession()} phone={await isPhone()}>
          <Header />
          <OfflineBanner />
          <EndedBanner />
          <main id="content" tabIndex={-1}>
            {children}
          </main>
          <Meter />
          <SignIn keyFile={process.env.ADMIN_KEY_FILE ?? ""} />
        </Providers>
      </body>
    </html>
  );
}
