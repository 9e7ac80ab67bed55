import { expect, test } from 'vitest';
import { UserError } from '../../../../src/core/base/errors.ts';
import type { Lines } from '../../../../src/core/data/positions/positionMap.ts';
import { paragraphAt } from '../../../../src/core/data/positions/paragraph.ts';
import { plainText } from '../../../../src/core/data/positions/positionMap.ts';
import { RecordLocator } from '../../../../src/core/data/positions/recordLocator.ts';
import { linesOf, sourceText } from './helpers.ts';

async function locator(path: string, lines: Lines, options = {}): Promise<RecordLocator> {
  const opened = await RecordLocator.open(path, lines, options);
  if (!opened) throw new Error('There is no locator');
  return opened;
}

test('title and text of a JSON line become one text; ranges leave out what is between them', async () => {
  const lines = linesOf('{"text":"a \\"big\\"\\nloaf","labels":["x"],"title":"Bread \\ud83c\\udf5e"}\n');
  const found = await (await locator('a.jsonl', lines)).at(lines, 0);
  expect(found?.map.text).toBe('Bread 🍞\na "big"\nloaf');
  expect(found?.labels).toEqual(['x']);
  const at = (start: number, end: number) =>
    found?.map.toSource(start, end).map((r) => [r.start.character, r.end.character]);
  expect(at(6, 8)).toEqual([[56, 68]]); // a surrogate pair
  expect(at(12, 15)).toEqual([[13, 16]]); // big, behind an escaped quote
  expect(at(0, 10)).toEqual([
    [50, 68],
    [9, 10],
  ]); // from title to text, without the line end that joins them
  const whole = { start: { line: 0, character: 0 }, end: { line: 0, character: 20 } };
  expect(found?.map.toText(whole)).toEqual({ start: 9, end: 17 });
  expect(found?.map.toText({ start: { line: 0, character: 30 }, end: { line: 0, character: 34 } })).toBeUndefined();
});

test('a quoted cell of several lines is found from each of its lines, through CR LF', async () => {
  const lines = linesOf('text,labels\r\n"one ""1""\r\nhello, world\r\nend",a|b\r\nnext,b\r\n');
  const opened = await locator('a.csv', lines);
  for (const line of [1, 2, 3]) {
    const found = await opened.at(lines, line);
    expect(found).toMatchObject({ first: 1, last: 3, labels: ['a', 'b'] });
    expect(found?.map.text).toBe('one "1"\r\nhello, world\r\nend');
    expect(found?.map.toSource(4, 14)).toEqual([{ start: { line: 1, character: 5 }, end: { line: 2, character: 5 } }]);
  }
  expect((await opened.at(lines, 4))?.map.text).toBe('next');
});

test('headers, blank lines and lines behind the last hold no record', async () => {
  const lines = linesOf('\ntext,labels\na,b\n\nc,d\n');
  const opened = await locator('a.csv', lines);
  const found = [];
  for (let i = 0; i < lines.count; i++) found.push((await opened.at(lines, i))?.map.text);
  expect(found).toEqual([undefined, undefined, 'a', undefined, 'c', undefined]);
});

test('a quote that is never closed spoils its own line only', async () => {
  const lines = linesOf('text,labels\none,a\n"torn,b\ntwo,a\nthree,c\n');
  const opened = await locator('a.csv', lines, { quoting: true });
  expect(await opened.at(lines, 2)).toBeUndefined();
  expect((await opened.at(lines, 3))?.map.text).toBe('two');
});

test('a malformed JSON line has no record, its neighbours have', async () => {
  const lines = linesOf('{"text":"a","labels":[]}\n{"text":\n{"text":"b","labels":[]}');
  const opened = await locator('a.jsonl', lines);
  expect(await opened.at(lines, 1)).toBeUndefined();
  expect((await opened.at(lines, 2))?.map.text).toBe('b');
});

test('only lines about the position are read of a long file', async () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => (i % 3 ? `"text ${i}\nof two lines",l` : `text ${i},l`));
  const all = linesOf(['text,labels', ...rows].join('\n'));
  const asked = new Set<number>();
  const at = (i: number) => {
    asked.add(i);
    return all.at(i);
  };
  const lines = { ...all, at };
  const opened = await locator('a.csv', lines);
  asked.clear();
  const found = await opened.at(lines, 400_003);
  expect(found?.map.text).toMatch(/^text \d+\nof two lines$/);
  expect(asked.size).toBeLessThan(10_000);
});

test('text of a quoted cell that looks like rows is not taken for them', async () => {
  const long = Array.from({ length: 3000 }, (_, i) => `line ${i}, with a comma`).join('\n');
  const lines = linesOf(`text,labels\nfirst,a\n"${long}",b\nlast,a\n`);
  const found = await (await locator('a.csv', lines)).at(lines, 40);
  expect(found).toMatchObject({ first: 2, last: 3001, labels: ['b'] });
});

test('no dataset: prose, and nothing at all', async () => {
  const prose = linesOf('A note.\nIt has, here, commas.\n\nAnd paragraphs.');
  await expect(RecordLocator.open('note.txt', prose, {})).rejects.toThrow(UserError);
  expect(await RecordLocator.open('empty.txt', linesOf('\n\n'), {})).toBeUndefined();
  const bag = linesOf('2 10 3\n0,1 1:0.5 2:1\n2 3:1\n');
  expect(await RecordLocator.open('bag.txt', bag, {})).toBeUndefined();
});

test('nesting may be deep, keys may be escaped, a key may stand there twice', async () => {
  const nested = `${'['.repeat(50_000)}"]}"${']'.repeat(50_000)}`;
  const lines = linesOf(
    `{ "meta" : ${nested}, "te\\u0078t" : "first" , "n":{"text":"no"}, "text":"last \\\\\\"", "labels":[] }`,
  );
  const found = await (await locator('a.jsonl', lines)).at(lines, 0);
  expect(found?.map.text).toBe('last \\"');
});

