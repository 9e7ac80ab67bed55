import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Analyses } from '../../../../src/core/explore/analysis/analyses.ts';
import type { Progress } from '../../../../src/core/base/progress.ts';
import type { QualityKind } from '../../../../src/core/explore/analysis/analysisApi.ts';
import { openInspection } from '../../../../src/core/explore/inspection.ts';
import { chiSquare } from '../../../../src/core/explore/words/markingWords.ts';
import { scratch, userError } from '../../data/helpers.ts';

const { write } = scratch();
const never = { signal: new AbortController().signal };

const jsonl = (rows: [id: string, text: string, labels: string[]][]): string =>
  rows.map(([id, text, labels]) => JSON.stringify({ id, text, labels })).join('\n');

const sentence = 'the small grey cat sleeps on the warm windowsill of the old kitchen all day long';
const train: [string, string, string[]][] = [
  ['a', sentence, ['cats', 'homes']],
  ['b', 'the cat and the dog play', ['cats', 'dogs', 'play']],
  ['c', 'a dog barks', ['dogs']],
  ['d', 'a cat purrs', ['cats']],
  ['e', 'a bird sings', ['birds']],
  ['f', 'a dog barks', ['birds']],
  ['g', 'a bird plays', ['birds', 'play']],
  ['h', '', ['Birds']],
];
const held: [string, string, string[]][] = [
  ['x', `${sentence} again`, ['cats']],
  ['y', 'A dog  barks', ['dogs', 'foxes']],
  ['z', 'fox', ['foxes', 'play']],
];

async function analyses(folder: string): Promise<{ analyses: Analyses; path: string }> {
  const path = write(`${folder}/train.jsonl`, jsonl(train));
  write(`${folder}/test.jsonl`, jsonl(held));
  const inspection = await openInspection({ file: path });
  await inspection.read(() => {}, never.signal);
  return { analyses: new Analyses(inspection), path };
}

describe('words', () => {
  test('those of a label and of a document, by either measure', async () => {
    const { analyses: all } = await analyses('words');
    const told: Progress[] = [];
    const overview = await all.readWords('train', { ...never, onProgress: (progress) => told.push(progress) });
    expect(overview).toMatchObject({ documents: 8, of: 8 });
    expect(told[0]).toMatchObject({ pass: 1, passes: 1, documents: 0 });
    for (const measure of ['log-odds', 'chi-square'] as const) {
      const { words, label } = all.labelWords('train', 'cats', measure);
      expect(label).toEqual({ name: 'cats', display: undefined, documents: 3 });
      expect(words[0]).toMatchObject({ word: 'cat', inGroup: 3, documents: 3 });
      expect(words.map(({ score }) => score)).toEqual(words.map(({ score }) => score).sort((x, y) => y - x));
    }
    const { words, labels, id } = all.documentWords('train', 2);
    expect([id, labels]).toEqual(['c', [{ name: 'dogs', display: undefined }]]);
    expect(words[0]).toMatchObject({ word: 'barks', count: 1, tfidf: Math.log(8 / 2) });
  });

  test('chi-square is that of the table of two by two', () => {
    // expected counts from the margins, the textbook's way
    const [a, b, c, d] = [30, 10, 20, 40];
    const all = a + b + c + d;
    const cells = [
      [a, (a + b) * (a + c)],
      [b, (a + b) * (b + d)],
      [c, (c + d) * (a + c)],
      [d, (c + d) * (b + d)],
    ];
    const plain = cells.reduce((sum, [seen, margin]) => sum + (seen - margin / all) ** 2 / (margin / all), 0);
    expect(chiSquare(a, a + b, c, c + d)).toBeCloseTo(plain, 10);
    expect(chiSquare(c, c + d, a, a + b)).toBe(0);
  });

  test('a stopped reading tells of the documents until then, and begins anew when asked again', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i): [string, string, string[]] => [
      `${i}`,
      `w${i} ${sentence}`,
      ['l'],
    ]);
    const inspection = await openInspection({ file: write('long/data.jsonl', jsonl(rows)) });
    await inspection.read(() => {}, never.signal);
    const all = new Analyses(inspection);
    const stop = new AbortController();
    const partial = await all.readWords('all', { signal: stop.signal, onProgress: () => stop.abort() });
    expect(partial.documents).toBeLessThan(partial.of);
    expect((await all.readWords('all', never)).documents).toBe(20_000);
  });

  test('a file that has changed is told', async () => {
    const { analyses: all, path } = await analyses('changed');
    writeFileSync(path, jsonl(train.slice(0, 3)));
    expect((await userError(all.readWords('train', never))).code).toBe('file-changed');
    appendFileSync(path, '\n');
  });

  test('what was not analysed is not told', async () => {
    const { analyses: all } = await analyses('early');
    expect(() => all.labelWords('train', 'cats', 'log-odds')).toThrow('not analysed');
    await all.readWords('train', never);
    expect(() => all.labelWords('train', 'whales', 'log-odds')).toThrow('whales');
  });
});

