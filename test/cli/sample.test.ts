import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findWordnet, type GlossDocument } from '../../src/cli/wordnet/wordnetDataset.ts';
import { buildSample } from '../../src/cli/wordnet/sampleDataset.ts';
import { parseNouns } from '../../src/cli/wordnet/synsets.ts';

const file = (name: string): string => join('examples/glosses', name);
const read = (name: string): GlossDocument[] =>
  readFileSync(file(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as GlossDocument);

it('is in the repository as it is made from WordNet, with its licence', () => {
  const { licence, synsets } = parseNouns(readFileSync(join(findWordnet(), 'data.noun'), 'utf8'));
  const sample = buildSample(synsets);
  expect(read('train.jsonl')).toEqual(sample.train);
  expect(read('test.jsonl')).toEqual(sample.test);
  expect(readFileSync(file('LICENSE-WordNet.txt'), 'utf8')).toBe(licence);
});

it('is small, has labels for every document, and none that is in test alone', () => {
  const train = read('train.jsonl');
  const test = read('test.jsonl');
  const ids = new Set([...train, ...test].map(({ id }) => id));
  expect(ids.size).toBe(train.length + test.length);
  const counts = new Map<string, number>();
  for (const { labels } of train) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  expect(counts.size).toBe(58);
  expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(10);
  for (const { text, labels } of [...train, ...test]) {
    expect(text).not.toBe('');
    expect(labels.length).toBeGreaterThan(0);
    for (const label of labels) expect(counts.has(label), label).toBe(true);
  }
  expect(statSync(file('train.jsonl')).size + statSync(file('test.jsonl')).size).toBeLessThan(1e6);
});
