import { describe, expect, it, test } from 'vitest';
import { concatCorpora, cutDocuments, subset } from '../../../src/core/text/corpus.ts';
import { DocumentBuffer } from '../../../src/core/text/documentBuffer.ts';
import { GrowingInts } from '../../../src/core/base/growing.ts';
import { Interner } from '../../../src/core/text/wordNumbers.ts';
import { buildVocabulary, Vocabulary } from '../../../src/core/text/vocabulary.ts';
import { byCodePoint, labelMap, LabelSet, trainLabels } from '../../../src/core/text/labelSet.ts';
import { createTokenizer } from '../../../src/core/text/tokenizer.ts';
import { defaultText } from './helpers.ts';

test('integers grow by chunks and give them back as they are taken', () => {
  const ints = new GrowingInts(8);
  for (let i = 0; i < 100; i++) ints.push(i * i);
  expect(ints.length).toBe(100);
  expect(ints.held).toBe(13);
  for (const i of [0, 7, 8, 63, 99]) expect(ints.at(i)).toBe(i * i);

  const target = new Int32Array(100);
  ints.take(3, target, 0);
  ints.take(0, target, 3);
  ints.take(61, target, 3);
  expect(ints.held).toBe(5); // 64 of 100 are gone
  const negated = Int32Array.from({ length: 10_000 }, (_, i) => -i);
  ints.take(36, target, 64, negated);
  expect([...target]).toEqual(Array.from({ length: 100 }, (_, i) => (i < 64 ? i * i : -i * i)));
  expect(ints.held).toBe(1); // the last chunk is not full
});

async function buffered(texts: [text: string, ...labels: string[]][], maxLength = 500) {
  const words = new Interner();
  const buffer = new DocumentBuffer(await createTokenizer(defaultText), maxLength, (word) => words.idOf(word));
  texts.forEach(([text, ...labels], i) => buffer.add({ id: `d${i}`, text, labels, line: i + 1 }));
  return { buffer, names: words.names };
}

const none = { vocabularySize: null, minCount: 1 };

test('vocabulary: by falling count in train, equal ones by first occurrence in train', async () => {
  // held out is document 0: its "z" is unknown, and its "y" before "x" does not count
  const { buffer, names } = await buffered([['z y x z'], ['b x a b'], ['y a b a c']]);
  const inTrain = (i: number) => i > 0;
  const { vocabulary, map } = buildVocabulary(names, buffer, inTrain, none);
  expect(vocabulary.words).toEqual(['<pad>', '<unk>', 'b', 'a', 'x', 'y', 'c']);
  expect([...vocabulary.counts!]).toEqual([0, 0, 3, 3, 1, 1, 1]);
  expect(vocabulary.idOf('b')).toBe(2);
  expect(vocabulary.idOf('z')).toBe(1);
  expect(vocabulary.idOf('<pad>')).toBe(1); // a word of a text never gets the id of padding
  const [train, held] = buffer.deal(2, (i) => (inTrain(i) ? 0 : 1), new Int32Array(0), map);
  expect([...held.words].map((id) => vocabulary.words[id])).toEqual(['<unk>', 'y', 'x', '<unk>']);
  expect([...train.words].map((id) => vocabulary.words[id])).toEqual('b x a b y a b a c'.split(' '));
});

test('vocabulary: largest size and smallest count', async () => {
  const { buffer, names } = await buffered([['a a a b b c c d']]);
  const build = (limits: typeof none | { vocabularySize: number; minCount: number }) =>
    buildVocabulary(names, buffer, () => true, limits).vocabulary;
  expect(build({ vocabularySize: null, minCount: 2 }).words.slice(2)).toEqual(['a', 'b', 'c']);
  const two = build({ vocabularySize: 2, minCount: 1 });
  expect(two.words.slice(2)).toEqual(['a', 'b']);
  expect([...two.counts!]).toEqual([0, 3, 3, 2]); // c, c and d are unknown
});

