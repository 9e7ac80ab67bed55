import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inversePropensity } from '../../../src/core/metrics/ranking.ts';
import { labelWeights } from '../../../src/core/training/labelWeights.ts';
import { makeConfig, run, tensorsOf } from './setup.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';

const labels = (trainCounts: number[], outputs = trainCounts.length) => ({
  trainCounts,
  outputs,
  trainDocuments: 1000,
  names: trainCounts.map(String),
  display: [],
});
const weights = (by: 'none' | 'inverse-frequency' | 'propensity', trainCounts: number[], outputs?: number) =>
  labelWeights(makeConfig('runs', { labelWeights: by }), labels(trainCounts, outputs));

it('are 1 over the frequency, with a mean of 1 over the pairs of a document and its label', () => {
  // 60 + 30 + 10 = 100 pairs of 3 labels: 100 / (3 n)
  const found = weights('inverse-frequency', [60, 30, 10])!;
  expect([...found].map((w) => w.toFixed(4))).toEqual(['0.5556', '1.1111', '3.3333']);
  expect((60 * found[0] + 30 * found[1] + 10 * found[2]) / 100).toBeCloseTo(1, 6);
});

it('are cut to 0.1 and 10, and 1 for an output without documents; labels of other splits have none', () => {
  const found = weights('inverse-frequency', [9000, 50, 0, 1, 7], 4)!;
  expect(found).toHaveLength(4);
  expect(found[0]).toBeCloseTo(9051 / 3 / 9000, 4);
  expect([found[2], found[3]]).toEqual([1, 10]);
  const rare = Array.from({ length: 999 }, () => 1);
  expect(weights('inverse-frequency', [99_999, ...rare])![0]).toBe(Math.fround(0.1));
});

it('are the inverse propensities, scaled alike', () => {
  const counts = [600, 30, 2];
  const raw = inversePropensity(counts, 1000);
  const mean = (600 * raw[0] + 30 * raw[1] + 2 * raw[2]) / 632;
  expect([...weights('propensity', counts)!]).toEqual([...raw].map((w) => Math.fround(w / mean)));
});

it('are none where none are asked for', () => expect(weights('none', [5, 1])).toBeUndefined());

it('change what a network learns, and belong to what a run cannot be resumed without', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-weights-'));
  try {
    const trained = async (name: string, by: 'none' | 'propensity') => {
      const config = makeConfig(folder, { labelWeights: by, epochs: 2 });
      const { result } = await run({ ...config, output: { ...config.output, name } });
      return result;
    };
    const [plain, weighted] = [await trained('plain', 'none'), await trained('weighted', 'propensity')];
    const of = ({ folder: at }: typeof plain) => tensorsOf(runPaths(at).checkpoint('best'));
    expect(await of(plain)).not.toEqual(await of(weighted));
    const again = makeConfig(folder, { labelWeights: 'none', epochs: 2 });
    const resumed = run(again, { resume: weighted.folder });
    await expect(resumed).rejects.toMatchObject({ code: 'resume-config-differs' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
