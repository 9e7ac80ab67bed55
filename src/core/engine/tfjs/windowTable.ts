import type { NetworkShape } from '../../model/network.ts';
import { chunkEnd, chunkStart, strideOf, windows } from '../../model/network.ts';
import type { DistinctWords } from '../wordNumbering.ts';

/**
 * The windows of one filter size that pooling looks at, for some documents, as rows of equal length: a row is a document's
 * chunk (the whole document where `seed` pools). A shorter row is filled up with its first window, which changes no maximum,
 * and never comes before the first one.
 */
export interface WindowTable {
  /** First document, and number of documents. */
  first: number;
  documents: number;
  /** Rows, Q, and windows of each, M. */
  rows: number;
  length: number;
  /** Place of each window's first word in `DistinctWords.tokens`. [Q, M] */
  starts: Int32Array;
  /** Windows of each row that are its own. [Q] */
  counts: Int32Array;
}

/** Tables that cover all documents; each has at most `limit` windows, or one document. */
export function windowTables(shape: NetworkShape, k: number, words: DistinctWords, limit: number): WindowTable[] {
  const chunks = chunksPerDocument(shape);
  const tables: WindowTable[] = [];
  for (let first = 0; first < words.documents;) {
    let longest = 0;
    let end = first;
    while (end < words.documents) {
      const length = Math.max(longest, longestChunk(shape, k, words, end));
      if (end > first && (end + 1 - first) * chunks * length > limit) break;
      longest = length;
      end++;
    }
    tables.push(tableOf(shape, k, words, { first, documents: end - first, length: longest }));
    first = end;
  }
  return tables;
}

const chunksPerDocument = (shape: NetworkShape): number => (shape.pooling === 'seed' ? 1 : shape.pools);

const windowsOf = (shape: NetworkShape, k: number, { starts }: DistinctWords, document: number): number =>
  windows(starts[document + 1] - starts[document], k, strideOf(shape));

function longestChunk(shape: NetworkShape, k: number, words: DistinctWords, document: number): number {
  const [n, chunks] = [windowsOf(shape, k, words, document), chunksPerDocument(shape)];
  let longest = 0;
  for (let i = 0; i < chunks; i++) longest = Math.max(longest, chunkEnd(i, chunks, n) - chunkStart(i, chunks, n));
  return longest;
}

function tableOf(
  shape: NetworkShape,
  k: number,
  words: DistinctWords,
  { first, documents, length }: { first: number; documents: number; length: number },
): WindowTable {
  const [chunks, stride] = [chunksPerDocument(shape), strideOf(shape)];
  const rows = documents * chunks;
  const table = { first, documents, rows, length, starts: new Int32Array(rows * length), counts: new Int32Array(rows) };
  for (let row = 0; row < rows; row++) {
    const document = first + Math.floor(row / chunks);
    const n = windowsOf(shape, k, words, document);
    const from = chunkStart(row % chunks, chunks, n);
    const count = chunkEnd(row % chunks, chunks, n) - from;
    const start = words.starts[document] + from * stride;
    for (let t = 0; t < length; t++) table.starts[row * length + t] = start + (t < count ? t * stride : 0);
    table.counts[row] = count;
  }
  return table;
}

/** Row of the projections (see `project`) for position j of each window. [Q M] */
export function projectionRows({ starts }: WindowTable, { tokens }: DistinctWords, k: number, j: number): Int32Array {
  return starts.map((start) => tokens[start + j] * k + j);
}

/** 1 / count for the windows of a row's own, 0 for those that fill it up. [Q, M] */
export function meanWeights({ rows, length, counts }: WindowTable): Float32Array {
  const weights = new Float32Array(rows * length);
  counts.forEach((count, row) => weights.fill(1 / count, row * length, row * length + count));
  return weights;
}

/** How much of each projection the mean of a row's windows holds. [all rows, U k] */
export function meanMatrix(tables: WindowTable[], { tokens, count }: DistinctWords, k: number): Float32Array {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const matrix = new Float32Array(rows * count * k);
  let row = 0;
  for (const { length, counts, starts } of tables) {
    counts.forEach((windows, q) => {
      for (let t = 0; t < windows; t++) {
        for (let j = 0; j < k; j++) {
          matrix[(row * count + tokens[starts[q * length + t] + j]) * k + j] += 1 / windows;
        }
      }
      row++;
    });
  }
  return matrix;
}
