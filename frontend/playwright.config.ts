import { defineConfig } from "@playwright/test";

/**
 * Tests of the page as it runs. They need a running Catalogue: BASE_URL is the page's address, and CHROMIUM the
 * browser's program (Playwright's own, when it is empty). `make web-test` provides both.
 */
export default defineConfig({
  testDir: "tests",
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: process.env.BASE_URL ?? "http://127.0.0.1:3000",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM || undefined,
      // Hidden scrollbars would leave the thumb untested.
      ignoreDefaultArgs: ["--hide-scrollbars"],
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
