/** Documents read again by their places are the documents of the first reading, in every format. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PlacedDocument, SourceOptions } from '../../../src/core/data/document.ts';
import { stampOf } from '../../../src/core/data/slices.ts';
import { fixtures, openSource, scratch, userError } from './helpers.ts';

const { write } = scratch();

async function placed(path: string, options: SourceOptions = {}) {
  const source = await openSource(path, { onError: 'skip', ...options });
  const first: PlacedDocument[] = [];
  for await (const batch of source.placed()) first.push(...batch);
  const again = async (...which: [number, number][]) => {
    const batches: PlacedDocument[][] = [];
    const ranges = which.map(([from, to]) => ({ first: first[from].place, last: first[to].place }));
    for await (const batch of source.again(ranges)) batches.push(batch);
    return batches;
  };
  return { source, first, again };
}

const files = [
  'recipes.train.jsonl',
  'household.csv',
  'onehot.csv',
  'remarks.tsv',
  'quoted.tsv',
  'garden.train',
  'lml2.tsv',
  'lml3.tsv',
  'bow.txt',
  'weeds-train.arff',
  'notes',
];

describe('reading again', () => {
  test.each(files)('%s: each document alone, and all in one', async (name) => {
    const { first, again } = await placed(`${fixtures}/${name}`);
    expect(first.length).toBeGreaterThan(1);
    const alone = await again(...first.map((_, i): [number, number] => [i, i]));
    expect(alone.map((batch) => batch.length)).toEqual(first.map(() => 1));
    expect(alone.flat()).toEqual(first);
    expect(await again([0, first.length - 1])).toEqual([first]);
  });

  test.each(files.filter((name) => name !== 'notes' && !name.endsWith('.arff')))('%s packed', async (name) => {
    const path = write(`${name}.gz`, gzipSync(readFileSync(`${fixtures}/${name}`)));
    const { first, again } = await placed(path);
    const last = first.length - 1;
    expect(await again([0, 0], [last, last])).toEqual([[first[0]], [first[last]]]);
  });

  test('raw texts come without the labels of their companion', async () => {
    const { first, again } = await placed(`${fixtures}/pair_raw_texts.txt`);
    const bare = first.map(({ document, place }) => ({ document: { ...document, labels: [] }, place }));
    expect((await again([1, 1])).flat()).toEqual([bare[1]]);
  });

  test('records after torn and undecodable ones keep number and id', async () => {
    const good = (i: number) => JSON.stringify({ text: `text ${i}`, labels: ['l'] });
    const lines = [good(1), '{"text": ', good(3), '', '"\xff', good(5)];
    const path = write('torn.jsonl', Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
    const { source, first, again } = await placed(path);
    expect(first.map(({ document }) => document.id)).toEqual(['1', '3', '5']);
    expect((await again([0, 2])).flat()).toEqual(first);
    expect((await again([2, 2])).flat()).toEqual([first[2]]);
    expect(source.findings.skipped).toBe(2);
  });

  test('BOM, CR LF, rows over several lines', async () => {
    const path = write('rows.csv', '\ufeffid,text,labels\r\n1,"a\r\nb",x\r\n\r\n2,"c ""d""",y|z\r\n3,é,x\r\n');
    const { first, again } = await placed(path);
    expect(first.map(({ place: { line, byte } }) => [line, byte])).toEqual([
      [2, 19],
      [5, 33],
      [6, 50],
    ]);
    for (let i = 0; i < first.length; i++) expect((await again([i, i])).flat()).toEqual([first[i]]);
  });

  test('a gzip across many chunks', async () => {
    const text = (i: number) => `${i} ${'word '.repeat(i % 400)}`;
    const lines = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ id: `n${i}`, text: text(i), labels: [] }));
    const { first, again } = await placed(write('many.jsonl.gz', gzipSync(lines.join('\n'))));
    const wanted: [number, number][] = [
      [3, 3],
      [1000, 1900],
      [4999, 4999],
    ];
    expect(await again(...wanted)).toEqual(wanted.map(([from, to]) => first.slice(from, to + 1)));
  });

  test('a file that has changed since is refused', async () => {
    const path = write('changing.train', '__label__a one\n__label__b two\n');
    const { again } = await placed(path);
    writeFileSync(path, '__label__a one more\n__label__b two\n');
    utimesSync(path, 1, 1);
    expect((await userError(again([1, 1]))).code).toBe('file-changed');
  });
});

test('a file that is gone is something that the user can fix, not a fault of ours', async () => {
  const error = await userError(stampOf('gone.jsonl'));
  expect([error.code, error.place.file]).toEqual(['file-not-found', 'gone.jsonl']);
});