test('documents keep the order of the file, are cut, and have ascending label ids', async () => {
  const { buffer, names } = await buffered([['a b c d', 'y', 'x'], ['', 'x'], ['1 2 a b c'], ['d', 'ä', 'x']], 3);
  expect(buffer.truncated()).toBe(1);
  const labels = trainLabels(buffer, () => true, new Map([['x', 'the x']]));
  expect(labels.names).toEqual(['x', 'y', 'ä']);
  expect(labels.display).toEqual(['the x', undefined, undefined]);
  expect([...labels.trainCounts]).toEqual([3, 1, 1]);
  const { map } = buildVocabulary(names, buffer, () => true, none);
  const [corpus] = buffer.deal(1, () => 0, labelMap(buffer, labels), map);
  expect(corpus).toEqual({
    size: 4,
    words: Int32Array.from([2, 3, 4, 2, 3, 4, 5]),
    wordStarts: Float64Array.from([0, 3, 3, 6, 7]),
    labels: Int32Array.from([0, 1, 0, 0, 2]),
    labelStarts: Uint32Array.from([0, 2, 3, 3, 5]),
    ids: ['d0', 'd1', 'd2', 'd3'],
  });
});

test('labels sort by code point, and new ones come after the known', () => {
  expect(['\u{1f600}', '\uffee', 'b', 'ab', 'a', 'B'].sort(byCodePoint)).toEqual([
    'B',
    'a',
    'ab',
    'b',
    '\uffee',
    '\u{1f600}',
  ]);
  const labels = new LabelSet(['b', 'c'], [undefined, 'sea'], Uint32Array.of(2, 1));
  const more = labels.extended(['d', 'c', 'a', 'd'], new Map([['a', 'ay']]));
  expect(more.names).toEqual(['b', 'c', 'a', 'd']);
  expect(more.display).toEqual([undefined, 'sea', 'ay', undefined]);
  expect([...more.trainCounts]).toEqual([2, 1, 0, 0]);
  expect([more.trainSize, more.idOf('a'), more.idOf('e')]).toEqual([2, 2, -1]);
  expect(labels.extended(['c'], new Map())).toBe(labels);
});

test('corpora are joined and cut', async () => {
  const { buffer, names } = await buffered([['a b', 'x'], ['c'], ['a a a', 'x', 'y']]);
  const labels = trainLabels(buffer, () => true, new Map());
  const { map } = buildVocabulary(names, buffer, () => true, none);
  const [a, b] = buffer.deal(2, (i) => (i === 1 ? 1 : 0), labelMap(buffer, labels), map);
  const both = concatCorpora(a, b);
  expect(both.ids).toEqual(['d0', 'd2', 'd1']);
  expect([...both.wordStarts]).toEqual([0, 2, 5, 6]);
  expect([...both.labelStarts]).toEqual([0, 1, 3, 3]);
  expect(subset(both, [0, 1])).toEqual(a);
  expect(subset(both, [2])).toEqual(b);
  const turned = subset(both, [1, 0]);
  expect([...turned.words]).toEqual([2, 2, 2, 2, 3]);
  expect([...turned.labels]).toEqual([0, 1, 0]);
});

test('a vocabulary read from its words has the same ids', () => {
  const vocabulary = new Vocabulary(['<pad>', '<unk>', 'b', 'a']);
  expect([vocabulary.idOf('a'), vocabulary.idOf('x'), vocabulary.size]).toEqual([3, 1, 4]);
});

describe('documents as a network of a blend reads them', () => {
  const words = Int32Array.of(9, 2, 3, 4, 5, 7, 2, 6);

  it('are cut, with words beyond its vocabulary unknown, also where they are a part of a batch', () => {
    const block = { size: 2, words, wordStarts: Int32Array.of(1, 5, 8) };
    const cut = cutDocuments(block, { maxLength: 3, vocabulary: 6 });
    expect(cut.wordStarts).toEqual(Int32Array.of(0, 3, 6));
    expect(cut.words).toEqual(Int32Array.of(2, 3, 4, 1, 2, 1));
    expect(words).toEqual(Int32Array.of(9, 2, 3, 4, 5, 7, 2, 6));
  });

  it('are the documents themselves where nothing is cut', () => {
    const documents = { size: 2, words, wordStarts: Float64Array.of(0, 4, 8) };
    expect(cutDocuments(documents, { maxLength: 4, vocabulary: 10 })).toBe(documents);
    expect(cutDocuments(documents, { maxLength: 4, vocabulary: 9 }).words[0]).toBe(1);
  });
});
