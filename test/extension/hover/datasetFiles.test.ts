import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { DatasetFormat } from '../../../src/core/data/document.ts';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { holdsRecords, isOfRun, mayHoldRecords, textFolderOf } from '../../../src/extension/hover/datasetFiles.ts';

test('files that are looked into', () => {
  expect(mayHoldRecords('/a/train.jsonl', 'jsonl')).toBe(true);
  expect(mayHoldRecords('/a/notes.txt', 'plaintext')).toBe(true);
  expect(mayHoldRecords('/a/table.csv', 'some other language')).toBe(true);
  expect(mayHoldRecords('/a/notes.md', 'markdown')).toBe(false);
  expect(mayHoldRecords('/a/main.ts', 'typescript')).toBe(false);
  expect(mayHoldRecords('/a/run.xmlcnn.json', 'json')).toBe(false);
});

test('what looks like a table by chance, or is a JSON document of another kind, is no dataset', () => {
  const holds = (path: string, format: DatasetFormat, lines: number, count?: number, labelField?: string): boolean =>
    holdsRecords(path, { format, count, options: { labelField } }, lines);
  expect(holds('/a/note.txt', 'csv', 100)).toBe(false);
  expect(holds('/a/note.txt', 'tsv', 2)).toBe(false);
  expect(holds('/a/train.txt', 'libmultilabel', 100)).toBe(true);
  expect(holds('/a/table.csv', 'csv', 2)).toBe(true);
  expect(holds('/a/package.json', 'jsonl', 1)).toBe(false);
  expect(holds('/a/trn.json', 'xmlrepo-jsonl', 5)).toBe(true);
  expect(holds('/a/cooking.train', 'fasttext', 1)).toBe(true);
  expect(holds('/a/all.json', 'json', 1, 2, 'labels')).toBe(true);
  expect(holds('/a/package.json', 'json', 40, 1, 'keywords')).toBe(false);
  expect(holds('/a/keys.json', 'json', 40, 9)).toBe(false);
});

test("a run's own files, and those in its folders", () => {
  const config = completeConfig({ dataset: { train: resolve('data/train'), test: resolve('data/test.p#test') } });
  const run = { config };
  expect(isOfRun('data/test.p', run)).toBe(true);
  expect(isOfRun('data/train/a/1.json', run)).toBe(true);
  expect(isOfRun('data/train/a/1.txt', run)).toBe(false);
  expect(isOfRun('data/trained/1.json', run)).toBe(false);
  expect(textFolderOf('data/train/a/1.txt', run)).toBe(resolve('data/train'));
  expect(textFolderOf('data/1.txt', run)).toBeUndefined();
});
