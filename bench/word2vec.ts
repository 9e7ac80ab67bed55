/**
 * word2vec measured: speed by threads, nearest neighbours, and how far the vectors agree with a plain one-thread computation and
 * with gensim (run by PYTHON, default /usr/bin/python3), under the same settings and words.
 * node bench/run.mjs word2vec --data train.jsonl [--dim 300] [--rounds 1,128] [--skip-gram] [--plain] [--gensim] [--speed]
 * --speed measures speed alone.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { completeConfig } from '../src/core/config/layers.ts';
import { prepareData } from '../src/core/text/prepare.ts';
import type { PreparedData } from '../src/core/text/preparedData.ts';
import { defaultRound, trainWord2Vec, type Word2VecSettings } from '../src/core/word2vec/trainWord2Vec.ts';
import { trainPlain } from '../test/core/word2vec/plain.ts';
import { table } from './measure.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'train.jsonl' },
    dim: { type: 'string', default: '300' },
    rounds: { type: 'string', default: String(defaultRound) },
    'skip-gram': { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    gensim: { type: 'boolean', default: false },
    speed: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const config = completeConfig({ dataset: { train: values.data, validationFraction: 0 }, output: { cache: false } });
const data = await prepareData(config);
const dim = Number(values.dim);
const algorithm = values['skip-gram'] ? 'skip-gram' : 'cbow';
const settings: Word2VecSettings = { ...config.word2vec, algorithm, dim, seed: 1 };
const words = data.train.words.length;
console.log(
  `${values.data}: ${data.train.size} texts, ${words} words, ${data.vocabulary.size - 2} distinct; ${algorithm}, ${dim} numbers`,
);

/** [V][D], unit length, row of the word's id. */
type Vectors = Float32Array[];

/** None where speed alone is wanted. */
function unit(rows: Float32Array): Vectors {
  if (values.speed) return [];
  return Array.from({ length: rows.length / dim }, (_, row) => {
    const vector = rows.slice(row * dim, (row + 1) * dim);
    const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)) || 1;
    return vector.map((x) => x / length);
  });
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** Ids of the ten nearest of the words with at least 20 occurrences. */
function nearest(vectors: Vectors, id: number, count = 10): number[] {
  const frequent = candidates.filter((other) => other !== id);
  const scored = frequent.map((other) => [cosine(vectors[id], vectors[other]), other]);
  return scored
    .sort((a, b) => b[0] - a[0])
    .slice(0, count)
    .map(([, other]) => other);
}

const counts = data.vocabulary.counts!;
const candidates = [...counts.keys()].filter((id) => id > 1 && counts[id] >= 20);
/** 500 words over the whole range of frequencies. */
const probes = candidates.filter((_, i) => i % Math.max(1, Math.floor(candidates.length / 500)) === 0);

interface Made {
  name: string;
  vectors: Vectors;
  /** Of each probe. */
  neighbours: number[][];
}

/** Mean share of common words among the ten nearest, and correlation of the cosines of all pairs of probes. */
function agreement(first: Made, second: Made): { overlap: number; correlation: number } {
  const [a, b] = [first.vectors, second.vectors];
  let overlap = 0;
  probes.forEach((_, i) => {
    const others = new Set(second.neighbours[i]);
    overlap += first.neighbours[i].filter((other) => others.has(other)).length / 10 / probes.length;
  });
  const [xs, ys]: number[][] = [[], []];
  probes.forEach((p, i) => {
    for (const q of probes.slice(0, i)) {
      xs.push(cosine(a[p], a[q]));
      ys.push(cosine(b[p], b[q]));
    }
  });
  const mean = (v: number[]): number => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [mx, my] = [mean(xs), mean(ys)];
  let [xy, xx, yy] = [0, 0, 0];
  xs.forEach((x, i) => {
    xy += (x - mx) * (ys[i] - my);
    xx += (x - mx) ** 2;
    yy += (ys[i] - my) ** 2;
  });
  return { overlap, correlation: xy / Math.sqrt(xx * yy) };
}

async function own(threads: number, roundSize: number, seed = 1): Promise<{ vectors: Vectors; rate: number }> {
  const begin = performance.now();
  const { rows } = await trainWord2Vec(data.train, data.vocabulary, { ...settings, seed }, { threads, roundSize });
  return { vectors: unit(rows), rate: (settings.epochs * words) / ((performance.now() - begin) / 1000) };
}

