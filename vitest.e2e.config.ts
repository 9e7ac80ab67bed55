import { defineConfig } from 'vitest/config';

/** Files that train, or read what fills the memory: beside another editor they miss the moments that they look for. */
const busy = [
  'test/e2e/{04-train,05-runs-view,11-large-dataset,12-engines,16-models}.e2e.ts',
  'test/exthost/**/*.e2e.ts',
];
const common = {
  retry: 2,
  testTimeout: 300_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000, interval: 100 } },
} as const;

/**
 * The suite in the real workbench: two files at a time, for one editor waits more than it computes; those that are busy alone.
 * An editor that was too busy for a click gets two more tries, which the report names.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/workbench/globalSetup.ts',
    projects: [
      {
        test: {
          ...common,
          name: 'paired',
          include: ['test/e2e/**/*.e2e.ts'],
          exclude: busy,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: 'alone', include: busy, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
