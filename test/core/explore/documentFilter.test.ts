import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/base/errors.ts';
import { openInspection } from '../../../src/core/explore/inspection.ts';
import type { DocumentFilter } from '../../../src/core/explore/documentFilter.ts';
import { marksIn, textPattern } from '../../../src/core/explore/documentFilter.ts';
import { snippetOf, TextMatcher } from '../../../src/core/explore/textMatcher.ts';
import { key32, uniformAt } from '../../../src/core/base/random.ts';
import { scratch, userError } from '../data/helpers.ts';

const { write } = scratch();
const never = new AbortController().signal;

interface Plain {
  id: string;
  text: string;
  labels: string[];
}

/** The documents that fulfil a filter, by its definition. */
function bruteForce(documents: readonly Plain[], { labels, words, labelCount, text }: DocumentFilter): Plain[] {
  const { all = [], any = [], none = [] } = labels ?? {};
  const isIn = (n: number, from = 0, to = Infinity) => n >= from && n <= to;
  return documents.filter((one) => {
    const has = (label: string) => one.labels.includes(label);
    const length = one.text.split(' ').filter(Boolean).length;
    return (
      all.every(has) &&
      (any.length === 0 || any.some(has)) &&
      !none.some(has) &&
      isIn(length, words?.from, words?.to) &&
      isIn(one.labels.length, labelCount?.from, labelCount?.to) &&
      (!text || one.text.toLowerCase().includes(text.text) || one.id.includes(text.text))
    );
  });
}

/** Small enough that most conditions are met by some documents, with others by none. */
function made(seed: number): { documents: Plain[]; filter: () => DocumentFilter } {
  let drawn = 0;
  const below = (n: number) => Math.floor(n * uniformAt(key32(seed), drawn++));
  const some = <T>(from: readonly T[], most: number): T[] =>
    Array.from({ length: below(most + 1) }, () => from[below(from.length)]);
  const names = ['a', 'b', 'c', 'd', 'unheard of'];
  const documents = Array.from({ length: 60 }, (_, i) => ({
    id: `n${i}`,
    text: some(['Red', 'green', 'blue', 'grey'], 6).join(' '),
    labels: [...new Set(some(names.slice(0, 4), 4))],
  }));
  const range = () => (below(3) === 0 ? { from: below(4), to: 1 + below(5) } : undefined);
  const filter = (): DocumentFilter => ({
    labels: { all: some(names, 2), any: some(names, 2), none: some(names, 1) },
    words: range(),
    labelCount: range(),
    text: below(2) ? { text: ['re', 'blue', '7'][below(3)] } : undefined,
  });
  return { documents, filter };
}

const inspected = (documents: readonly Plain[], name: string) =>
  inspectedFile(write(name, documents.map((one) => JSON.stringify(one)).join('\n')));

const folder = () => dirname(write('beside', ''));

async function inspectedFile(file: string) {
  const inspection = await openInspection({ file });
  await inspection.read(() => {}, never);
  return inspection;
}

describe('documents that fulfil a filter', () => {
  test.each([1, 2, 3])('are those that its definition gives, page by page and in every order (%i)', async (seed) => {
    const { documents, filter } = made(seed);
    const inspection = await inspected(documents, `filter-${seed}.jsonl`);
    let found = 0;
    for (let round = 0; round < 60; round++) {
      const query = { split: 'all' as const, ...filter() };
      const expected = bruteForce(documents, query);
      const ids = expected.map(({ id }) => id);
      expect(await inspection.documentCount(query)).toBe(ids.length);
      const page = await inspection.documentPage({ ...query, offset: 2, limit: 5 });
      expect(page.rows.map(({ id }) => id)).toEqual(ids.slice(2, 7));
      const listed = async (by: 'place' | 'id' | 'text' | 'labels' | 'words', descending: boolean) =>
        (await inspection.documentPage({ ...query, sort: { by, descending }, offset: 0, limit: 100 })).rows;
      expect((await listed('place', true)).map(({ id }) => id)).toEqual(ids.toReversed());
      const byWords = (await listed('words', true)).map(({ words }) => words);
      expect(byWords).toEqual(byWords.toSorted((a, b) => b - a));
      const byText = (await listed('text', false)).map(({ snippet }) => snippet);
      expect(byText).toEqual(byText.toSorted(new Intl.Collator('en', { numeric: true }).compare));
      const byLabels = (await listed('labels', false)).map(({ labels }) => labels.length);
      expect(byLabels).toEqual(expected.map(({ labels }) => labels.length).toSorted());
      expect((await listed('id', false)).map(({ id }) => id)).toEqual(ids);
      found += ids.length;
    }
    expect(found).toBeGreaterThan(60); // the filters are not all too strict
  });

  test('a search is counted to its end once, whoever asks at the same time', async () => {
    const documents = Array.from({ length: 900 }, (_, i) => ({ id: `d${i}`, text: `word ${i % 3}`, labels: ['l'] }));
    const inspection = await inspected(documents, 'together.jsonl');
    const query = { split: 'all' as const, text: { text: 'word 2' } };
    const asked = [
      inspection.documentPage({ ...query, offset: 0, limit: 5 }),
      inspection.documentCount(query),
      inspection.documentCount(query),
    ];
    const [, first, second] = await Promise.all(asked);
    expect([first, second]).toEqual([300, 300]);
  });
});

