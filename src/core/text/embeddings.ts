/** Word vectors: random, or read from a text file. */
import type { Line, LineProblem } from '../data/bytes.ts';
import { readLines } from '../data/bytes.ts';
import { UserError } from '../errors.ts';
import { Stream, key32, uniformAt } from '../random.ts';
import type { Vocabulary } from './vocabulary.ts';
import { unknownId } from './vocabulary.ts';

export interface EmbeddingFinding {
  code: 'torn-line' | 'wrong-dimension' | 'repeated-word' | 'undecodable' | 'wrong-count';
  /** 1-based. */
  line: number;
  message: string;
}

export interface EmbeddingReport {
  file: string;
  /** Vectors in the file. */
  vectors: number;
  /** Words of the vocabulary (PAD and unknown not counted), and how many of them have a vector. */
  words: number;
  found: number;
  /** found / words. */
  typeCoverage: number;
  /** The same, each word counted as often as it occurs in train. undefined where the vocabulary has no counts. */
  tokenCoverage?: number;
  counts: Partial<Record<EmbeddingFinding['code'], number>>;
  /** The first 100 findings. */
  findings: EmbeddingFinding[];
}

export interface PretrainedRows {
  /** [V * D], zero where nothing was found. */
  rows: Float32Array;
  /** [V], 1 where the file has a vector for the word. */
  found: Uint8Array;
}

export interface ReadEmbeddingsOptions {
  signal?: AbortSignal;
  /** Bytes of the file, as stored, read so far. */
  onProgress?: (bytesRead: number) => void;
}

/**
 * Reads `word v1 … vD` lines (GloVe, word2vec and fastText text files, plain or .gz), with or without a first line of
 * counts. The last D fields are the vector and the rest is the word, which may hold spaces. Only rows of the vocabulary are
 * kept. The first vector of a word counts. Lines that are torn, of another dimension or not UTF-8 are left out and reported.
 * Throws `UserError` `embedding-dimension` where the file as a whole has vectors of another length, `embedding-empty`.
 */
export async function readEmbeddings(
  file: string,
  vocabulary: Vocabulary,
  dim: number,
  options: ReadEmbeddingsOptions = {},
): Promise<PretrainedRows & { report: EmbeddingReport }> {
  const reader = new EmbeddingReader(file, vocabulary, dim);
  const onProblem = (problem: LineProblem) => reader.note(problem.code, problem.line, problem.message);
  for await (const lines of readLines(file, { ...options, onProblem })) for (const line of lines) reader.line(line);
  return { rows: reader.rows, found: reader.found, report: reader.report() };
}

const keptFindings = 100;

class EmbeddingReader {
  readonly rows: Float32Array;
  readonly found: Uint8Array;
  private readonly findings: EmbeddingFinding[] = [];
  private readonly counts: EmbeddingReport['counts'] = {};
  private vectors = 0;
  private stated: number | undefined;
  private sawVector = false;
  private lastLine = 0;

  constructor(
    private readonly file: string,
    private readonly vocabulary: Vocabulary,
    private readonly dim: number,
  ) {
    this.rows = new Float32Array(vocabulary.size * dim);
    this.found = new Uint8Array(vocabulary.size);
  }

  line({ text, number }: Line): void {
    this.lastLine = number;
    if (text === undefined || isBlank(text)) return;
    if (number === 1 && this.isHeader(text)) return;
    if (!this.sawVector) this.checkDimension(text, number);
    this.sawVector = true;
    const cut = vectorStart(text, this.dim);
    if (cut < 0) {
      const numbers = fields(text).length - 1;
      return this.note('torn-line', number, `The line has ${numbers} numbers in place of ${this.dim}`);
    }
    const word = text.slice(0, cut);
    if (/[ \t]/.test(word) && fields(word).slice(1).every(isDecimal))
      return this.note('wrong-dimension', number, `The line has more than ${this.dim} numbers`);
    this.vectors++;
    const id = this.vocabulary.idOf(word);
    if (id <= unknownId) return;
    if (this.found[id]) return this.note('repeated-word', number, `"${word}" has a vector already`);
    this.keep(id, text.slice(cut), number);
  }

  note(code: EmbeddingFinding['code'], line: number, message: string): void {
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (this.findings.length < keptFindings) this.findings.push({ code, line, message });
  }