describe('co-occurrence', () => {
  test('of the head, and of one label', async () => {
    const { analyses: all } = await analyses('pairs');
    const head = all.headCooccurrence('train', 4);
    expect(head.labels.map(({ name, documents }) => [name, documents])).toEqual([
      ['birds', 3],
      ['cats', 3],
      ['dogs', 2],
      ['play', 2],
    ]);
    expect(head.counts).toEqual([
      [3, 0, 0, 1],
      [0, 3, 1, 1],
      [0, 1, 2, 1],
      [1, 1, 1, 2],
    ]);
    expect([head.all, head.share]).toEqual([6, 10 / 12]);
    const query = {
      split: 'train' as const,
      label: 'cats',
      sort: 'together' as const,
      descending: true,
      offset: 0,
      limit: 2,
    };
    const { rows, total } = all.neighbourPage(query);
    expect(total).toBe(3);
    expect(rows.map(({ name, together, ofOther }) => [name, together, ofOther])).toEqual([
      ['dogs', 1, 0.5],
      ['play', 1, 0.5],
    ]);
    expect(rows[0].lift).toBeCloseTo((1 * 8) / (3 * 2), 12);
    expect(all.neighbourPage({ ...query, sort: 'lift' }).rows[0].name).toBe('homes');
    expect(all.neighbourPage({ ...query, search: 'PLA' })).toMatchObject({ total: 1, rows: [{ name: 'play' }] });
  });
});

describe('quality', () => {
  test('each kind with its documents, train first whatever was asked for', async () => {
    const { analyses: all } = await analyses('quality');
    const { counts, texts, first } = await all.readQuality(never);
    expect(first).toBe('train');
    expect(counts).toMatchObject({
      contradictory: 1,
      repeated: 1,
      near: 1,
      leaks: 2,
      empty: 1,
      oneWord: 1,
      variants: 1,
    });
    expect(texts).toMatchObject({ documents: 11, of: 11, leakage: [{ split: 'test', exact: 1, near: 1 }] });
    const page = async (kind: QualityKind) => (await all.qualityPage({ kind, offset: 0, limit: 10 })).rows;
    expect((await page('contradictory'))[0].found).toMatchObject([
      { snippet: 'a dog barks', labels: [{ name: 'dogs' }] },
      { snippet: 'a dog barks' },
      { snippet: 'A dog  barks' },
    ]);
    expect((await page('contradictory'))[0].found.map(({ split, document, line }) => [split, document, line])).toEqual([
      ['train', 2, 3],
      ['train', 5, 6],
      ['test', 1, 2],
    ]);
    expect((await page('leaks')).map(({ exact, found }) => [exact, found[0].id, found[1].id])).toEqual([
      [true, 'y', 'c'],
      [false, 'x', 'a'],
    ]);
    expect((await page('near'))[0]).toMatchObject({
      found: [
        { split: 'test', document: 0 },
        { split: 'train', document: 0 },
      ],
    });
    expect((await page('oneWord'))[0].found).toMatchObject([{ split: 'test', document: 2 }]);
    expect((await page('variants'))[0].labels?.map(({ name }) => name)).toEqual(['Birds', 'birds']);
  });
});

