/** Copies of datasets with their corrections in them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDecision, textHash, undoDecision } from '../../../src/core/data/corrections/correctionLog.ts';
import { writeCorrectedCopy } from '../../../src/core/data/corrections/correctedCopy.ts';
import type { SourceOptions } from '../../../src/core/data/document.ts';
import { readAll, scratch, userError } from './helpers.ts';

const { folder, write } = scratch();
let files = 0;

const words = ['sailing', 'tax', 'law', 'roses'];
const texts = Array.from({ length: 12 }, (_, i) => `Letter ${i} is about paragraph ${i * 7}, in some detail`);
const labelsOf = (i: number): string[] => words.filter((_, w) => i % (w + 2) === 0 || w === i % 4);

interface Form {
  name: string;
  ending: string;
  content: string;
  options?: SourceOptions;
}

const lines = (line: (text: string, labels: string[], i: number) => string, end = '\n'): string =>
  texts.map((text, i) => line(text, labelsOf(i), i) + end).join('');

const forms: Form[] = [
  {
    name: 'JSON lines',
    ending: 'jsonl',
    content: lines((text, labels, i) => JSON.stringify({ id: `d${i}`, text, labels })),
  },
  {
    name: 'JSON lines with other fields, spaces and CRLF',
    ending: 'jsonl',
    content: lines(
      (text, labels, i) =>
        `{ "n": 1.50, "text": ${JSON.stringify(text)}, "labels": [${labels.map((l) => `"${l}"`).join(', ')}], "z": ${i} }`,
      '\r\n',
    ),
  },
  {
    name: 'JSON lines with labels in one string',
    ending: 'jsonl',
    content: lines((text, labels) => JSON.stringify({ text, labels: labels.join('|') })),
  },
  {
    name: 'CSV',
    ending: 'csv',
    content: `text,labels\n${lines((text, labels) => `"${text}","${labels.join(', ')}"`)}`,
  },
  {
    name: 'CSV with lists',
    ending: 'csv',
    content: `text;labels\r\n${lines((text, labels) => `${text};"[${labels.map((l) => `'${l}'`).join(', ')}]"`, '\r\n')}`,
  },
  {
    name: 'CSV with a column per label',
    ending: 'csv',
    content: `text,${words.join()}\n${lines((text, labels) => `"${text}",${words.map((w) => Number(labels.includes(w))).join()}`)}`,
  },
  {
    name: 'CSV with a share per label',
    ending: 'csv',
    content: `text,${words.join()}\n${lines((text, labels) => `"${text}",${words.map((w) => (labels.includes(w) ? '0.83' : '0.25')).join()}`)}`,
  },
  {
    name: 'TSV',
    ending: 'tsv',
    content: `id\ttext\tlabels\n${lines((text, labels, i) => `x${i}\t${text}\t${labels.join('|')}`)}`,
  },
  {
    name: 'fastText',
    ending: 'txt',
    content: lines((text, labels) => `${labels.map((l) => `__label__${l}`).join(' ')} ${text}`),
  },
  { name: 'LibMultiLabel', ending: 'txt', content: lines((text, labels, i) => `${i}\t${labels.join(' ')}\t${text}`) },
];

const variants: { name: string; pack: (content: string) => Buffer; unpack: (bytes: Buffer) => Buffer; gz: string }[] = [
  { name: 'plain', pack: (content) => Buffer.from(content), unpack: (bytes) => bytes, gz: '' },
  {
    name: 'with a byte order mark',
    pack: (content) => Buffer.from(`\uFEFF${content}`),
    unpack: (bytes) => bytes,
    gz: '',
  },
  { name: 'UTF-16', pack: (content) => Buffer.from(`\uFEFF${content}`, 'utf16le'), unpack: (bytes) => bytes, gz: '' },
  {
    name: 'packed',
    pack: (content) => gzipSync(content, { level: 1 }),
    unpack: (bytes) => gunzipSync(bytes),
    gz: '.gz',
  },
];

const cases = forms.flatMap((form) =>
  variants.map((variant): [string, Form, (typeof variants)[number]] => [
    `${form.name}, ${variant.name}`,
    form,
    variant,
  ]),
);

/** Line by line as bytes, so that what differs is known. */
const differing = (a: Buffer, b: Buffer): number => {
  const [left, right] = [a.toString('latin1').split('\n'), b.toString('latin1').split('\n')];
  expect(right).toHaveLength(left.length);
  return left.filter((line, i) => line !== right[i]).length;
};

async function correct(file: string, number: number, change: (labels: string[]) => string[]): Promise<boolean> {
  const { documents } = await readAll(file);
  const { id, labels, ...document } = documents[number];
  const after = change(labels);
  await addDecision({ file }, {}, { id, text: textHash(document), before: labels, after });
  return [...after].sort().join() !== [...labelsOf(number)].sort().join();
}

