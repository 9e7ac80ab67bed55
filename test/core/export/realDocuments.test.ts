/** Exported models on real texts, in batches of documents of all lengths. */
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { exportModel } from '../../../src/core/export/exportModel.ts';
import { train } from '../../../src/core/training/trainer.ts';
import { skipped } from '../../tools.ts';
import { temporaryFolders } from '../training/folder.ts';
import { expectSame, table } from './cases.ts';
import { predicted, wordIdsOf } from './exported.ts';
import { onnxRuntimes } from './onnxRuntime.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const newFolder = temporaryFolders(afterAll);
const runtimes = await onnxRuntimes();
const batchSize = 16;

interface Example {
  title?: string;
  text: string;
}
const reuters = resolve('../shared/data/reuters21578-r90');
const unpack = (file: string): string => execFileSync('xz', ['-dc', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
const glosses = (split: string): Promise<string> => readFile(`examples/glosses/${split}.jsonl`, 'utf8');

const sets: [name: string, read: (split: string) => Promise<string>][] = [['WordNet glosses', glosses]];
if (existsSync(reuters)) sets.push(['Reuters', async (split) => unpack(join(reuters, `${split}.jsonl.xz`))]);
else skipped(reuters);

describe.each(sets)('a model trained on %s', (_, read) => {
  let run: string;
  let documents: string[];
  let expected: number[][];

  beforeAll(async () => {
    const folder = await newFolder();
    for (const split of ['train', 'test']) {
      const lines = (await read(split)).split('\n').slice(0, split === 'train' ? 1500 : 60);
      await writeFile(join(folder, `${split}.jsonl`), lines.join('\n'));
    }
    const config = completeConfig({
      dataset: { train: join(folder, 'train.jsonl') },
      embedding: { dim: 24 },
      model: { filterSizes: [2, 4, 8], filters: 16, pools: 2, hidden: 32 },
      training: { epochs: 1, learningRate: 5e-3 },
      evaluation: { baselines: false },
      engine: { name: 'wasm' },
      output: { folder: join(folder, 'runs'), cache: false },
    });
    run = (await train(config, { onEvent: () => {} })).folder;
    const lines = (await readFile(join(folder, 'test.jsonl'), 'utf8')).split('\n').filter(Boolean);
    documents = lines.map((line) => JSON.parse(line) as Example).map(({ title = '', text }) => `${title}\n${text}`);
    expected = await predicted(run, documents);
    expect(new Set(documents.map(({ length }) => length)).size).toBeGreaterThan(20);
    expect(Math.max(...expected.flat()) - Math.min(...expected.flat())).toBeGreaterThan(0.2);
  });

  /** Compares batch by batch. */
  async function compare(
    folder: string,
    score: (ids: number[], rows: number, columns: number) => Promise<ArrayLike<number>>,
  ): Promise<void> {
    const words = await wordIdsOf(folder, documents);
    for (let from = 0; from < words.length; from += batchSize) {
      const { rows, columns, ids } = table(words.slice(from, from + batchSize));
      expectSame(await score(ids, rows, columns), expected.slice(from, from + batchSize).flat(), 1e-4);
    }
  }

  it.each(runtimes)('gives the same as ONNX in %s', async (_, open) => {
    const { folder } = await exportModel(run, { format: 'onnx' });
    await compare(folder, await open(await readFile(join(folder, 'model.onnx'))));
  });

  it('gives the same as a graph model of TensorFlow.js', async () => {
    await tf.setBackend('cpu');
    const { folder } = await exportModel(run, { format: 'tfjs' });
    const model = await loadGraphModel(await filesOf(folder));
    await compare(folder, async (ids, rows, columns) => {
      const output = model.predict(tf.tensor2d(ids, [rows, columns], 'int32')) as tf.Tensor;
      return output.data();
    });
    model.dispose();
  });
});

/** A model as the converter's own loader for files makes it. */
async function filesOf(folder: string): Promise<tf.io.IOHandler> {
  const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
  const artifacts = await tf.io.getModelArtifactsForJSON(json, async (manifest) => {
    const shards = await Promise.all(
      manifest.flatMap(({ paths }) => paths).map((path) => readFile(join(folder, path))),
    );
    const bytes = Buffer.concat(shards);
    return [tf.io.getWeightSpecs(manifest), bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)];
  });
  return { load: async () => artifacts };
}