describe('comparison', () => {
  test('of two splits: shapes, labels that moved, duplicates, nearest', async () => {
    const { analyses: all } = await analyses('compare');
    const { first, second, labels, duplicates } = await all.compare('test', { split: 'train' }, never);
    expect([first, second]).toMatchObject([
      { split: 'test', documents: 3, labels: 4 },
      { split: 'train', documents: 8, labels: 6, labelsPerDocument: 12 / 8 },
    ]);
    expect(labels).toMatchObject({ first: 4, second: 6, both: 3 });
    expect(duplicates).toMatchObject({ exact: 2, near: 1 }); // both of the barking dogs
    expect(all.comparedPage({ list: 'onlyFirst', offset: 0, limit: 5 })).toMatchObject({
      total: 1,
      rows: [{ name: 'foxes', first: 2, second: 0 }],
    });
    const [moved] = all.comparedPage({ list: 'moved', offset: 0, limit: 1 }).rows;
    expect(moved).toMatchObject({ name: 'foxes', firstShare: 2 / 3, secondShare: 0 });
    expect(all.duplicatePage({ offset: 0, limit: 9 }).total).toBe(3);
    const { document, nearest } = all.nearest(2);
    expect(document.labels.map(({ name }) => name)).toEqual(['foxes', 'play']);
    expect(nearest).toMatchObject({ id: 'g', shared: ['play'], split: 'train', document: 6 });
    expect(nearest?.words[0].word).toBe('plays');
  });

  test('with any file, which is read first; documents without a common label have no nearest', async () => {
    const { analyses: all } = await analyses('file');
    const path = write('file/other.csv', 'text,labels\nthe cat,cats\nmoo,cows\n');
    const passes = new Set<number | undefined>();
    const overview = await all.compare('train', { file: path }, { ...never, onProgress: (p) => passes.add(p.passes) });
    expect([...passes]).toEqual([2]);
    expect(overview.second).toMatchObject({ file: path, documents: 2, labels: 2 });
    expect(all.nearest(3).nearest).toMatchObject({ file: path, document: 0, shared: ['cats'] });
    expect(all.nearest(4).nearest).toBeUndefined();
  });
});

describe('gathered while the files are read for the first time', () => {
  test('words, quality and comparison are those of reading again, and nothing is', async () => {
    const { analyses: again, path } = await analyses('gathered');
    const inspection = await openInspection({ file: path });
    const all = new Analyses(inspection);
    const visit = all.gather({ words: ['train'], quality: true, compared: 'train' });
    for (const split of inspection.splits) await split.readWhole(never, (document) => visit?.(split, document));
    const passes: Progress[] = [];
    const work = { ...never, onProgress: (progress: Progress) => passes.push(progress) };
    expect(await all.readWords('train', work)).toEqual(await again.readWords('train', never));
    for (const measure of ['log-odds', 'chi-square'] as const)
      expect(all.labelWords('train', 'cats', measure)).toEqual(again.labelWords('train', 'cats', measure));
    expect(await all.readQuality(work)).toEqual(await again.readQuality(never));
    expect(all.quality.report).toEqual(again.quality.report);
    expect(passes).toEqual([]);
    const other = { file: write('gathered/other.csv', `text,labels\n${sentence},cats\na dog barks,cows\n`) };
    expect(await all.compare('train', other, work)).toEqual(await again.compare('train', other, never));
    expect(all.duplicatePage({ offset: 0, limit: 9 })).toEqual(again.duplicatePage({ offset: 0, limit: 9 }));
    expect(new Set(passes.map(({ file, passes }) => `${file} ${passes}`))).toEqual(new Set([`${other.file} 1`]));
    // a second comparison reads again: the texts that were gathered hold those of the first
    expect((await all.compare('train', { split: 'test' }, never)).duplicates).toEqual({ set: 1, exact: 1, near: 1 });
  });

  test('a dataset without a readable document has its quality, too', async () => {
    const inspection = await openInspection({ file: write('torn/data.jsonl', '{"text":"torn') }, { format: 'jsonl' });
    await inspection.read(() => {}, never.signal);
    expect(await new Analyses(inspection).readQuality(never)).toMatchObject({ texts: { documents: 0, of: 0 } });
  });
});
