import { expect, it } from 'vitest';
import { Features, findFeatures, type FeatureSettings } from '../../../src/core/linear/features.ts';
import { NgramTable } from '../../../src/core/linear/ngramTable.ts';

const settings: FeatureSettings = { ngrams: 2, minWordLength: 2, minDocuments: 2, maxFeatures: 1000, sublinear: true };

/** Documents of words divided by spaces; `?` is a word that the vocabulary lacks. */
function corpusOf(...texts: string[]) {
  const words = ['<pad>', '<unk>', ...new Set(texts.join(' ').split(' '))].filter((word) => word !== '?');
  const rows = texts.map((text) => text.split(' ').map((word) => Math.max(1, words.indexOf(word))));
  const wordStarts = Float64Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]);
  return { words, corpus: { size: texts.length, words: Int32Array.from(rows.flat()), wordStarts } };
}

const named = (features: Features, words: string[]): string[] =>
  Array.from({ length: features.size }, (_, f) =>
    features
      .wordsOf(f)
      .map((id) => words[id])
      .join(' '),
  );

const { words, corpus } = corpusOf('red fox a red fox', 'red a fox ran', 'the fox ran red', '? red');

it('takes words and neighbours of enough documents, the most frequent first', async () => {
  const features = await findFeatures(corpus, words, settings);
  // "a" is too short, and what stands on both sides of it are neighbours; "fox red" is in one document
  expect(named(features, words)).toEqual(['red', 'fox', 'ran', 'red fox', 'fox ran']);
  const two = await findFeatures(corpus, words, { ...settings, maxFeatures: 2 });
  expect(named(two, words)).toEqual(['red', 'fox']);
  const single = await findFeatures(corpus, words, { ...settings, ngrams: 1, minWordLength: 1 });
  expect(named(single, words)).toEqual(['red', 'fox', 'a', 'ran']);
  const ran = corpusOf('the red fox ran', 'a red fox ran');
  const three = await findFeatures(ran.corpus, ran.words, { ...settings, ngrams: 3 });
  expect(named(three, ran.words)).toEqual(['red', 'fox', 'ran', 'red fox', 'fox ran', 'red fox ran']);
});

it('weighs them as scikit-learn does', async () => {
  const features = await findFeatures(corpus, words, settings);
  const { starts, indices, values } = await features.matrix(corpus);
  // TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2) by hand: N 4, df 4, 3, 2, 2, 2
  const idf = [4, 3, 2, 2, 2].map((df) => Math.log(5 / (1 + df)) + 1);
  const tf = 1 + Math.log(2);
  const first = [idf[0] * tf, idf[1] * tf, idf[3] * tf];
  const length = Math.hypot(...first);
  expect([...indices.subarray(0, starts[1])]).toEqual([0, 1, 3]);
  [...values.subarray(0, starts[1])].forEach((value, i) => expect(value).toBeCloseTo(first[i] / length, 6));
  expect([...indices.subarray(starts[3])]).toEqual([0]);
  expect([...values.subarray(starts[3])]).toEqual([1]);
});

it('is rebuilt from its word sequences, those without a shorter one of their own too', async () => {
  const ran = corpusOf('the red fox ran', 'a red fox ran');
  const made = await findFeatures(ran.corpus, ran.words, { ...settings, ngrams: 3 });
  const last = 5; // "red fox ran" alone
  const only = new Features(ran.words, made.ngrams.subarray(3 * last), made.idf.subarray(last), settings);
  const found: number[][] = [];
  only.forEachIn(ran.corpus.words.subarray(4), (...at) => found.push(at));
  expect(found).toEqual([[0, 1, 4]]);
});

it('gives a document without a feature an empty row', async () => {
  const features = await findFeatures(corpus, words, settings);
  const { starts } = await features.matrix({ size: 1, words: Int32Array.of(1, 1), wordStarts: Float64Array.of(0, 2) });
  expect([...starts]).toEqual([0, 0]);
});

it('numbers pairs past 32 bits without mixing them up', () => {
  const table = new NgramTable(1 << 20);
  const pairs = Array.from({ length: 6000 }, (_, i) => [(i * 7919) % 5000, (i * 104_729) % 1_048_576] as const);
  const numbers = new Map<string, number>();
  for (const [node, word] of pairs) {
    const number = table.add(node, word);
    expect(numbers.get(`${node} ${word}`) ?? number).toBe(number);
    numbers.set(`${node} ${word}`, number);
  }
  expect(new Set(numbers.values()).size).toBe(numbers.size);
  expect(table.size).toBe(numbers.size);
  for (const [node, word] of pairs) expect(table.find(node, word)).toBe(numbers.get(`${node} ${word}`));
  expect(table.find(1, 0)).toBe(-1);
});