describe('a corrected copy', () => {
  test.each(cases)(
    'differs in the corrected records alone, and undone not at all: %s',
    async (_, form, { pack, unpack, gz }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.tuple(fc.nat(texts.length - 1), fc.subarray(words)), {
            minLength: 1,
            maxLength: 5,
            selector: ([n]) => n,
          }),
          async (decisions) => {
            const bytes = pack(form.content);
            const file = write(`s${files++}/train.${form.ending}${gz}`, bytes);
            const copy = join(folder, `copy${files}.${form.ending}${gz}`);
            const changed: boolean[] = [];
            for (const [number, labels] of decisions) changed.push(await correct(file, number, () => labels));
            const before = (await readAll(file)).documents;
            const result = await writeCorrectedCopy({ file }, {}, copy);
            const count = changed.filter(Boolean).length;
            expect(result).toMatchObject({ documents: texts.length, changed: count, form: 'same', refused: 0 });
            expect(differing(unpack(bytes), unpack(readFileSync(copy)))).toBe(count);
            const after = (await readAll(copy, { ...form.options, corrections: false })).documents;
            expect(after.map(({ id, text, labels }) => [id, text, [...labels].sort()])).toEqual(
              before.map(({ id, text, labels }) => [id, text, [...labels].sort()]),
            );
            while (await undoDecision({ file }, {}));
            await writeCorrectedCopy({ file }, {}, copy);
            expect(readFileSync(copy)).toEqual(bytes);
          },
        ),
        { numRuns: 4, seed: 16 },
      );
    },
  );

  test('takes a label that no document had', async () => {
    for (const form of forms.filter(({ name }) => !name.endsWith('per label'))) {
      const file = write(`n${files++}/train.${form.ending}`, form.content);
      await correct(file, 3, (labels) => [...labels, 'brand-new']);
      const copy = join(dirname(file), `copy.${form.ending}`);
      await writeCorrectedCopy({ file }, {}, copy);
      expect((await readAll(copy)).documents[3].labels, form.name).toContain('brand-new');
    }
  });

  test('keeps an old encoding', async () => {
    const content = `text,labels\n${lines((text, labels) => `"${text} über Straßen",${labels.join('|')}`)}`;
    const file = write(`l${files++}/train.csv`, Buffer.from(content, 'latin1'));
    await correct(file, 2, (labels) => [...labels, 'Grün']);
    const copy = join(dirname(file), 'copy.csv');
    expect((await writeCorrectedCopy({ file }, {}, copy)).changed).toBe(1);
    expect(readFileSync(copy).toString('latin1')).toBe(content.replace(/(Letter 2 .*,.*)\n/, '$1|Grün\n'));
    await correct(file, 3, (labels) => [...labels, '绿']);
    expect((await userError(writeCorrectedCopy({ file }, {}, copy))).code).toBe('no-room-for-labels');
  });

  test('of a form without room for the labels is refused with its line, and goes as JSON lines', async () => {
    const { content } = forms.find(({ name }) => name === 'CSV with a column per label')!;
    const file = write(`r${files++}/train.csv`, content);
    await correct(file, 3, (labels) => [...labels, 'brand-new']);
    const copy = join(dirname(file), 'copy.csv');
    const error = await userError(writeCorrectedCopy({ file }, {}, copy));
    expect(error).toMatchObject({ code: 'no-room-for-labels', place: { file, line: 5 } });
    const jsonl = join(dirname(file), 'copy.jsonl');
    expect(await writeCorrectedCopy({ file }, {}, jsonl, { form: 'jsonl' })).toMatchObject({
      changed: 1,
      form: 'jsonl',
    });
    expect((await readAll(jsonl)).documents[3].labels).toContain('brand-new');
  });

  test('leaves malformed records where they are', async () => {
    const broken = lines((text, labels) => JSON.stringify({ text, labels })).replace('\n', '\n{"text": broken\n\n');
    const file = write(`m${files++}/train.jsonl`, broken);
    const { documents } = await readAll(file, { onError: 'skip' });
    const { id, labels, ...document } = documents[5];
    await addDecision({ file }, {}, { id, text: textHash(document), before: labels, after: ['roses'] });
    const copy = join(dirname(file), 'copy.jsonl');
    expect((await writeCorrectedCopy({ file }, {}, copy)).changed).toBe(1);
    expect(differing(readFileSync(file), readFileSync(copy))).toBe(1);
  });

  test('of several files is a folder', async () => {
    const at = `f${files++}`;
    const [one, two] = [0, 1].map((n) =>
      write(`${at}/train-0000${n}-of-00002.jsonl`, forms[0].content.replaceAll('"d', `"${n}d`)),
    );
    const { documents } = await readAll(one);
    const { id, labels, ...document } = documents[15];
    await addDecision({ file: one }, {}, { id, text: textHash(document), before: labels, after: ['roses', 'sailing'] });
    const target = join(dirname(one), 'out');
    const result = await writeCorrectedCopy({ file: one }, {}, target);
    expect(result.files).toEqual([one, two].map((file) => join(target, basename(file))));
    expect(readFileSync(result.files[0])).toEqual(readFileSync(one));
    expect(differing(readFileSync(two), readFileSync(result.files[1]))).toBe(1);
  });

  test('is never written onto the dataset or its corrections', async () => {
    const file = write(`o${files++}/train.jsonl`, forms[0].content);
    await correct(file, 1, () => ['roses']);
    for (const target of [file, `${file}.corrections.jsonl`])
      expect((await userError(writeCorrectedCopy({ file }, {}, target))).code).toBe('copy-onto-itself');
    writeFileSync(`${file}.copy`, 'old');
    await writeCorrectedCopy({ file }, {}, `${file}.copy`);
    expect(readFileSync(`${file}.copy`, 'utf8')).toContain('"roses"');
  });
});
