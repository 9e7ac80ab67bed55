import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceOptions } from '../../../src/core/data/document.ts';
import type * as Inspecting from '../../../src/core/explore/inspection.ts';
import { openInspection } from '../../../src/core/explore/inspection.ts';
import type { CountingOptions } from '../../../src/core/explore/pieces/countPieces.ts';
import { lastRowStart } from '../../../src/core/formats/pieces.ts';
import { scratch } from '../data/helpers.ts';

const { write } = scratch();
const never = new AbortController().signal;

/** Threads run compiled code: the library as it is built, with their code beside its chunks. */
let built: typeof Inspecting;
const folder = mkdtempSync(join('node_modules', '.pieces-'));
beforeAll(async () => {
  await build({
    entryPoints: {
      inspection: 'src/core/explore/inspection.ts',
      'chunks/pieceWorker': 'src/core/explore/pieces/pieceWorker.ts',
    },
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire as make } from 'node:module'; const require = make(import.meta.url);" },
    logLevel: 'error',
  });
  built = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'inspection.js')).href)) as typeof Inspecting;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All that is known of a file after it was read. */
async function figures(
  path: string,
  options: SourceOptions,
  counting: CountingOptions,
  open: typeof openInspection = openInspection,
) {
  const inspection = await open({ file: path }, options, { alone: true, ...counting });
  const last = await inspection.read(() => {}, never);
  const [split] = inspection.splits;
  const { index, counts, statistics } = split;
  const documents = Array.from({ length: index.length }, (_, i) => ({
    place: index.place(i),
    words: index.words(i),
    labels: index.labelsOf(i),
  }));
  const wordCounts = [...counts.wordCounts].sort(([a], [b]) => (a < b ? -1 : 1));
  const findings = split.isOpen ? split.source.findings.first : [];
  const pages =
    last.splits[0].state === 'done' ? await inspection.documentPage({ split: split.split, offset: 0, limit: 5 }) : [];
  return JSON.parse(JSON.stringify({ last, statistics, documents, wordCounts, findings, pages })) as {
    last: { splits: { state: string; format: string; skipped: number }[] };
    documents: unknown[];
    findings: { line: number }[];
  };
}

/** Numbers that look random, the same in every run. */
function dice(seed: number): (most: number) => number {
  let state = seed * 2654435761 + 12345;
  return (most) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * most);
  };
}

const words = [
  'alpha',
  'beta',
  'The',
  'the',
  'straße',
  'naïve',
  '日本語',
  'a-b',
  'x1',
  '\u{1f600}',
  '12',
  'οδός',
  '',
  '"',
  "it's",
];
type Roll = (most: number) => number;
const textOf = (roll: Roll): string => Array.from({ length: roll(12) }, () => words[roll(words.length)]).join(' ');
const labelsOf = (roll: Roll): string[] => Array.from({ length: roll(4) }, () => `l${roll(9) ** 2}`);

/** Lines as people have them, with some that are damaged. */
const kinds: Record<string, { name: string; head?: string; line: (roll: Roll, i: number) => string; options?: SourceOptions }> = {
  jsonl: {
    name: 'a.jsonl',
    line: (roll, i) => {
      const record = { id: `d${roll(3) ? i : roll(i + 1)}`, text: textOf(roll), labels: labelsOf(roll) };
      const odd = [`{"text": "torn`, '', '  ', JSON.stringify({ text: 'no labels' }), `{'text': 'lenient', 'labels': ['p']}`, 'null'];
      return roll(8) ? JSON.stringify(record) : odd[roll(odd.length)];
    },
  },
  csv: {
    name: 'a.csv',
    head: 'text,labels',
    line: (roll) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = textOf(roll).replaceAll(',', ' ');
      const lines = `${text}\n${textOf(roll)}\n\n"${text}`;
      const rows = [`${quoted(lines)},${labelsOf(roll).join(';')}`, `${quoted(text)},"${labelsOf(roll).join(';')}"`, `so ""${text},l1`, ` "${text}, again" , "l4"`];
      const odd = [`"never closed ${text},l1`, `"junk" ${text},l2`, `${text},l3,l4`, '', ' ', `5" of ${text},l1;l2`, `"",l1`, ','];
      return roll(5) ? rows[roll(rows.length)] : odd[roll(odd.length)];
    },
  },
  tsv: {
    name: 'a.tsv',
    head: 'text\tlabels',
    line: (roll) => (roll(9) ? `${textOf(roll)}\t${labelsOf(roll).join(';')}` : `${textOf(roll)}\tl1\ttoo many`),
  },
  fasttext: { name: 'a.txt', line: (roll) => `${labelsOf(roll).map((label) => `__label__${label} `).join('')}${textOf(roll)}`, options: { format: 'fasttext' } },
  libmultilabel: {
    name: 'a.lml',
    line: (roll, i) => (roll(9) ? `${roll(5) ? i : roll(i + 1)}\t${labelsOf(roll).join(' ')}\t${textOf(roll)}` : textOf(roll)),
    options: { format: 'libmultilabel' },
  },
  libsvm: {
    name: 'a.svm',
    line: (roll) =>
      roll(9)
        ? `${labelsOf(roll).map((label) => label.slice(1)).join(',')} ${Array.from({ length: roll(5) }, (_, j) => `${j * 7 + roll(7) + 1}:0.5`).join(' ')}`
        : ['# comment', '1 x:y', ''][roll(3)],
    options: { format: 'libsvm' },
  },
}; // prettier-ignore

