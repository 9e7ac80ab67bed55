import { describe, expect, it } from 'vitest';
import { labelFrequencyBaseline, tfidfKnnBaseline } from '../../../src/core/metrics/baselines.ts';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { TfidfIndex, wordsOf } from '../../../src/core/metrics/tfidf.ts';
import { bitsAt, key32, uniformAt } from '../../../src/core/base/random.ts';
import type { Corpus } from '../../../src/core/text/corpus.ts';
import { corpusOf } from './naive.ts';

/** Words by a Zipf-like law, so that some are in nearly every document; labels follow the words. */
function randomCorpus(seed: number, documents: number, vocabulary: number): Corpus {
  const key = key32(seed, 9);
  const words = Array.from({ length: documents }, (_, d) =>
    Array.from(
      { length: bitsAt(key, d) % 40 },
      (_, i) => 1 + Math.floor(vocabulary * Math.pow(uniformAt(key ^ 3, d * 40 + i), 4)),
    ),
  );
  const labels = words.map((row) => [...new Set(row.slice(0, 3).map((w) => w % 10))].sort((a, b) => a - b));
  return corpusOf(words, labels);
}

/** scikit-learn's TfidfVectorizer(sublinear_tf=True) and its transform, as maps. */
function naiveVectors(train: Corpus, corpus: Corpus): Map<number, number>[] {
  const df = new Map<number, number>();
  for (let d = 0; d < train.size; d++)
    for (const w of new Set(wordsOf(train, d))) if (w > 1) df.set(w, (df.get(w) ?? 0) + 1);
  return Array.from({ length: corpus.size }, (_, d) => {
    const tf = new Map<number, number>();
    for (const w of wordsOf(corpus, d)) if (df.has(w)) tf.set(w, (tf.get(w) ?? 0) + 1);
    const row = [...tf].map(([w, n]): [number, number] => [
      w,
      (1 + Math.log(n)) * (Math.log((1 + train.size) / (1 + df.get(w)!)) + 1),
    ]);
    const norm = Math.hypot(...row.map(([, x]) => x));
    return new Map(row.map(([w, x]) => [w, x / norm]));
  });
}

const train = randomCorpus(1, 400, 600);
const test = randomCorpus(2, 60, 700);
const labelsOf = (corpus: Corpus, d: number) => [
  ...corpus.labels.subarray(corpus.labelStarts[d], corpus.labelStarts[d + 1]),
];
const [trainVectors, testVectors] = [naiveVectors(train, train), naiveVectors(train, test)];
const similarities = testVectors.map((query) =>
  trainVectors.map((vector) => [...query].reduce((sum, [w, x]) => sum + x * (vector.get(w) ?? 0), 0)),
);

describe('TF-IDF neighbours', () => {
  it('are those of a full search', async () => {
    const index = await TfidfIndex.build(train);
    for (let d = 0; d < test.size; d++) {
      const all = similarities[d];
      const expected = all
        .filter((s) => s > 0)
        .sort((a, b) => b - a)
        .slice(0, 20);
      const found = index.neighbours(wordsOf(test, d), 20);
      expect(found.documents).toHaveLength(expected.length);
      found.similarities.forEach((s, i) => {
        expect(Math.abs(s - expected[i])).toBeLessThan(1e-6);
        expect(Math.abs(s - all[found.documents[i]])).toBeLessThan(1e-6);
      });
    }
  });

  it('ties go to the document that comes first; the unknown word and padding are not compared', async () => {
    const index = await TfidfIndex.build(
      corpusOf(
        [
          [2, 3],
          [1, 4],
          [2, 3],
          [2, 3, 5],
        ],
        [[], [], [], []],
      ),
    );
    const { documents, similarities } = index.neighbours(Int32Array.of(3, 2, 1), 2);
    expect([...documents]).toEqual([0, 2]);
    expect(similarities[0]).toBeCloseTo(1, 6);
    expect([...index.neighbours(Int32Array.of(1, 1, 99), 2).documents]).toEqual([]);
    expect([...index.neighbours(Int32Array.of(), 2).documents]).toEqual([]);
  });
});

describe('baselines', () => {
  const options = { labelCount: 10, ks: [1, 3] };

  it('label frequency ranks by training documents', async () => {
    const counts = new Array<number>(10).fill(0);
    for (const l of train.labels) counts[l]++;
    const evaluator = new Evaluator(options);
    for (let d = 0; d < test.size; d++)
      evaluator.add(
        counts.map((n) => n / train.size),
        labelsOf(test, d),
      );
    const baseline = await labelFrequencyBaseline(train, test, options);
    expect(baseline).toMatchObject({
      name: 'label-frequency',
      documents: 60,
      available: 60,
      evaluation: evaluator.result(),
    });
  });

  it('neighbours vote with their similarities', async () => {
    const evaluator = new Evaluator(options);
    similarities.forEach((all, d) => {
      const near = all.map((s, i) => ({ s, i })).filter(({ s }) => s > 0);
      near.sort((a, b) => b.s - a.s || a.i - b.i).splice(20);
      const scores = new Array<number>(10).fill(0);
      for (const { s, i } of near) for (const l of labelsOf(train, i)) scores[l] += s;
      const total = near.reduce((sum, { s }) => sum + s, 0);
      evaluator.add(
        scores.map((s) => s / (total || 1)),
        labelsOf(test, d),
      );
    });
    const { metrics } = await tfidfKnnBaseline(train, test, options);
    for (const [name, value] of Object.entries(evaluator.metrics())) expect(metrics[name], name).toBeCloseTo(value, 5);
  });

  it('reports a sample as one, and draws the same each time', async () => {
    const some = await tfidfKnnBaseline(train, test, { ...options, maxQueries: 17 });
    expect(some).toMatchObject({ documents: 17, available: 60, evaluation: { documents: 17 } });
    expect(await tfidfKnnBaseline(train, test, { ...options, maxQueries: 17 })).toEqual(some);
    expect((await tfidfKnnBaseline(train, test, { ...options, maxQueries: 60 })).documents).toBe(60);
  });

  it('tells its progress and can be cancelled', async () => {
    const seen: [number, number][] = [];
    await tfidfKnnBaseline(train, test, { ...options, onProgress: ({ done, total }) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([60, 60]);
    const large = randomCorpus(4, 30_000, 3000);
    const abort = new AbortController();
    const work = tfidfKnnBaseline(large, large, { ...options, signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' });
  });
});
