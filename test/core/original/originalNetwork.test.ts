/** Checkpoints that PyTorch 1.13.1 wrote (test/fixtures/original/torch): read, and answering as PyTorch does. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { createEngine } from '../../../src/core/engine/createEngine.ts';
import type { Batch } from '../../../src/core/engine/engine.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { readTorchCheckpoint, tensorFloats } from '../../../src/core/formats/torchCheckpoint.ts';
import { importOriginalRun } from '../../../src/core/original/importOriginalRun.ts';
import { originalNetwork } from '../../../src/core/original/originalNetwork.ts';
import { TorchStorage, TorchTensor } from '../../../src/core/formats/torchValues.ts';
import { engineOptions } from '../../../src/core/training/engineOptions.ts';
import { listRuns } from '../../../src/core/training/runListing.ts';
import { userError } from '../data/helpers.ts';

const torch = 'test/fixtures/original/torch';
const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-torch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answers {
  vocabulary: string[];
  /** Words as rows of the checkpoint's embedding. */
  documents: number[][];
  logits: number[][];
}
const answers = JSON.parse(readFileSync(`${torch}/answers.json`, 'utf8')) as Answers;
const { vocabulary, documents } = answers;

describe('tensors', () => {
  test.each(['legacy', 'zip'])('%s', async (form) => {
    const file = `${torch}/tensors-${form}.pt`;
    const { state } = await readTorchCheckpoint(file);
    const numbers = (name: string) => [...tensorFloats(state.get(name)!, file)];
    expect(state.get('transposed')?.shape).toEqual([4, 3]);
    expect(numbers('transposed')).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    expect(numbers('part')).toEqual([5, 6, 9, 10]);
    expect([numbers('half'), numbers('long'), numbers('scalar'), numbers('empty')]).toEqual([
      [0.5, -2],
      [3, -4],
      [1.5],
      [],
    ]);
    expect(numbers('brain')).toEqual([0.10009765625, Math.fround(-3.00405527047391e38)]);
    // a view that repeats its storage is larger than it
    expect(() => numbers('expanded')).toThrow('larger than its storage');
  });

  test('what is no checkpoint', async () => {
    const whole = await userError(readTorchCheckpoint(`${torch}/whole-model.pt`));
    expect([whole.code, whole.message]).toEqual(['refused-pickle', expect.stringContaining('__main__.Network')]);
    expect((await userError(readTorchCheckpoint('test/fixtures/original/rcv-py3-p2.p'))).code).toBe('not-torch');
    expect((await userError(readTorchCheckpoint('test/fixtures/original/rcv/x_train.npz'))).code).toBe('not-torch');
  });
});

