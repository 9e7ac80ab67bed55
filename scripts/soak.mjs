// npm run soak: what takes hours. About a million mutated inputs, 200 SIGKILLs, a drive that fails, then work in a loop while memory is watched.
//   node scripts/soak.mjs [--hours H]     length of the loop, 2 by default
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { hours } = parseArgs({ options: { hours: { type: 'string', default: '2' } } }).values;

function run(title, args, env = {}) {
  console.log(`\n== ${title}`);
  const started = Date.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  console.log(`${status === 0 ? 'passed' : 'FAILED'} after ${Math.round((Date.now() - started) / 1000)} s`);
  return status === 0;
}

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--testTimeout', '36000000'];
const loop = 'node_modules/.cache/xmlcnn-soak.mjs';
await build({
  entryPoints: ['test/soak/loop.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outfile: loop,
});
const passed = [
  run('a million mutated inputs', [...vitest, 'test/fuzz'], {
    XMLCNN_FUZZ: '30',
    XMLCNN_FUZZ_SEED: String(Date.now() % 1e9),
  }),
  run('SIGKILL at 200 random moments', [...vitest, 'test/faults/sigkill.test.ts'], { XMLCNN_KILLS: '200' }),
  run('a drive that fails, everywhere once', [...vitest, 'test/faults/failingDisk.test.ts'], { XMLCNN_FAULTS: 'all' }),
  run(`${hours} hours of train, predict, inspect`, ['--expose-gc', loop, hours]),
];
process.exitCode = passed.every(Boolean) ? 0 : 1;
