import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Batch } from '../src/core/engine/engine.ts';
import type { Corpus } from '../src/core/text/corpus.ts';
import { createTokenizer } from '../src/core/text/tokenizer.ts';
import { completeConfig } from '../src/core/config/layers.ts';

/** Documents as numbers, in the order of the file. */
export interface Texts {
  name: string;
  words: number[][];
  labels: number[][];
  vocabulary: number;
  labelCount: number;
}

/** A public dataset whose documents make batches. */
export interface TextSet {
  name: string;
  /** JSON lines, packed by xz. */
  file: string;
  labels: number;
}

export const eurlex: TextSet = { name: 'EURLEX57K', file: '../shared/data/eurlex57k/dev.jsonl.xz', labels: 4271 };
export const reuters: TextSet = {
  name: 'Reuters R90',
  file: '../shared/data/reuters21578-r90/train.jsonl.xz',
  labels: 90,
};

export const isAtHand = ({ file }: TextSet): boolean => existsSync(file);

/** Names a set that is not at hand, and what was measured in its place. */
export const missing = (set: TextSet, instead: string): string[] =>
  isAtHand(set) ? [] : [`${set.name}: ${set.file} not found; these are ${instead}`];

export const unpack = (file: string): string =>
  execFileSync('xz', ['-dc', file], { maxBuffer: 1 << 30, encoding: 'utf8' });

export interface TextRecord {
  title: string;
  text: string;
  labels: string[];
}

export const recordsOf = ({ file }: TextSet): TextRecord[] =>
  unpack(file)
    .split('\n')
    .filter((line) => line)
    .map((line) => JSON.parse(line) as TextRecord);

/** Documents of EURLEX57K where it is at hand, else of Zipf-distributed words. */
export const eurlexTexts = async (): Promise<Texts> => (isAtHand(eurlex) ? textsOf(eurlex) : zipfTexts());

export async function textsOf(set: TextSet): Promise<Texts> {
  const { text } = completeConfig({ dataset: { train: set.file } });
  const tokenizer = await createTokenizer(text);
  const words = new Map<string, number>();
  const labels = new Map<string, number>();
  const number = (map: Map<string, number>, key: string, first: number): number => {
    const known = map.get(key);
    if (known !== undefined) return known;
    map.set(key, map.size + first);
    return map.size + first - 1;
  };
  const records = recordsOf(set);
  return {
    name: set.name,
    words: records.map((r) =>
      tokenizer
        .words(`${r.title}\n${r.text}`)
        .slice(0, 1000)
        .map((w) => number(words, w, 2)),
    ),
    labels: records.map((r) => r.labels.map((l) => number(labels, l, 0)).sort((a, b) => a - b)),
    vocabulary: Math.max(50_000, words.size + 2),
    labelCount: set.labels,
  };
}

/** The same documents with other labels: five each, spread over as many as are wanted. */
export const withLabels = (texts: Texts, labelCount: number): Texts => ({
  ...texts,
  labelCount,
  labels: texts.words.map((_, d) =>
    Array.from({ length: 5 }, (_, i) => Math.floor((((d * 7919 + i * 104_729) % 1_000_003) / 1_000_003) * labelCount))
      .filter((label, i, all) => all.indexOf(label) === i)
      .sort((a, b) => a - b),
  ),
});

function zipfTexts(): Texts {
  let state = 1;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
  const vocabulary = 50_000;
  const cumulative = new Float64Array(vocabulary - 2);
  cumulative.forEach((_, i) => (cumulative[i] = (i ? cumulative[i - 1] : 0) + 1 / (i + 1) ** 1.15));
  const draw = (): number => {
    const x = random() * cumulative[cumulative.length - 1];
    let low = 0;
    for (let high = cumulative.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low + 2;
  };
  const documents = Array.from({ length: 2048 }, () => Array.from({ length: 500 }, draw));
  const labels = documents.map(() => Array.from({ length: 5 }, (_, i) => i * 850 + Math.floor(random() * 850)));
  return { name: 'Zipf words', words: documents, labels, vocabulary, labelCount: 4271 };
}

/** All documents. */
export function corpusOf(t: Texts, maxLength: number): Corpus {
  const { size, words, wordStarts, labels, labelStarts } = batchOf(t, 0, t.words.length, maxLength);
  const ids = t.words.map((_, i) => String(i));
  return {
    size,
    words,
    wordStarts: Float64Array.from(wordStarts),
    labels,
    labelStarts: Uint32Array.from(labelStarts),
    ids,
  };
}

export function batchOf(t: Texts, first: number, size: number, maxLength: number): Batch {
  const pick = Array.from({ length: size }, (_, i) => (first + i) % t.words.length);
  const words = pick.map((i) => t.words[i].slice(0, maxLength));
  const labels = pick.map((i) => t.labels[i]);
  return { size, words: flat(words), wordStarts: starts(words), labels: flat(labels), labelStarts: starts(labels) };
}

const flat = (rows: number[][]): Int32Array => Int32Array.from(rows.flat());

function starts(rows: number[][]): Int32Array {
  const result = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => (result[i + 1] = result[i] + row.length));
  return result;
}