test.each([
  ['nested fields', '{"content":{"body":"a \\n b","title":null},"labels":["x"]}', 'content.body', 'a \n b'],
  ['a key with a dot of its own', '{"content.body":"own","content":{"body":"a"},"labels":[]}', 'content.body', 'own'],
  [
    'fields of a list',
    '{"content":[{"body":"a"},{"body":"taken back","was_cancelled":true},7,{"body":["b","c"]},{}],"labels":[]}',
    'content.body',
    'a\nb\nc',
  ],
  ['several fields', '{"a":{"b":"A","c":[]},"d":"D","labels":[]}', ['d', 'a.c', 'a.b'], 'D\nA'],
  ['lists of lists', '{"text":[["a",null],[["b"],[]],"c \\u0041"],"labels":[]}', 'text', 'a\nb\nc A'],
  ['a number of many digits', '{"text":12345678901234567890,"labels":[]}', 'text', '12345678901234567890'],
  ['NaN beside the text', '{"text":"a","score":NaN,"labels":["x"]},', 'text', 'a'],
  [
    "Python's quotes",
    `{'text': 'it\\'s "a" \\x41\\u00e9', 'old': None, 'labels': ['x'], "id": "it's"}`,
    'text',
    `it's "a" Aé`,
  ],
])('JSON lines with %s', async (_, line, textField, text) => {
  const lines = linesOf(`${line}\n${line}`);
  const found = await (await locator('a.jsonl', lines, { textField })).at(lines, 1);
  expect(found?.map.text).toBe(text);
  expect(found && sourceText(lines, found.map, 0, 1)).toEqual([text[0]]);
});

test('of lines that are no strict JSON, and whose text cannot be mapped, there is no record', async () => {
  const lines = linesOf(
    `{"text":["a"],"labels":[]}\n{"text":("a","b"),"labels":[]}\n{"text":array(['a']),"labels":[]}`,
  );
  const opened = await locator('a.jsonl', lines);
  expect((await opened.at(lines, 0))?.map.text).toBe('a');
  expect(await opened.at(lines, 1)).toBeUndefined();
  expect(await opened.at(lines, 2)).toBeUndefined();
});

test.each([
  ['sep=', 'sep=;\ntext;labels\none;a\ntwo;b\n', [undefined, undefined, 'one', 'two']],
  [
    'a title',
    'Report;\n\nAll of it\n\ntext;labels;id\none;a;1\ntwo;b;2\nthree;c;3\nfour;d;4\nfive;e;5\nsix;a;6\n'.replace(
      'Report;',
      'Report;;',
    ),
    [undefined, undefined, undefined, undefined, undefined, 'one'],
  ],
])('the header below %s and what stands above it are no records', async (_, text, expected) => {
  const lines = linesOf(text);
  const opened = await locator('a.csv', lines);
  const found = [];
  for (let i = 0; i < expected.length; i++) found.push((await opened.at(lines, i))?.map.text);
  expect(found).toEqual(expected);
});

test('half a surrogate pair is read as it would be from the disk', async () => {
  const lines = linesOf('{"text":"a \ud83c b","labels":[]}');
  expect((await (await locator('a.jsonl', lines)).at(lines, 0))?.map.text).toBe('a \ufffd b');
});

test('paragraphs end at blank lines; in Markdown headings and list items stand alone', () => {
  const lines = linesOf('# Title\r\nOne\r\ntwo\r\n \r\n- item\r\n  more\r\n- next\r\n```\r\ncode\r\n```\r\n');
  const at = (line: number, isMarkdown: boolean) => paragraphAt(lines, { line, character: 0 }, isMarkdown)?.text;
  expect([0, 1, 2, 3].map((line) => at(line, true))).toEqual(['# Title', 'One\r\ntwo', 'One\r\ntwo', undefined]);
  expect([4, 5, 6].map((line) => at(line, true))).toEqual(['- item\r\n  more', '- item\r\n  more', '- next']);
  expect(at(0, false)).toBe('# Title\r\nOne\r\ntwo');
  const map = paragraphAt(lines, { line: 2, character: 1 }, true);
  expect(map?.toSource(5, 8)).toEqual([{ start: { line: 2, character: 0 }, end: { line: 2, character: 3 } }]);
});

test('a selection is a text of its own', () => {
  const lines = linesOf('alpha beta\ngamma delta\n');
  const map = plainText(lines, { start: { line: 0, character: 6 }, end: { line: 1, character: 5 } });
  expect(map.text).toBe('beta\ngamma');
  expect(map.toSource(5, 10)).toEqual([{ start: { line: 1, character: 0 }, end: { line: 1, character: 5 } }]);
});

test('fields that are quoted behind spaces, and labels of fastText between commas, leave the text where it stands', async () => {
  const rows = linesOf('id, text, labels\n1, "a ""b"" c" , "x;y"\n2, "d, e", "x"\n');
  const table = await locator('spaced.csv', rows, { textField: 'text', labelField: 'labels' });
  expect((await table.at(rows, 1))?.map.text).toBe('a "b" c');
  expect((await table.at(rows, 2))?.map.toSource(0, 1)).toEqual([
    { start: { line: 2, character: 4 }, end: { line: 2, character: 5 } },
  ]);
  const lines = linesOf('__label__a,__label__b one, two\n__label__b, __label__a three\n');
  const found = await (await locator('commas.txt', lines)).at(lines, 0);
  expect(found).toMatchObject({ labels: ['a', 'b'], map: { text: 'one, two' } });
});
