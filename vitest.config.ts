import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { swiftshaderEnvironment } from './test/swiftshader/folder.mjs';

// the processes of the tests inherit it: libraries are looked for where a process was started with
Object.assign(process.env, swiftshaderEnvironment(), {
  XMLCNN_MACHINE: join(tmpdir(), 'xmlcnn-machine-of-tests.json'),
});

/** Tests that keep every core busy by themselves: two of them at a time are no faster, and miss their limits. */
const ofThreads = [
  'test/{bench,runner,tensorflow}/**/*.test.ts',
  'test/cli/!(inspectData).test.ts',
  'test/core/{engine,export,linear,original,predict,training,word2vec}/**/*.test.ts',
  'test/library.test.ts',
];
const common = { testTimeout: 60_000, pool: 'forks' } as const;

export default defineConfig({
  test: {
    globalSetup: 'test/machineSpeed.ts',
    projects: [
      {
        test: {
          ...common,
          name: 'paired',
          include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
          exclude: ofThreads,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: 'alone', include: ofThreads, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
