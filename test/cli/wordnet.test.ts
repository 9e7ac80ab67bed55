import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitNames } from '../../src/core/base/splits.ts';
import { buildDataset, findWordnet, splitOf } from '../../src/cli/wordnet/wordnetDataset.ts';
import { ancestors, parseNouns } from '../../src/cli/wordnet/synsets.ts';

const sample = [
  '  1 Permission to use, copy  ',
  '  2   and WordNet 3.1 Copyright 2011 by Princeton University.  ',
  '00000100 03 n 01 thing 0 001 ~ 00000200 n 0000 | what is  ',
  '00000200 03 n 02 living_thing 0 being 0 002 @ 00000100 n 0000 ~i 00000300 n 0000 | what lives; "she  lives"  ',
  '00000300 18 n 0a a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j 0 002 @i 00000200 n 0000 #m 00000100 n 0000 | a | b  ',
].join('\n');

describe('WordNet', () => {
  it('reads words, glosses and both kinds of hypernyms', () => {
    const { licence, synsets } = parseNouns(sample);
    expect(licence).toBe('Permission to use, copy\n  and WordNet 3.1 Copyright 2011 by Princeton University.\n');
    expect(synsets.map((s) => [s.offset, s.words[0], s.words.length, s.gloss, s.hypernyms])).toEqual([
      ['00000100', 'thing', 1, 'what is', []],
      ['00000200', 'living thing', 2, 'what lives; "she lives"', ['00000100']],
      ['00000300', 'a', 10, 'a | b', ['00000200']],
    ]);
    expect([...ancestors(synsets).get('00000300')!]).toEqual(['00000200', '00000100']);
  });

  it('makes the dataset of the demo from all nouns', async () => {
    const { licence, synsets } = parseNouns(await readFile(join(findWordnet(), 'data.noun'), 'utf8'));
    expect(licence).toContain('WordNet 3.1 Copyright 2011 by Princeton University.');
    expect(synsets).toHaveLength(82_192);
    const { splits, names } = buildDataset(synsets);
    const documents = splitNames.flatMap((s) => splits[s]);
    expect(documents).toHaveLength(80_662);
    expect(names.size).toBe(1_458);
    expect(new Set(names.values()).size).toBe(names.size);
    const perDocument = documents.reduce((sum, d) => sum + d.labels.length, 0) / documents.length;
    expect(perDocument).toBeCloseTo(4.263, 3);
    const words = documents.reduce((sum, d) => sum + d.text.split(' ').length, 0) / documents.length;
    expect(words).toBeCloseTo(12.58, 1);
    expect(splits.test.length / documents.length).toBeCloseTo(0.1, 2);
    expect(splits.validation.length / documents.length).toBeCloseTo(0.1, 2);
    expect(documents.every((d) => d.labels.every((l) => names.has(l)))).toBe(true);
    const counts = new Map<string, number>();
    for (const { labels } of documents) for (const l of labels) counts.set(l, (counts.get(l) ?? 0) + 1);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(30);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(8_219);
    expect(splitOf('00001740')).toBe(splitOf('00001740'));
  });
});