describe('the network', () => {
  test.each([
    ['legacy', 'reference'],
    ['zip', 'reference'],
    ['parallel', 'wasm'],
    ['zip', 'wasm'],
  ] as const)('%s on %s answers as PyTorch does', async (form, engineName) => {
    const file = `${torch}/${form}.pt`;
    const { state, epoch } = await readTorchCheckpoint(file);
    expect(epoch).toBe(form === 'parallel' ? undefined : 17);
    const { shape, weights, words, unused } = originalNetwork(state, vocabulary, file);
    expect(shape).toMatchObject({
      filterSizes: [2, 4, 8],
      filters: 3,
      hidden: 6,
      labels: 4,
      dim: 5,
      maxLength: 20,
      pooling: 'seed',
    });
    expect(words).toEqual(['<pad>', '<unk>', 'the', 'wheat', "n't", 'coffee', '(', '<GO/>', '<END/>']);
    expect(unused.every((name) => name.includes('bn_'))).toBe(true);
    const engine = await createEngine(engineName, {
      ...engineOptions(completeConfig({ dataset: { train: '' } }), shape),
      threads: 1,
    });
    await engine.writeWeights(weights);
    const rows = documents.map((document) => document.map((row) => idOf(row)));
    const logits: number[][] = [];
    await engine.logits(batchOf(rows), (i, values) => (logits[i] = [...values]));
    await engine.dispose();
    const error = Math.max(
      ...logits.flatMap((row, i) => row.map((value, l) => Math.abs(value - answers.logits[i][l]))),
    );
    expect(error).toBeLessThan(1e-4);
    expect(Math.max(...answers.logits.flat().map(Math.abs))).toBeGreaterThan(0.1); // there is something to compare
  });

  test('a length is checked, and a word that no window reaches may be there', async () => {
    const { state } = await readTorchCheckpoint(`${torch}/zip.pt`);
    expect(originalNetwork(state, vocabulary, 'x', 21).shape.maxLength).toBe(21);
    const refused = (work: () => unknown) => userError(Promise.resolve().then(work));
    expect((await refused(() => originalNetwork(state, vocabulary, 'x', 22))).code).toBe('not-seed-network');
    expect((await refused(() => originalNetwork(state, ['a'], 'x'))).code).toBe('vocabulary-differs');
    // layers that are views of one another would make much memory of a small file
    const shared = new Map(
      [...state].map(([name, tensor]) => [name, name.endsWith('fin_layer.weight') ? viewOf(tensor) : tensor]),
    );
    expect((await refused(() => originalNetwork(shared, vocabulary, 'x'))).message).toContain('share their weights');
    const renamed = (from: RegExp, to: string) =>
      new Map([...state].map(([name, tensor]) => [name.replace(from, to), tensor]));
    expect(originalNetwork(renamed(/classifier\.out_layer/, 'classifier.l1'), vocabulary, 'x').shape.labels).toBe(4);
    const twice = new Map([
      ...renamed(/classifier\.out_layer/, 'classifier.l1'),
      ...renamed(/classifier\.out_layer/, 'classifier.l2'),
    ]);
    expect((await refused(() => originalNetwork(twice, vocabulary, 'x'))).message).toContain('two hidden layers');
  });
});

test('a run of a checkpoint predicts', async () => {
  const run = join(folder, 'old');
  await importOriginalRun(`${torch}/legacy.pt`, { run, vocabulary: `${torch}/vocab.npy` });
  const [listing] = await listRuns(folder);
  expect([listing.name, listing.status, listing.epochs]).toEqual(['old', 'finished', 17]);
  const predictor = await loadPredictor(run, { threads: 1 });
  const text = documents[2].map((row) => vocabulary[row].replace('<UNK/>', 'zebra').replace('\\(', '(')).join(' ');
  const [prediction] = await predictor.predict([text], { top: 4 });
  await predictor.dispose();
  expect([prediction.words, prediction.unknownWords]).toEqual([7, 1]);
  const expected = answers.logits[2].map((z) => 1 / (1 + Math.exp(-z)));
  for (const { name, probability } of prediction.labels) expect(probability).toBeCloseTo(expected[Number(name)], 4);
  expect((await userError(importOriginalRun(`${torch}/zip.pt`, { run, vocabulary: `${torch}/vocab.npy` }))).code).toBe(
    'run-exists',
  );
});

/** The same numbers as if their storage were smaller than they are. */
const viewOf = (tensor: TorchTensor): TorchTensor =>
  new TorchTensor(new TorchStorage('view', tensor.storage.dtype, 1), 0, tensor.shape, tensor.strides);

/** The id here of a row of the checkpoint. */
function idOf(row: number): number {
  const word = vocabulary[row];
  const others = vocabulary.filter((other) => !['<PAD/>', '<UNK/>'].includes(other));
  return word === '<PAD/>' ? 0 : word === '<UNK/>' ? 1 : others.indexOf(word) + 2;
}

function batchOf(rows: number[][]): Batch {
  const wordStarts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => (wordStarts[i + 1] = wordStarts[i] + row.length));
  return {
    size: rows.length,
    words: Int32Array.from(rows.flat()),
    wordStarts,
    labels: new Int32Array(0),
    labelStarts: new Int32Array(rows.length + 1),
  };
}
