/** Word vectors: random, or read from a file. */
import type { RunConfig } from '../config/runConfig.ts';
import type { ProbedVectors, VectorChoice } from '../data/vectors/probeVectors.ts';
import { probeVectors } from '../data/vectors/probeVectors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { VectorFinding, VectorSink } from '../data/vectors/vectorHead.ts';
import { readVectors } from '../data/vectors/readVectors.ts';
import { UserError } from '../base/errors.ts';
import { Stream, key32, uniformAt } from '../base/random.ts';
import type { Vocabulary } from './vocabulary.ts';
import { unknownId } from './corpus.ts';

export interface EmbeddingReport {
  file: string;
  form: ProbedVectors['form'];
  /** Of a zip, the file in it. */
  entry?: string;
  /** Vectors in the file. */
  vectors: number;
  /** Words of the vocabulary (PAD and unknown not counted), and how many of them have a vector. */
  words: number;
  found: number;
  /** How many of these have the vector of their lower-case form. */
  foundInLowerCase: number;
  /** found / words. */
  typeCoverage: number;
  /** The same, each word counted as often as it occurs in train. undefined where the vocabulary has no counts. */
  tokenCoverage?: number;
  counts: Partial<Record<VectorFinding['code'], number>>;
  /** The first 100 findings. */
  findings: VectorFinding[];
}

export interface PretrainedRows {
  /** [V * D], zero where nothing was found. */
  rows: Float32Array;
  /** [V], 1 where there is a vector for the word. */
  found: Uint8Array;
}

/** Looks at a file of word vectors. Throws as `probeVectors` does, and `embedding-dimension` where its vectors are of another length. */
export function openEmbeddings(file: string, dim: number, entry?: VectorChoice['entry']): ProbedVectors {
  const probed = probeVectors(file, { dim, entry });
  if (probed.dim === dim) return probed;
  throw new UserError(
    'embedding-dimension',
    `The vectors have ${probed.dim} numbers, but "embedding.dim" is ${dim}`,
    `Set "embedding.dim" to ${probed.dim}, or name another file.`,
    { file, line: 1 },
  );
}

/**
 * Reads the rows of the vocabulary from an opened file; of the others nothing is kept. The first vector of a word counts. With
 * `lowercaseFallback`, a word that the file lacks takes the vector of its lower-case form. Lines and records that are torn, of
 * another dimension or not UTF-8 are left out and reported. Throws as `readVectors` does, and `UserError` `embedding-empty`.
 */
export async function readEmbeddings(
  probed: ProbedVectors,
  vocabulary: Vocabulary,
  options: WorkOptions & { lowercaseFallback?: boolean } = {},
): Promise<PretrainedRows & { report: EmbeddingReport }> {
  const kept = new KeptRows(vocabulary, probed.dim, options.lowercaseFallback ?? false);
  const vectors = await readVectors(probed, kept, options);
  if (vectors === 0)
    throw new UserError('embedding-empty', 'The file holds no whole word vector', 'Fetch the file again.', {
      file: probed.file,
    });
  return { rows: kept.rows, found: kept.found, report: kept.report(probed, vectors) };
}

const keptFindings = 100;