  report(): EmbeddingReport {
    const { file, vocabulary, found, vectors, stated, counts, findings, lastLine } = this;
    if (!this.sawVector)
      throw new UserError('embedding-empty', 'The file holds no word vectors', 'Name a file of `word v1 v2 …` lines.', {
        file,
      });
    if (stated !== undefined && stated !== vectors)
      this.note('wrong-count', lastLine, `The first line tells of ${stated} vectors, there are ${vectors}`);
    findings.sort((a, b) => a.line - b.line); // readLines tells of undecodable lines a batch ahead
    const words = vocabulary.size - 2;
    const hits = found.reduce((sum, hit) => sum + hit, 0);
    const typeCoverage = words > 0 ? hits / words : 0;
    const tokenCoverage = vocabulary.counts && coverage(found, vocabulary.counts);
    return { file, vectors, words, found: hits, typeCoverage, tokenCoverage, counts, findings };
  }

  /** `400000 300`: number of vectors and their length. */
  private isHeader(text: string): boolean {
    const [count, dim, ...rest] = fields(text);
    if (rest.length > 0 || !/^\d+$/.test(count) || !/^\d+$/.test(dim ?? '')) return false;
    if (this.dim === 1 && dim !== '1') return false;
    if (Number(dim) !== this.dim) throw this.dimensionError(Number(dim), 1);
    this.stated = Number(count);
    return true;
  }

  /** The first vector tells the length of all: its word has no spaces in any file that is made of single words first. */
  private checkDimension(text: string, line: number): void {
    const [, ...numbers] = fields(text);
    const isLonger = numbers.length > this.dim && numbers.every((field) => Number.isFinite(Number(field)));
    if (numbers.length < this.dim || isLonger) throw this.dimensionError(numbers.length, line);
  }

  private dimensionError(actual: number, line: number): UserError {
    return new UserError(
      'embedding-dimension',
      `The vectors have ${actual} numbers, but "embedding.dim" is ${this.dim}`,
      actual > 0 ? `Set "embedding.dim" to ${actual}, or name another file.` : 'Name a file of `word v1 v2 …` lines.',
      { file: this.file, line },
    );
  }

  private keep(id: number, vector: string, line: number): void {
    const values = fields(vector).map(Number);
    if (!values.every(Number.isFinite))
      return this.note(
        'torn-line',
        line,
        `The vector of "${this.vocabulary.words[id]}" holds something else than numbers`,
      );
    this.rows.set(values, id * this.dim);
    this.found[id] = 1;
  }
}

/** Whether a line holds nothing. */
export const isBlank = (text: string): boolean => text.trim() === '';
const isDecimal = (field: string): boolean => /^-?\d*\.\d+(e[-+]?\d+)?$/i.test(field);
// trim() would take a no-break space too, which is a word in some files
export const fields = (text: string): string[] => text.split(/[ \t\r]+/).filter((field) => field !== '');
const isSeparator = (unit: number): boolean => unit === 32 || unit === 9 || unit === 13;

/** Where the last `dim` fields begin (at the separator before them), -1 if there is no word before them. */
export function vectorStart(text: string, dim: number): number {
  let at = text.length;
  for (let left = dim; left > 0; left--) {
    while (at > 0 && isSeparator(text.charCodeAt(at - 1))) at--;
    while (at > 0 && !isSeparator(text.charCodeAt(at - 1))) at--;
  }
  while (at > 0 && isSeparator(text.charCodeAt(at - 1))) at--;
  return at > 0 ? at : -1;
}

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
 * Where the word vectors start, [V * D]: pretrained rows where they were found, else uniform in [-0.25, 0.25) by seed, row
 * and column (Kim 2014). Row 0 (PAD) is zero.
 */
export function initialEmbedding(
  vocabulary: Vocabulary,
  dim: number,
  seed: number,
  pretrained?: PretrainedRows,
): Float32Array {
  const values = new Float32Array(vocabulary.size * dim);
  for (let row = 1; row < vocabulary.size; row++) {
    if (pretrained?.found[row]) {
      values.set(pretrained.rows.subarray(row * dim, (row + 1) * dim), row * dim);
      continue;
    }
    const key = key32(seed, Stream.embedding, row);
    for (let column = 0; column < dim; column++) values[row * dim + column] = uniformAt(key, column) * 0.5 - 0.25;
  }
  return values;
}
