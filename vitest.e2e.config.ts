import { defineConfig } from 'vitest/config';

/**
 * The suite in the real workbench: two files at a time, each with a server and a browser of its own, for a file leaves a core idle for half
 * of its time. An editor that was too busy for a click gets a second try, which the report names.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts', 'test/exthost/**/*.e2e.ts'],
    globalSetup: 'test/workbench/globalSetup.ts',
    maxWorkers: 2,
    retry: 1,
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
