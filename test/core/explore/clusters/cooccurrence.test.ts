import { expect, test } from 'vitest';
import { cooccurrence } from '../../../../src/core/explore/clusters/cooccurrence.ts';
import { minMaxColumns, scaled } from '../../../../src/core/explore/clusters/scaling.ts';
import { transpose } from '../../../../src/core/base/sparseMatrix.ts';
import { key32, uniformAt } from '../../../../src/core/base/random.ts';
import { dense, sparse } from './dense.ts';

const documents = Array.from({ length: 200 }, (_, d) =>
  Array.from({ length: 12 }, (_, l) => l).filter((l) => uniformAt(key32(5, d), l) < 1 / (l + 1)),
);
const incidence = {
  documents: documents.length,
  labels: 13, // the last one is never used
  starts: Float64Array.from(documents.reduce((starts, labels) => [...starts, starts.at(-1)! + labels.length], [0])),
  labelIds: Int32Array.from(documents.flat()),
};

test('counts the documents that have both labels, a label itself on the diagonal', async () => {
  const counted = dense(await cooccurrence(incidence));
  for (let a = 0; a < 13; a++)
    for (let b = 0; b < 13; b++)
      expect(counted[a][b]).toBe(documents.filter((labels) => labels.includes(a) && labels.includes(b)).length);
});

test('turns a matrix over', () => {
  const matrix = [
    [1, 0, 2],
    [0, 0, 3],
  ];
  expect(dense(transpose(sparse(matrix)))).toEqual([
    [1, 0],
    [0, 0],
    [2, 3],
  ]);
});

test('scales columns as MinMaxScaler does, constant ones to 0', () => {
  const matrix = [
    [2, 0, 5, 1],
    [4, 3, 5, 0],
    [8, 6, 5, 0],
  ];
  expect(dense(minMaxColumns(sparse(matrix)))).toEqual([
    [0, 0, 0, 1],
    [1 / 3, 0.5, 0, 0],
    [1, 1, 0, 0],
  ]);
});

test('cosine scaling makes rows of length 1 and leaves empty ones empty', () => {
  expect(
    dense(
      scaled(
        sparse([
          [3, 4],
          [0, 0],
        ]),
        'cosine',
      ),
    ),
  ).toEqual([
    [0.6, 0.8],
    [0, 0],
  ]);
});