function plain({ train, vocabulary }: PreparedData, seed: number): { vectors: Vectors; rate: number } {
  const begin = performance.now();
  const rowOf = Int32Array.from({ length: vocabulary.size }, (_, id) => id - 2).fill(-1, 0, 2);
  const { input } = trainPlain(train, [...counts.subarray(2)], { ...settings, seed }, { rowOf });
  const rows = new Float32Array(vocabulary.size * dim);
  input.forEach((row, i) => rows.set(row, (i + 2) * dim));
  return { vectors: unit(rows), rate: (settings.epochs * words) / ((performance.now() - begin) / 1000) };
}

const script = `
import sys, time, numpy as np
from gensim.models import word2vec
folder, dim, sg, seed, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
sentences = [line.split() for line in open(folder + '/texts')]
begin = time.time()
model = word2vec.Word2Vec(sentences, vector_size=dim, window=10, min_count=1, sample=1e-3, sg=sg, seed=seed, workers=workers)
seconds = time.time() - begin
words = sorted(model.wv.key_to_index, key=int)
np.array([model.wv[w] for w in words], dtype='<f4').tofile(folder + '/vectors')
print(seconds)
`;

/** gensim on the same word ids, as text; texts of more than 10,000 words do not occur. */
function gensim(seed: number, workers: number): { vectors: Vectors; rate: number } {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-word2vec-'));
  try {
    const { train } = data;
    const lines = Array.from({ length: train.size }, (_, i) =>
      train.words.subarray(train.wordStarts[i], train.wordStarts[i + 1]).join(' '),
    );
    writeFileSync(join(folder, 'texts'), lines.map((line) => `${line}\n`).join(''));
    writeFileSync(join(folder, 'run.py'), script);
    const args = [
      join(folder, 'run.py'),
      folder,
      String(dim),
      algorithm === 'cbow' ? '0' : '1',
      String(seed),
      String(workers),
    ];
    const seconds = Number(execFileSync(process.env.PYTHON ?? '/usr/bin/python3', args).toString());
    const found = new Float32Array(new Uint8Array(readFileSync(join(folder, 'vectors'))).buffer);
    const rows = new Float32Array(data.vocabulary.size * dim);
    rows.set(found, 2 * dim);
    return { vectors: unit(rows), rate: (settings.epochs * words) / seconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rate = (value: number): string => Math.round(value).toLocaleString('en');
const made: Made[] = [];
const keep = (name: string, { vectors, rate: perSecond }: { vectors: Vectors; rate: number }): void => {
  console.log(`${name}: ${rate(perSecond)} words/s`);
  if (!values.speed) made.push({ name, vectors, neighbours: probes.map((id) => nearest(vectors, id)) });
};
for (const size of values.rounds.split(',').map(Number)) {
  keep(`rounds of ${size}, 1 thread`, await own(1, size));
  keep(`rounds of ${size}, 2 threads`, await own(2, size));
  if (!values.speed) keep(`rounds of ${size}, 2 threads, seed 2`, await own(2, size, 2));
}
if (values.plain) {
  keep('plain', plain(data, 1));
  if (!values.speed && !values['skip-gram']) keep('plain, seed 2', plain(data, 2));
}
if (values.gensim) {
  keep('gensim, 1 thread', gensim(1, 1));
  keep('gensim, 2 threads', gensim(1, 2));
  if (!values.speed) keep('gensim, 1 thread, seed 2', gensim(2, 1));
}
if (!values.speed) printQuality();

function printQuality(): void {
  console.log('\n## Top-10 overlap / correlation of cosines\n');
  const cell = (a: Made, b: Made): string => {
    const { overlap, correlation } = agreement(a, b);
    return `${overlap.toFixed(3)} / ${correlation.toFixed(3)}`;
  };
  console.log(
    table(
      ['', ...made.map(({ name }) => name)],
      made.map((a, i) => [a.name, ...made.map((b, j) => (j < i ? cell(a, b) : ''))]),
    ),
  );
  console.log('\n## Nearest neighbours\n');
  const common = ['oil', 'wheat', 'bank', 'dollar', 'gold', 'japan', 'profit', 'trade', 'shares', 'coffee'];
  for (const word of common.filter((word) => data.vocabulary.idOf(word) > 1))
    console.log(
      `- ${word}: ${nearest(made[0].vectors, data.vocabulary.idOf(word), 8)
        .map((id) => data.vocabulary.words[id])
        .join(', ')}`,
    );
}
