import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tfidfKnnBaseline } from '../../../src/core/metrics/baselines.ts';
import { corpusOf } from './naive.ts';

const data = new URL('../../../../shared/data/', import.meta.url).pathname;

interface Example {
  text: string;
  labels: string[];
}

function reuters(split: string): Example[] {
  const text = execFileSync('xz', ['-dc', `${data}reuters21578-r90/${split}.jsonl.xz`], {
    maxBuffer: 1 << 28,
  }).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const { title, text, labels } = JSON.parse(line) as { title: string; text: string; labels: string[] };
      return { text: `${title}\n${text}`, labels };
    });
}

function cooking(split: string): Example[] {
  const lines = readFileSync(`${data}cooking/cooking.${split}`, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const words = line.split(/\s+/);
    return {
      text: words.filter((w) => !w.startsWith('__label__')).join(' '),
      labels: words.filter((w) => w.startsWith('__label__')),
    };
  });
}

/** Words of letters, marks and digits, pure numbers left out: as the product's default. */
const wordsIn = (text: string) =>
  (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).filter((w) => !/^\p{N}+$/u.test(w));

function encode(train: Example[], test: Example[]) {
  const [words, labels] = [new Map<string, number>(), new Map<string, number>()];
  const idOf = (map: Map<string, number>, key: string, first: number) => {
    if (!map.has(key)) map.set(key, map.size + first);
    return map.get(key)!;
  };
  const encoded = [train, test].map((examples) =>
    corpusOf(
      examples.map(({ text }) => wordsIn(text).map((w) => idOf(words, w, 2))),
      examples.map((e) => [...new Set(e.labels)].map((l) => idOf(labels, l, 0)).sort((a, b) => a - b)),
    ),
  );
  return { train: encoded[0], test: encoded[1], labelCount: labels.size };
}

/** Published figures of this baseline, from the notes that come with the data. */
describe.each([
  {
    folder: 'reuters21578-r90',
    load: () => encode(reuters('train'), reuters('test')),
    figures: { 'P@1': 0.893, 'P@3': 0.364, 'P@5': 0.228, microF1: 0.816 },
  },
  {
    folder: 'cooking',
    load: () => encode(cooking('train'), cooking('valid')),
    figures: { 'P@1': 0.625, 'P@3': 0.392, 'P@5': 0.273 },
  },
])('TF-IDF 20-NN on $folder', ({ folder, load, figures }) => {
  it('reaches the known figures', async (context) => {
    if (!existsSync(data + folder)) {
      console.log(`skipped: ${folder} not found`);
      context.skip();
    }
    const { train, test, labelCount } = load();
    const { metrics } = await tfidfKnnBaseline(train, test, { labelCount, ks: [1, 3, 5] });
    for (const [name, value] of Object.entries(figures))
      expect(Math.abs(metrics[name] - value), `${name} = ${metrics[name]}`).toBeLessThan(0.004);
  });
});
