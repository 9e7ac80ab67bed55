import { defineConfig } from 'vitest/config';
import { swiftshaderEnvironment } from './test/swiftshader/folder.mjs';

// the processes of the tests inherit it: libraries are looked for where a process was started with
Object.assign(process.env, swiftshaderEnvironment());

export default defineConfig({
  test: { include: ['test/**/*.test.ts', 'src/**/*.test.ts'], testTimeout: 60_000, pool: 'forks' },
});
