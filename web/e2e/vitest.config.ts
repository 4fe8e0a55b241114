import { defineConfig } from "vitest/config";

/** One browser, one district: the files run one after another. */
export default defineConfig({
  // The test runner has a BASE_URL of its own in the tests' environment; ours is read here, before it is covered.
  test: {
    env: { CONSOLES: process.env.BASE_URL ?? "http://127.0.0.1:4173" },
    include: ["e2e/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
