import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Batch } from '../src/core/engine/engine.ts';
import type { Corpus } from '../src/core/text/corpus.ts';
import { createTokenizer } from '../src/core/text/tokenizer.ts';
import { completeConfig } from '../src/core/config/defaults.ts';

/** Documents as numbers, in the order of the file. */
export interface Texts {
  name: string;
  words: number[][];
  labels: number[][];
  vocabulary: number;
  labelCount: number;
}

const source = '../shared/data/eurlex57k/dev.jsonl.xz';

/** EURLEX57K's dev documents where they are at hand, else documents of Zipf-distributed words. */
export async function texts(): Promise<Texts> {
  if (!existsSync(source)) return zipfTexts();
  const lines = execFileSync('xz', ['-dc', source], { maxBuffer: 1 << 30, encoding: 'utf8' }).split('\n');
  const { text } = completeConfig({ dataset: { train: source } });
  const tokenizer = await createTokenizer(text);
  const words = new Map<string, number>();
  const labels = new Map<string, number>();
  const number = (map: Map<string, number>, key: string, first: number): number => {
    const known = map.get(key);
    if (known !== undefined) return known;
    map.set(key, map.size + first);
    return map.size + first - 1;
  };
  const records = lines
    .filter((line) => line)
    .map((line) => JSON.parse(line) as { title: string; text: string; labels: string[] });
  return {
    name: 'EURLEX57K',
    words: records.map((r) =>
      tokenizer
        .words(`${r.title}\n${r.text}`)
        .slice(0, 1000)
        .map((w) => number(words, w, 2)),
    ),
    labels: records.map((r) => r.labels.map((l) => number(labels, l, 0)).sort((a, b) => a - b)),
    vocabulary: Math.max(50_000, words.size + 2),
    labelCount: 4271,
  };
}

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
