import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { engineOfBuild } from '../../../src/core/engine/engines/chooseEngine.ts';
import { openTensorflow } from '../../../src/core/engine/engines/tensorflow.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'xmlcnn-tensorflow-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openTensorflow({ XMLCNN_TENSORFLOW: folder });

function writePackage(name: string): string {
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '4.22.0' }));
  return place;
}

it('tells an absent package from one without its add-on, and from an add-on that fails', async () => {
  await expect(open()).rejects.toMatchObject({ problem: 'absent', code: 'engine-unavailable' });
  const place = writePackage('@tensorflow/tfjs-node');
  await expect(open()).rejects.toMatchObject({ problem: 'no-add-on' });
  const lib = join(place, 'lib', `napi-v${Math.min(8, Number(process.versions.napi))}`);
  mkdirSync(lib, { recursive: true });
  writeFileSync(join(lib, 'tfjs_binding.node'), 'no library');
  await expect(open()).rejects.toMatchObject({ problem: 'add-on-fails' });
});

it('takes the package for graphics cards where it is there', async () => {
  writePackage('@tensorflow/tfjs-node');
  writePackage('@tensorflow/tfjs-node-gpu');
  await expect(open()).rejects.toThrow('@tensorflow/tfjs-node-gpu 4.22.0');
});

it('knows the engine of a build', () => {
  expect(engineOfBuild('wasm simd, x64, some processor')).toBe('wasm');
  expect(engineOfBuild('tfjs 4.22.0, webgpu 0.6.2, some adapter')).toBe('webgpu');
  expect(engineOfBuild('tfjs-node 4.22.0, TensorFlow 2.9.1, x64')).toBe('tensorflow');
  expect(engineOfBuild('reference')).toBe('reference');
});
