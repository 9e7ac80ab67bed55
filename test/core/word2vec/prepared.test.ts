import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { probeVectors } from '../../../src/core/data/vectors/probeVectors.ts';
import { readVectors } from '../../../src/core/data/vectors/readVectors.ts';
import { writeVectors } from '../../../src/core/data/vectors/writeVectors.ts';
import { prepareData } from '../../../src/core/text/prepare.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { trainedVectors, withTrainedVectors } from '../../../src/core/word2vec/trainedVectors.ts';
import { jsonLines, put, temporaryFolder } from '../text/helpers.ts';

const texts = ['the cat sat on the mat', 'the dog sat on the cat', 'a dog and a cat'];

async function configIn(folder: string): Promise<RunConfig> {
  const train = await put(
    join(folder, 'train.jsonl'),
    jsonLines(texts.map((text, i) => ({ id: `${i}`, text, labels: ['x'] }))),
  );
  return completeConfig({
    dataset: { train, validationFraction: 0 },
    embedding: { dim: 8, word2vec: true },
    output: { cacheFolder: join(folder, 'cache') },
    engine: { threads: 1 },
  });
}

test('vectors are trained once for a dataset and its settings, and of length 1 where asked for', async () => {
  const folder = await temporaryFolder();
  const config = await configIn(folder);
  const data = await prepareData(config);
  const phases = async (changed: RunConfig): Promise<string[]> => {
    const events: RunEvent[] = [];
    await trainedVectors(changed, data, { onEvent: (event) => events.push(event) });
    return events.flatMap((event) => (event.type === 'phase' ? event.phase : []));
  };
  expect(await phases(config)).toEqual(['word2vec']);
  expect(await phases(config)).toEqual([]);
  expect(await phases({ ...config, engine: { ...config.engine, threads: 2 } })).toEqual([]);
  expect(await phases({ ...config, word2vec: { ...config.word2vec, window: 3 } })).toEqual(['word2vec']);
  expect(await phases({ ...config, training: { ...config.training, seed: 2 } })).toEqual(['word2vec']);
  expect((await readdir(join(folder, 'cache'))).filter((name) => name.endsWith('.prepared'))).toHaveLength(4);

  const { pretrained } = await withTrainedVectors(config, data, {});
  const raw = await trainedVectors(config, data, {});
  const row = pretrained!.rows.subarray(16, 24);
  expect(row.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
  expect(raw.rows[16] / raw.rows[17]).toBeCloseTo(row[0] / row[1], 3);
  const off = { ...config, embedding: { ...config.embedding, word2vec: false } };
  expect(await withTrainedVectors(off, data, {})).toBe(data);
});

test('what is written is read again, bit by bit', async () => {
  const values = [1e-9, -0.1, 1 / 3, 123456.789, 3.4e38, 0, 1.17e-38, -2].map(Math.fround);
  const words = ['a', 'two words', 'größer', 'b'];
  const vector = (i: number) => Float32Array.from(values.slice(2 * i, 2 * i + 2));
  for (const form of ['binary', 'text'] as const) {
    const file = join(await temporaryFolder(), 'vectors');
    expect(await writeVectors(file, { words, vector, dim: 2 }, form)).toBe(3);
    const found: [string, number[]][] = [];
    const take = (word: string, read: Float32Array) => void found.push([word, [...read]]);
    const note = (finding: object) => expect(finding).toBeUndefined();
    const probed = probeVectors(file);
    expect(probed).toMatchObject({ form, dim: 2, count: 3 });
    await readVectors(probed, { wants: () => true, take, note });
    expect(found).toEqual([0, 2, 3].map((i) => [words[i], [...vector(i)]]));
  }
});
