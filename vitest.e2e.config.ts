import { defineConfig } from 'vitest/config';

/**
 * The suite in the real workbench: one file after the other, for the server and the browser of each keep two cores busy. An editor that was
 * too busy for a click gets a second try, which the report names.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts', 'test/exthost/**/*.e2e.ts'],
    globalSetup: 'test/workbench/globalSetup.ts',
    fileParallelism: false,
    retry: 1,
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
