/** The records of real datasets, as an editor would ask for them, against the core's readers. */
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Lines, PositionMap } from '../../../../src/core/data/positions/positionMap.ts';
import { scratch, sharedTest, unpackXz } from '../helpers.ts';
import { compareWithReader, sourceText } from './helpers.ts';

const { write } = scratch();

/** Words of letters and digits are written as they are in all of these files, but for escapes. */
function wordsStandThere(map: PositionMap, lines: Lines): void {
  for (const { 0: word, index } of [...map.text.matchAll(/[a-z\d]+/gi)].slice(0, 60))
    expect(sourceText(lines, map, index, index + word.length)).toEqual([word]);
}

sharedTest('Reuters', 'reuters21578-r90/test.jsonl.xz', async (path) => {
  const file = unpackXz(path, write, 'reuters-test.jsonl');
  expect(await compareWithReader(file, { step: 2, check: wordsStandThere })).toBe(1510);
});

sharedTest('EURLEX57K dev', 'eurlex57k/dev.jsonl.xz', async (path) => {
  const file = unpackXz(path, write, 'eurlex-dev.jsonl');
  expect(await compareWithReader(file, { step: 10, check: wordsStandThere })).toBe(600);
  expect(await compareWithReader(file, { step: 50, options: { textField: ['id', 'title'] } })).toBe(120);
});

sharedTest('Cooking', 'cooking/cooking.valid', async (path) => {
  expect(await compareWithReader(path, { check: wordsStandThere })).toBe(3000);
});

sharedTest('GoEmotions, its quotes as they are', 'goemotions/dev.tsv.gz', async (path) => {
  const file = write('emotions.tsv', gunzipSync(readFileSync(path)));
  expect(await compareWithReader(file, { check: wordsStandThere })).toBe(5426);
});