describe('documents that are written', () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i},"a text, number ${i}","${i % 2 ? 'odd' : 'even;two'}"`);
  const odd = { split: 'all' as const, labels: { all: ['odd'] } };

  test.each([
    ['plain', (text: string) => text],
    ['packed', gzipSync],
  ])('are a dataset of the same format, byte for byte, or JSON lines (%s)', async (name, pack) => {
    const source = ['\uFEFFid,text,labels', ...rows].join('\r\n');
    const inspection = await inspectedFile(write(`${name}.csv${name === 'packed' ? '.gz' : ''}`, pack(source)));
    const [csv, jsonl] = [join(folder(), `${name}-odd.csv`), join(folder(), `${name}-odd.jsonl`)];
    expect(await inspection.writeDocuments(odd, csv, {})).toBe(20);
    const expected = ['\uFEFFid,text,labels', ...rows.filter((_, i) => i % 2)].join('\r\n');
    expect(readFileSync(csv, 'utf8')).toBe(`${expected}\n`);
    expect(await inspection.writeDocuments({ ...odd, text: { text: 'number 7' } }, jsonl, {})).toBe(1);
    expect(readFileSync(jsonl, 'utf8')).toBe('{"id":"7","text":"a text, number 7","labels":["odd"]}\n');
  });

  test('never take the place of what they are read from, and are whole or not there', async () => {
    const file = write('own.csv', ['id,text,labels', ...rows].join('\n'));
    const inspection = await inspectedFile(file);
    expect((await userError(inspection.writeDocuments(odd, file, {}))).code).toBe('same-file');
    const stop = new AbortController();
    const part = join(folder(), 'part.jsonl');
    const work = inspection.writeDocuments(odd, part, { signal: stop.signal, onProgress: () => stop.abort() });
    stop.abort();
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(existsSync(part)).toBe(false);
  });

  test('labels are a table', async () => {
    const inspection = await inspectedFile(write('labels.csv', ['id,text,labels', ...rows].join('\n')));
    const query = { split: 'all' as const, sort: 'all' as const, descending: true };
    expect(inspection.labelTable({ ...query, search: 'od' })).toBe('label,all,share\r\nodd,20,0.5\r\n');
  });
});

describe('the text of a filter', () => {
  const found = (condition: Parameters<typeof textPattern>[0], text: string) =>
    marksIn(text, textPattern(condition)).map(([start, end]) => text.slice(start, end));

  test('is plain, whatever it holds; with case, as whole words of any script, or as an expression', () => {
    expect(found({ text: 'a.b' }, 'a.b A.B axb')).toEqual(['a.b', 'A.B']);
    expect(found({ text: '(' }, '((')).toEqual(['(', '(']);
    expect(found({ text: 'a/b-c' }, 'a/b-c')).toEqual(['a/b-c']);
    expect(found({ text: 'oil', matchCase: true }, 'Oil oil')).toEqual(['oil']);
    expect(found({ text: 'straße', wholeWord: true }, 'Straße Straßen Hauptstraße straße!')).toEqual([
      'Straße',
      'straße',
    ]);
    expect(found({ text: 'c++', wholeWord: true }, 'c++ or C++x')).toEqual(['c++']);
    expect(found({ text: 'lo.e|^end', isPattern: true }, 'love lose\nend end')).toEqual(['love', 'lose', 'end']);
    expect(found({ text: 'a|b', isPattern: true, wholeWord: true }, 'a ab b')).toEqual(['a', 'b']);
    expect(found({ text: 'x*', isPattern: true }, 'axxb')).toEqual(['xx']); // nothing is no match to mark
  });

  test.each(['(', '[', 'a{2', 'a)(b', '\\'])('that is no expression is an error with its reason: %s', (text) => {
    for (const wholeWord of [false, true])
      expect(() => textPattern({ text, isPattern: true, wholeWord })).toThrow(/^Not a regular expression: [^:]+$/);
  });

  test('that would take for ever is given up', async () => {
    const text = `${'a'.repeat(60)}!`;
    const matcher = new TextMatcher({ text: '(a+)+$', isPattern: true }, 50);
    const started = performance.now();
    expect((await userError(Promise.resolve().then(() => matcher.holding([[text]])))).code).toBe('slow-pattern');
    expect(() => matcher.marks(text)).toThrow('takes too long');
    expect(performance.now() - started).toBeLessThan(3000);
    expect(new TextMatcher({ text: 'a+', isPattern: true }).holding([['b'], [text]])).toEqual([false, true]);
  });

  test('is seen in the beginning of a text, or what is around it is shown instead', () => {
    const matcher = new TextMatcher({ text: 'needle' });
    expect(snippetOf('a needle', matcher)).toEqual({ snippet: 'a needle', marks: [[2, 8]] });
    const { snippet, marks } = snippetOf(`${'hay '.repeat(500)}needle${' hay'.repeat(500)}needle`, matcher);
    expect(marks.map(([start, end]) => snippet.slice(start, end))).toEqual(['needle']);
    expect(snippet.startsWith('…')).toBe(true);
    expect(marks[0][0]).toBeLessThan(100);
  });
});
