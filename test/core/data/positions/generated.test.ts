/** Random records with all that formats have to escape, against the core's readers. */
import { expect, test } from 'vitest';
import type { Lines, PositionMap } from '../../../../src/core/data/positions/positionMap.ts';
import { fixtures, scratch } from '../helpers.ts';
import { compareWithReader, sourceText } from './helpers.ts';

const { write } = scratch();

/** Mulberry32. */
function randomOf(seed: number): (n: number) => number {
  return (n) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const bits = [
  'bread',
  'été',
  '"',
  '""',
  "'",
  ',',
  '\t',
  '\\',
  '/',
  '😀',
  'ﬃ',
  '漢字',
  ' ',
  '  ',
  '|',
  '\u0007',
  '\u2028',
  'x',
];

function randomText(random: (n: number) => number, extra: string[], without: string[] = []): string {
  const all = [...bits, ...extra].filter((bit) => !without.includes(bit));
  return `w${random(1000)} ${Array.from({ length: random(20) }, () => all[random(all.length)]).join('')}`;
}

/** Marks each text with words that occur nowhere else in the file, which must be found where they stand. */
function mark(text: string, i: number): string {
  return `Start${i}x ${text} End${i}x`;
}

function marksStandThere(map: PositionMap, lines: Lines): void {
  const words = [...map.text.matchAll(/(Start|End)\d+x/g)];
  expect(words.length).toBeGreaterThanOrEqual(2);
  for (const { 0: word, index } of words) {
    expect(sourceText(lines, map, index, index + word.length)).toEqual([word]);
    const [range] = map.toSource(index, index + word.length);
    expect(map.toText(range)).toEqual({ start: index, end: index + word.length });
    expect(map.slice(index, index + word.length).toSource(0, word.length)).toEqual([range]);
  }
}

const ascii = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

test.each(['\n', '\r\n'])('JSON lines, line ends %j', async (end) => {
  const random = randomOf(1);
  const records = Array.from({ length: 300 }, (_, i) => {
    const text = mark(randomText(random, ['\n', '\r\n', '\b', '\f', '\\n', '</a>']), i);
    const title = random(3) ? mark(randomText(random, ['\n']), 1000 + i) : [null, '', 12e2, undefined][random(4)];
    const fields = {
      id: i,
      labels: ['a b', `l${random(5)}`, `l${random(5)}`],
      text,
      title,
      nested: { text: 'no "text": {' },
    };
    const record = random(2) ? fields : { title, nested: fields.nested, text, labels: fields.labels };
    const json = JSON.stringify(record);
    const spaced = random(2) ? json : JSON.stringify(record, null, ' ').replace(/\n/g, '\t');
    return random(2) ? ascii(spaced) : spaced.replaceAll('/', '\\/');
  });
  records[7] = '{"text": "torn';
  records[9] = '';
  records[11] = '{"text":"first","text":"Start5x second \\ud83d\\ude00 End5x","labels":[]}';
  const path = write(`r${end.length}.jsonl`, records.join(end) + end);
  expect(await compareWithReader(path, { check: marksStandThere })).toBe(298);
});

test('a list of paragraphs is one text', async () => {
  const path = write('lists.jsonl', '{"text":["Start1x\\n",""," End1x"],"labels":"a"}\n{"text":[],"labels":"b"}\n');
  expect(await compareWithReader(path)).toBe(2);
});

/** RFC 4180. */
const cell = (text: string, random: (n: number) => number, delimiter: string): string =>
  /["\r\n]/.test(text) || text.includes(delimiter) || random(3) === 0 ? `"${text.replaceAll('"', '""')}"` : text;

test.each([
  ['csv', ',', '\n'],
  ['csv', ',', '\r\n'],
  ['tsv', '\t', '\n'],
  ['tsv', '\t', '\r\n'],
])('quoted %s of several lines, line ends %j', async (ending, delimiter, end) => {
  const random = randomOf(2);
  const lines = [end, `${end}${end}`, `${end}bread, and${delimiter}butter${end}`, `,${end}"`];
  const rows = Array.from({ length: 1500 }, (_, i) => {
    const title = random(4) ? mark(randomText(random, lines, ['\u0007']), 10_000 + i) : '';
    const cells = [`${i}`, title, mark(randomText(random, lines), i), ['a|b', 'b', 'a|a', ''][random(4)]];
    return cells.map((text) => cell(text, random, delimiter)).join(delimiter);
  });
  const header = ['id', 'title', 'text', 'labels'].join(delimiter);
  const path = write(`${end.length}.${ending}`, [header, ...rows].join(end) + (random(2) ? end : ''));
  expect(await compareWithReader(path, { step: 20, options: { quoting: true }, check: marksStandThere })).toBe(75);
});

test('an unquoted TSV: a quote is a character', async () => {
  const random = randomOf(3);
  const rows = Array.from({ length: 200 }, (_, i) => `${mark(randomText(random, [], ['\t']), i)}\tl${i % 7}`);
  rows[20] = '"Start20x "quoted End20x\tl1';
  rows[30] = 'too\tmany\tcells';
  const path = write('plain.tsv', ['text\tlabels', ...rows].join('\r\n'));
  expect(await compareWithReader(path, { check: marksStandThere })).toBe(199);
});

test('fastText: labels before and within', async () => {
  const random = randomOf(4);
  const rows = Array.from({ length: 300 }, (_, i) => {
    const labels = Array.from({ length: random(4) }, () => `__label__l${random(9)}`);
    const within = random(3) ? '' : ` __label__mid${random(3)}\u00a0__label__next `;
    return `${labels.join(' ')}${random(2) ? ' ' : '\u000b  '}${mark(`${randomText(random, [])}${within}of it`, i)}${random(4) ? '' : ' __label__last'}`;
  });
  rows[3] = '__label__ Start3x no name __label__ End3x';
  const path = write('cooking.train', rows.join('\n'));
  expect(await compareWithReader(path, { check: marksStandThere })).toBe(300);
});

test.each([2, 3])('LibMultiLabel with %i columns', async (columns) => {
  const random = randomOf(5);
  const rows = Array.from({ length: 200 }, (_, i) => {
    const cells = [`d${i}`, `x${random(9)} y${random(9)}`, mark(`${randomText(random, [], ['\t'])} and more of it`, i)];
    return cells.slice(3 - columns).join('\t');
  });
  const path = write(`lml${columns}.txt`, rows.join('\r\n') + '\r\n');
  expect(await compareWithReader(path, { check: marksStandThere })).toBe(200);
});

test.each([
  'pair_raw_texts.txt',
  'recipes.train.jsonl',
  'household.csv',
  'onehot.csv',
  'garden.train',
  'lml2.tsv',
  'lml3.tsv',
  'quoted.tsv',
  'lf/trn.json',
])('the fixture %s', async (name) => {
  expect(await compareWithReader(`${fixtures}/${name}`)).toBeGreaterThan(1);
});
