/** JSON that is no "object a line", as an editor holds it, against the core's reader. */
import { expect, test } from 'vitest';
import { RecordLocator } from '../../../../src/core/data/positions/recordLocator.ts';
import { readAll, scratch } from '../helpers.ts';
import { linesOf, sourceText } from './helpers.ts';

const { write } = scratch();

const records = Array.from({ length: 30 }, (_, i) => ({
  id: `d${i}`,
  text: `Start${i}x it "says"\n{ [caf\u00e9] \ud83d\ude00, and goes on for some words End${i}x`,
  labels: ['a b', `l${i % 5}`],
}));
const indented = (value: unknown): string => JSON.stringify(value, null, 2);
const oneLine = (value: unknown): string => JSON.stringify(value);
const ascii = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const python = (json: string): string => json.replaceAll(`"id"`, `'id'`).replaceAll('"text"', "'text'");
const column = (name: 'id' | 'text' | 'labels'): unknown[] => records.map((record) => record[name]);
const byKey = (name: 'id' | 'text' | 'labels'): unknown =>
  Object.fromEntries(records.map((record, i) => [String(records.length - i), record[name]]));
const nested = records.map(({ id, text, labels }) => ({ meta: { id }, content: { body: [[text]] }, labels }));

test.each([
  ['an array', indented(records)],
  ['an array on one line', oneLine(records)],
  ['an array of ASCII', ascii(indented(records))],
  ['an array of nested fields', indented(nested)],
  ['an array in Python', `[${records.map((record) => python(oneLine(record))).join(',\n')},]`],
  ['records under a key', indented({ version: 1, about: { data: 'no' }, data: records, more: [1] })],
  ['records under a key of a key', oneLine({ header: { status: 0 }, response: { found: 30, docs: records } })],
  ['objects over several lines', records.map(indented).join('\n')],
  ['lists as records', indented(records.map(({ id, text, labels }) => [id, text, labels]))],
  ['columns', indented({ id: column('id'), text: column('text'), labels: column('labels') })],
  ['columns by key', oneLine({ id: byKey('id'), text: byKey('text'), labels: byKey('labels') })],
  [
    'a split frame',
    oneLine({ columns: ['id', 'text', 'labels'], index: [], data: records.map((r) => Object.values(r)) }),
  ],
  ['records by id', indented(Object.fromEntries(records.map(({ id, ...rest }) => [id, rest])))],
])('each record of %s is found where it stands', async (name, json) => {
  const path = write(`${name.replaceAll(' ', '-')}.json`, json);
  const { documents, source } = await readAll(path);
  expect([source.format, documents.length]).toEqual(['json', 30]);
  const lines = linesOf(json);
  const locator = await RecordLocator.open(path, lines, { format: name.length % 2 ? 'json' : undefined });
  expect(locator?.count).toBe(30);
  for (const { text, labels } of documents) {
    const word = /Start\d+x/.exec(text)?.[0] ?? '';
    const line = json.slice(0, json.indexOf(word)).split('\n').length - 1;
    const found = await locator?.at(lines, line, lines.at(line).indexOf(word));
    expect(found).toMatchObject({ labels, map: { text } });
    expect(found && sourceText(lines, found.map, 0, word.length)).toEqual([word]);
    expect(found && documents[(found.number ?? 0) - 1].text).toBe(text);
  }
});

test('between records there is none', async () => {
  const json = indented(records);
  const lines = linesOf(json);
  const locator = await RecordLocator.open(write('between.json', json), lines, {});
  expect(await locator?.at(lines, 0)).toBeUndefined();
  expect(await locator?.at(lines, lines.count - 1)).toBeUndefined();
  expect((await locator?.at(lines, 1, 2))?.number).toBe(1);
});

test('the text is that of the editor, not that of the disk', async () => {
  const path = write('changed.json', oneLine({ text: column('text'), labels: column('labels') }));
  const lines = linesOf(oneLine({ text: ['new words of this', 'and of that one'], labels: [['x'], ['y']] }));
  const locator = await RecordLocator.open(path, lines, {});
  const at = lines.at(0).indexOf('of that');
  expect(await locator?.at(lines, 0, at)).toMatchObject({ map: { text: 'and of that one' }, labels: ['y'], number: 2 });
});

test('JSON documents of more than 4 million characters are not read whole', async () => {
  const row = oneLine({ text: 'word '.repeat(1000), labels: ['a'] });
  const all = Array.from({ length: 900 }, (_, i) => (i === 0 ? `[${row},` : i === 899 ? `${row}]` : `${row},`));
  const lines = { count: all.length, at: (i: number): string => all[i], end: '\n' as const };
  expect(await RecordLocator.open('large.json', lines, {})).toBeUndefined();
});
