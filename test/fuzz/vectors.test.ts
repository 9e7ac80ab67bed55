import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { probeVectors } from '../../src/core/data/vectors/probeVectors.ts';
import { readVectors } from '../../src/core/data/vectors/readVectors.ts';
import { scratch } from '../core/data/helpers.ts';
import { binaryOf, textOf, zipOf, type Vectors } from '../core/data/vectors/files.ts';
import { expectBoth, fuzz } from './fuzz.ts';

const { folder } = scratch();
const vectors: Vectors = Array.from({ length: 40 }, (_, i) => [`wörd${i}`, [i / 8, -1.5, 3, i]]);
const text = textOf(vectors);
const headed = `${vectors.length} 4\n${text}`;
const forms: [string, Buffer][] = [
  ['GloVe', Buffer.from(text)],
  ['fastText', Buffer.from(headed)],
  ['word2vec binary, as gensim writes it', binaryOf(vectors)],
  ['word2vec binary of the original program', binaryOf(vectors, { newlines: true })],
  ['gzip', gzipSync(headed)],
  ['zip', zipOf({ 'a.txt': text, 'b.bin': binaryOf(vectors.slice(0, 20)), 'read.me': 'hello' })],
  ['zip with numbers of 64 bits', zipOf({ 'a.txt': headed }, { wide: true })],
  ['zip, stored', zipOf({ 'a.bin': binaryOf(vectors, { newlines: true }) }, { stored: true, comment: 'by hand' })],
];

describe('damaged word vectors are read or refused, never more', () => {
  it.each(forms)(
    '%s',
    async (_, whole) => {
      const file = join(folder, 'vectors');
      const told = await fuzz([whole], 400, async (bytes) => {
        writeFileSync(file, bytes);
        const probed = probeVectors(file, { dim: 4 });
        let taken = 0;
        const read = await readVectors(probed, {
          wants: () => true,
          take: (word, vector) => {
            taken++;
            expect([word === '', vector.length]).toEqual([false, probed.dim]);
            expect(vector.every(Number.isFinite)).toBe(true);
          },
          note: ({ message, line }) => expect(message !== '' && line >= 0).toBe(true),
        });
        expect(taken).toBeLessThanOrEqual(read);
        expect(read).toBeLessThanOrEqual(bytes.length * 1000); // a zip may hold as much
      });
      expect(told.read + told.refused).toBeGreaterThan(0);
      if (whole[0] === 0x50) expectBoth(told);
    },
    3_600_000,
  );
});
