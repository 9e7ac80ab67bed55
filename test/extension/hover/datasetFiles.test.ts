import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { holdsRecords, mayHoldRecords, readingOptions } from '../../../src/extension/hover/datasetFiles.ts';

test('files that are looked into', () => {
  expect(mayHoldRecords('/a/train.jsonl', 'jsonl')).toBe(true);
  expect(mayHoldRecords('/a/notes.txt', 'plaintext')).toBe(true);
  expect(mayHoldRecords('/a/table.csv', 'some other language')).toBe(true);
  expect(mayHoldRecords('/a/notes.md', 'markdown')).toBe(false);
  expect(mayHoldRecords('/a/main.ts', 'typescript')).toBe(false);
  expect(mayHoldRecords('/a/run.xmlcnn.json', 'json')).toBe(false);
});

test('what looks like a table by chance is none', () => {
  expect(holdsRecords('/a/note.txt', 'csv', 100)).toBe(false);
  expect(holdsRecords('/a/note.txt', 'tsv', 2)).toBe(false);
  expect(holdsRecords('/a/train.txt', 'libmultilabel', 100)).toBe(true);
  expect(holdsRecords('/a/table.csv', 'csv', 2)).toBe(true);
  expect(holdsRecords('/a/package.json', 'jsonl', 1)).toBe(false);
  expect(holdsRecords('/a/trn.json', 'xmlrepo-jsonl', 5)).toBe(true);
  expect(holdsRecords('/a/cooking.train', 'fasttext', 1)).toBe(true);
});

test("a model's own files are read as it read them, others of the kind at first, then by themselves", () => {
  const train = resolve('data/train.tsv');
  const test = resolve('data/test.tsv');
  const dataset = {
    train,
    test,
    format: 'tsv' as const,
    textField: 'body',
    labelsFile: 'l.txt',
    encoding: 'latin1' as const,
  };
  expect(readingOptions(train, dataset)).toEqual([{ format: 'tsv', textField: 'body', labelsFile: 'l.txt' }, {}]);
  expect(readingOptions(test, dataset)).toEqual([{ format: 'tsv', textField: 'body' }, {}]);
  expect(readingOptions('/other/x.tsv', dataset)).toEqual([{ textField: 'body' }, {}]);
  expect(readingOptions('/other/x.csv', dataset)).toEqual([{}]);
  expect(readingOptions('/other/x.tsv', { train })).toEqual([{}]);
  expect(readingOptions('/other/x.tsv', undefined)).toEqual([{}]);
});
