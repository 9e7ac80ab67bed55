import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { embeddingCoverage } from '../../../src/core/text/embeddingCoverage.ts';
import { put, temporaryFolder, userError } from './helpers.ts';

const lines = 'cat 1 2.5\ndog 9 9\nNew York 3 4\ncat 5 6\ntorn\nmat -1e-1 .5\n';
const words = new Map([
  ['cat', 5],
  ['hat', 3],
  ['New York', 2],
]);

test.each([
  ['plain', lines],
  ['with counts', `5 2\n${lines}`],
  ['gzip', gzipSync(lines)],
])('words and occurrences that have a vector: %s', async (_, content) => {
  const file = await put(join(await temporaryFolder(), 'vectors.txt'), content);
  const told = await embeddingCoverage(file, [words, new Map()]);
  expect(told).toEqual({
    file,
    dim: 2,
    vectors: 5,
    coverages: [
      { words: 3, wordsFound: 2, tokens: 10, tokensFound: 7 },
      { words: 0, wordsFound: 0, tokens: 0, tokensFound: 0 },
    ],
  });
});

test('a file without vectors is refused', async () => {
  const file = await put(join(await temporaryFolder(), 'vectors.txt'), '\n');
  expect(await userError(embeddingCoverage(file, [words]))).toMatchObject({ code: 'embedding-empty' });
});