class KeptRows implements VectorSink {
  readonly rows: Float32Array;
  readonly found: Uint8Array;
  /** [V], 1 where the row is of the lower-case form. */
  private readonly isLower: Uint8Array;
  /** Words by their lower-case forms, of those that are written otherwise. */
  private readonly byLower = new Map<string, number[]>();
  private readonly findings: VectorFinding[] = [];
  private readonly counts: EmbeddingReport['counts'] = {};

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly dim: number,
    lowercaseFallback: boolean,
  ) {
    this.rows = new Float32Array(vocabulary.size * dim);
    this.found = new Uint8Array(vocabulary.size);
    this.isLower = new Uint8Array(vocabulary.size);
    if (lowercaseFallback) vocabulary.words.forEach((word, id) => id > unknownId && this.addLower(word, id));
  }

  private addLower(word: string, id: number): void {
    const lower = word.toLowerCase();
    if (lower === word) return;
    const ids = this.byLower.get(lower);
    if (ids) ids.push(id);
    else this.byLower.set(lower, [id]);
  }

  wants(word: string, line: number): boolean {
    const id = this.vocabulary.idOf(word);
    const isRepeated = id > unknownId && this.found[id] === 1 && !this.isLower[id];
    if (isRepeated) this.note({ code: 'repeated-word', line, message: `"${word}" has a vector already` });
    return (id > unknownId && !isRepeated) || this.byLower.has(word);
  }

  take(word: string, vector: Float32Array): void {
    const id = this.vocabulary.idOf(word);
    if (id > unknownId && (!this.found[id] || this.isLower[id])) this.put(id, vector, 0);
    for (const other of this.byLower.get(word) ?? []) if (!this.found[other]) this.put(other, vector, 1);
  }

  private put(id: number, vector: Float32Array, isLower: 0 | 1): void {
    this.rows.set(vector, id * this.dim);
    this.found[id] = 1;
    this.isLower[id] = isLower;
  }

  note(finding: VectorFinding): void {
    this.counts[finding.code] = (this.counts[finding.code] ?? 0) + 1;
    if (this.findings.length < keptFindings) this.findings.push(finding);
  }

  report({ file, form, entry }: ProbedVectors, vectors: number): EmbeddingReport {
    const { vocabulary, found, isLower, counts, findings } = this;
    const words = vocabulary.size - 2;
    const hits = sum(found);
    return {
      file,
      form,
      entry: entry?.name,
      vectors,
      words,
      found: hits,
      foundInLowerCase: sum(isLower),
      typeCoverage: words > 0 ? hits / words : 0,
      tokenCoverage: vocabulary.counts && coverage(found, vocabulary.counts),
      counts,
      findings,
    };
  }
}

const sum = (values: Uint8Array): number => values.reduce((total, value) => total + value, 0);

function coverage(found: Uint8Array, counts: Float64Array): number {
  let hits = 0;
  let all = 0;
  for (let id = unknownId; id < counts.length; id++) {
    all += counts[id];
    if (found[id]) hits += counts[id];
  }
  return all > 0 ? hits / all : 0;
}

/**
 * Where the word vectors start, [V * D]: pretrained rows where they were found. The others, by `missing`: uniform in
 * [-0.25, 0.25) by seed, row and column (Kim 2014), or the mean of the rows found. Row 0 (PAD) is zero.
 */
export function initialEmbedding(
  vocabulary: Vocabulary,
  dim: number,
  seed: number,
  pretrained?: PretrainedRows,
  missing: RunConfig['embedding']['missing'] = 'uniform',
): Float32Array {
  const values = new Float32Array(vocabulary.size * dim);
  const mean = pretrained && missing === 'mean' ? meanRow(pretrained, dim) : undefined;
  for (let row = 1; row < vocabulary.size; row++) {
    if (pretrained?.found[row]) values.set(pretrained.rows.subarray(row * dim, (row + 1) * dim), row * dim);
    else if (mean) values.set(mean, row * dim);
    else randomRow(values.subarray(row * dim, (row + 1) * dim), key32(seed, Stream.embedding, row));
  }
  return values;
}

function randomRow(values: Float32Array, key: number): void {
  for (let column = 0; column < values.length; column++) values[column] = uniformAt(key, column) * 0.5 - 0.25;
}

/** Mean of the rows found [D]; undefined where there are none. */
function meanRow({ rows, found }: PretrainedRows, dim: number): Float64Array | undefined {
  const mean = new Float64Array(dim);
  const hits = sum(found);
  for (let row = 0; row < found.length; row++)
    if (found[row]) for (let column = 0; column < dim; column++) mean[column] += rows[row * dim + column] / hits;
  return hits > 0 ? mean : undefined;
}
