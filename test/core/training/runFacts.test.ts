import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasSameData, readRunFacts } from '../../../src/core/training/runListing.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { temporaryFolders } from './folder.ts';
import { makeConfig, run } from './setup.ts';

const newFolder = temporaryFolders();

test('facts of a finished run, and of one that has its checkpoint alone', async () => {
  const folder = await newFolder();
  const config = makeConfig(folder);
  const { result } = await run(config);
  const facts = await readRunFacts(result.folder);
  const { labels, vocabulary } = result.summary!;
  expect(facts).toMatchObject({ labels, vocabulary });
  const paths = runPaths(result.folder);
  const log = (await readFile(paths.metrics, 'utf8')).trimEnd().split('\n');
  const lines = log.map((line) => JSON.parse(line) as { type: string; epochSeconds: number });
  const seconds = lines.flatMap(({ type, epochSeconds }) => (type === 'epoch' ? [epochSeconds] : []));
  expect(seconds).toHaveLength(config.training.epochs);
  expect(facts.epochSeconds).toBeCloseTo(seconds.reduce((a, b) => a + b, 0) / seconds.length);
  expect(hasSameData(facts.config, config)).toBe(true);
  await rm(paths.summary);
  expect(await readRunFacts(result.folder)).toMatchObject({ labels, vocabulary });
  await rm(paths.checkpoints, { recursive: true });
  await rm(paths.metrics);
  const { labels: none, epochSeconds } = await readRunFacts(result.folder);
  expect([none, epochSeconds]).toEqual([undefined, undefined]);
});

test('other documents, other words or another draw are other data; another network is not', () => {
  const config = makeConfig('/d');
  const same = { ...config, model: { ...config.model, filters: 99 } };
  expect(hasSameData(config, same)).toBe(true);
  for (const other of [
    { ...config, dataset: { ...config.dataset, train: join('/d', 'other.jsonl') } },
    { ...config, text: { ...config.text, lowercase: false } },
    { ...config, training: { ...config.training, seed: 2 } },
  ])
    expect(hasSameData(config, other)).toBe(false);
});