/** A file of a kind; every few seeds with a mark, other line ends, damaged bytes, no last line end, packed. */
function fileOf(kind: string, seed: number): { path: string; options: SourceOptions } {
  const { name, head, line, options = {} } = kinds[kind];
  const roll = dice(seed);
  const end = ['\n', '\n', '\r\n'][seed % 3];
  const lines = [
    ...(head === undefined ? [] : [head]),
    ...Array.from({ length: 150 + roll(400) }, (_, i) => line(roll, i)),
  ];
  let bytes = Buffer.from(`${seed % 4 === 1 ? '\ufeff' : ''}${lines.join(end)}${seed % 5 === 0 ? '' : end}`);
  if (seed % 6 === 5) for (let i = 0; i < 4; i++) bytes[1000 + roll(bytes.length - 1000)] = 0xff;
  if (seed % 8 === 7) bytes = gzipSync(bytes);
  if (seed % 16 === 15) bytes = bytes.subarray(0, bytes.length - 40);
  return { path: write(`${seed}/${name}${seed % 8 === 7 ? '.gz' : ''}`, bytes), options };
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  test('in pieces of any size, the same as in one go', async () => {
    let leftOut = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { path, options } = fileOf(kind, seed);
      const whole = await figures(path, options, { threads: 1 });
      expect(whole.documents.length).toBeGreaterThan(20);
      leftOut += whole.last.splits[0].skipped;
      const lines = whole.findings.map(({ line }) => line);
      expect(lines).toEqual([...lines].sort((a, b) => a - b));
      for (const pieceBytes of [64, 300 + seed, 5000])
        expect(await figures(path, options, { threads: 2, fewestBytes: 0, pieceBytes })).toEqual(whole);
    }
    if (kind !== 'fasttext') expect(leftOut).toBeGreaterThan(0);
  });

  test('counted by 2, 3 and 7 threads, the same as by one', async () => {
    for (const seed of [4, 11, 23]) {
      const { path, options } = fileOf(kind, seed);
      const whole = await figures(path, options, { threads: 1 });
      for (const threads of [2, 3, 7])
        expect(
          await figures(path, options, { threads, fewestBytes: 0, pieceBytes: 400 }, built.openInspection),
        ).toEqual(whole);
    }
  });
});

test('the file is large enough for the threads to get some of it', async () => {
  const line = (i: number) =>
    JSON.stringify({ id: `d${i % 9000}`, text: `word${i % 977} é ${'other '.repeat(i % 40)}`, labels: [`l${i % 31}`] });
  const path = write('large.jsonl', Array.from({ length: 30_000 }, (_, i) => line(i)).join('\n'));
  const whole = await figures(path, {}, { threads: 1 });
  const threads = { threads: 3, fewestBytes: 0, pieceBytes: 20_000 };
  let started = 0;
  const count = () => void started++;
  process.on('worker', count);
  expect(await figures(path, {}, threads, built.openInspection)).toEqual(whole);
  process.off('worker', count);
  expect(started).toBe(2);
});

test.each([
  ['a row after another', 'a,b\nc,d\n', 8],
  ['none ends within a quoted field', 'a,"b\nc\nd', 0],
  ['it goes on behind one', 'a,"b\nc"\nd,e\nf,"g\n', 12],
  ['doubled quotes', '"a""\n""",b\nc,"d\n', 11],
  ['a quote within a field opens none', '5" tall,b\nc,d\n', 14],
  ['nor a pair of them', 'so "" it,b\nc,d\n', 15],
  ['carriage returns', '"a"\r\n"b\r\n', 5],
  ['text behind a closing quote: the next line is a row', '"a"b\n"c\nd', 5],
  ['what shows that a row is malformed belongs to it', 'a,b\n"c\nd\n"x y\n', 4],
  ['a field of the end of a line', 'a,"b"\nc\n', 8],
])('where the last row begins: %s', (_, rows, at) => {
  const lines = rows.slice(0, rows.lastIndexOf('\n') + 1);
  expect(lastRowStart(Buffer.from(lines), 44)).toBe(at);
});

test.each(['a, "b, c"\nd,e\n', ' "a",b\n', '"a\nb" ,c\n'])('spaces beside quotes: %j', (rows) => {
  expect(lastRowStart(Buffer.from(rows), 44)).toBeUndefined();
});

test('a quoted field of more than 16 MiB: where rows begin is not known any more', () => {
  expect(lastRowStart(Buffer.from(`a,b\n"${'x\n'.repeat(9_000_000)}`), 44)).toBeUndefined();
});
