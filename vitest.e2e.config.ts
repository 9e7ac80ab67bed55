import { defineConfig } from 'vitest/config';

/** The suite in the real workbench: two files at once, for each has a server and a browser of its own and waits for them now and then. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts', 'test/exthost/**/*.e2e.ts'],
    globalSetup: 'test/workbench/globalSetup.ts',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
