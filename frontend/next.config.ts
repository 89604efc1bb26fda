import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  turbopack: {
    root: import.meta.dirname,
    // What Next brings along and no browser of this page needs.
    resolveAlias: {
      "../build/polyfills/polyfill-module": "./src/shell/no-polyfills.ts",
      "next/dist/compiled/process": "./src/shell/no-process.cjs",
      "./builtin/global-error": "./src/app/global-error.tsx",
      "../components/builtin/global-error": "./src/app/global-error.tsx",
      "./reducers/server-action-reducer": "./src/shell/no-server-actions.cjs",
      "./app-bootstrap": "./src/shell/start-in-steps.cjs",
      // The same parsers twice: the browser has them already with the hooks.
      "nuqs/server": { browser: "nuqs" },
    },
  },
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run lint` checks the types, once for all builds.
  typescript: { ignoreBuildErrors: true },
  experimental: {
    // Few large files: together they compress better than apart, and a phone asks for them in one round.
    turbopackChunking: { requestCost: 2_000_000, minChunkSize: 500_000, maxMergeChunkSize: 2_000_000 },
  },
};

export default config;
