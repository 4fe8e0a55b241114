import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** A running district. Everything that is not a page of the consoles goes there, its first page too: all share one origin. */
const district = process.env.GONGSHU_SERVER ?? "http://127.0.0.1:8080";
const proxy = Object.fromEntries(
  ["/api", "/log", "/healthz", "/readyz", "^/$", "/assets/page.css"].map((path) => [path, { target: district }]),
);

/** What the built pages may do, as the platform sends it. No inline script or style, nobody else's anything. */
const policy = readFileSync(new URL("../crates/console/src/policy.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .join("; ");

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  server: { proxy },
  preview: {
    proxy,
    headers: {
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  },
  build: { target: "es2022", manifest: true, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
