import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { skipped } from '../tools.ts';
import { tensorflowEnvironment } from './folder.mjs';

// without a graphics adapter in software, which takes its time
const env: NodeJS.ProcessEnv = { ...tensorflowEnvironment(), VK_ICD_FILENAMES: '' };
const isThere =
  (existsSync('dist/cli.js') || !skipped('dist/cli.js (npm run build makes it)')) &&
  (env.XMLCNN_TENSORFLOW !== undefined || !skipped('native TensorFlow (test/tensorflow/setup.mjs)'));

it.skipIf(!isThere)('the built program runs TensorFlow with the JavaScript that it bundles', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', 'engines', '--json'], {
    env,
    encoding: 'utf8',
  });
  const { engines } = JSON.parse(stdout) as { engines: { name: string }[] };
  const version = expect.stringMatching(/^tfjs-node 4\.22\.0, TensorFlow [12]\./);
  expect(engines.find(({ name }) => name === 'tensorflow')).toMatchObject({ works: true, version });
  expect(stderr).not.toContain('tensorflow/core/platform'); // what TensorFlow says of itself
});
