import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { PartialConfig } from '../../../src/core/config/presets.ts';
import { bitsAt, key32 } from '../../../src/core/base/random.ts';
import { prepareData } from '../../../src/core/text/prepare.ts';
import { trainWith } from '../../../src/core/training/trainer.ts';
import { reference } from '../training/setup.ts';

const topics = ['fish', 'fruit', 'bread', 'wine', 'salt', 'oil', 'tea'];

/** Texts of 0 to 17 words that name what they are about. */
export function texts(count: number, seed: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const length = i % 9 === 5 ? 0 : bitsAt(key32(seed, i), 0) % 18;
    return Array.from({ length }, (_, w) => {
      const drawn = bitsAt(key32(seed, i), w + 1);
      return drawn % 3 ? `filler${drawn % 23}x` : topics[drawn % topics.length];
    }).join(' ');
  });
}

function documents(count: number, seed: number): string {
  const lines = texts(count, seed).map((text, i) => {
    const labels = topics.filter((topic) => text.split(' ').includes(topic)).map((topic) => `about ${topic}`);
    return `${JSON.stringify({ id: `d${seed}-${i}`, text, labels: labels.length ? labels : ['nothing "much"'] })}\n`;
  });
  return lines.join('');
}

export interface TrainedRun {
  /** Run folder. */
  run: string;
  /** Files of the dataset. */
  train: string;
  test: string;
}

/** A small run with learnt weights in a new folder below `folder`. */
export async function trainedRun(
  folder: string,
  model: PartialConfig['model'] = {},
  changes: PartialConfig = {},
): Promise<TrainedRun> {
  const [train, test] = [join(folder, 'train.jsonl'), join(folder, 'test.jsonl')];
  await writeFile(train, documents(70, 1));
  await writeFile(test, documents(40, 2));
  const config = completeConfig({
    text: { maxLength: 15 },
    embedding: { dim: 6 },
    evaluation: { k: [1, 3], baselines: false },
    engine: { name: 'reference' },
    output: { folder: join(folder, 'runs'), name: 'run', cache: false },
    ...changes,
    model: { filterSizes: [2, 4], filters: 5, pools: 2, hidden: 7, padding: 'fit', ...model },
    dataset: { train, test, ...changes.dataset },
    training: { epochs: 4, batchSize: 8, learningRate: 0.05, patience: 0, ...changes.training },
  });
  const result = await trainWith(config, { onEvent: () => {} }, { prepare: prepareData, makeEngine: reference });
  return { run: result.folder, train, test };
}
