/** What a place in a document belongs to, by the names that a run was trained on. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { SourceOptions } from '../../../src/core/data/document.ts';
import { readRecord } from '../../../src/core/explore/recordText.ts';
import type { TrainedReading } from '../../../src/core/text/readSplit.ts';
import { labelRows } from '../../../src/extension/hover/verdicts.ts';
import { scratch } from '../../core/data/helpers.ts';

vi.mock('vscode', () => ({
  EndOfLine: { LF: 1, CRLF: 2 },
  Position: class {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
  },
  Range: class {
    constructor(
      readonly start: vscode.Position,
      readonly end: vscode.Position,
    ) {}
  },
}));
const { TextFinder } = await import('../../../src/extension/hover/foundText.ts');

const { write } = scratch();
const finder = new TextFinder({
  pointerOf: () => undefined,
  load: () => Promise.reject(new Error('no document of ours')),
  read: (target) => readRecord(target),
});

/** A document as the editor holds it. */
function opened(path: string, languageId: string, text = readFileSync(path, 'utf8')): vscode.TextDocument {
  const lines = text.split('\n');
  const lineAt = (i: number): object => ({ text: lines[i], range: { end: { line: i, character: lines[i].length } } });
  const uri = { scheme: 'file', fsPath: path };
  return { uri, languageId, version: 1, lineCount: lines.length, eol: 1, isDirty: false, lineAt } as never;
}

const trained = (train: string, reading: SourceOptions): TrainedReading => ({
  config: completeConfig({ dataset: { train } }),
  reading,
});

const find = (document: vscode.TextDocument, line: number, run?: TrainedReading, character = 0) =>
  finder.find(document, { line, character } as vscode.Position, undefined, run);

const notes = 'a long remark of the editors, which is by far the longest of all the texts that stand here';
const rows = Array.from({ length: 6 }, (_, i) => ({
  summary: `short summary ${i}`,
  notes: `${notes}, number ${i}`,
  topic: i % 2 ? 'a' : 'b',
}));
const run = trained('/nowhere/train.jsonl', { format: 'jsonl', textField: 'summary', labelField: 'topic' });

test.each([
  ['rows.jsonl', 'jsonl', rows.map((row) => JSON.stringify(row)).join('\n'), 2],
  [
    'rows.csv',
    'csv',
    ['summary,notes,topic', ...rows.map((r) => `${r.summary},"${r.notes}",${r.topic}`)].join('\n'),
    3,
  ],
  ['rows.json', 'json', `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`, 3],
])('%s is read by the names that the run was trained on', async (name, language, text, line) => {
  const document = opened(write(name, text), language);
  expect((await find(document, line))?.map.text).not.toBe('short summary 2');
  expect(await find(document, line, run)).toMatchObject({ map: { text: 'short summary 2' }, truth: ['b'] });
});

test('a file without the column of the labels has texts without a truth; one without that of the text is an error', async () => {
  const unlabelled = write(
    'unlabelled.csv',
    `summary,notes\n${rows.map((r) => `${r.summary},"${r.notes}"`).join('\n')}`,
  );
  const found = await find(opened(unlabelled, 'csv'), 1, run);
  expect(found?.map.text).toBe('short summary 0');
  expect(found?.truth).toBeUndefined();
  const other = write('other.csv', `body,topic\n${rows.map((r) => `"${r.notes}",${r.topic}`).join('\n')}`);
  await expect(find(opened(other, 'csv'), 1, run)).rejects.toMatchObject({ code: 'missing-column' });
});

test('labels that the model has no output for are called as the file beside the dataset says', async () => {
  const lines = rows.map((row, i) => JSON.stringify({ ...row, topic: String(i + 17) })).join('\n');
  const path = write('numbers/rows.jsonl', lines);
  write('numbers/label_names.tsv', rows.map((_, i) => `${i + 17}\tName ${i + 17}\n`).join(''));
  const { truth, labelNames } = (await find(opened(path, 'jsonl'), 1, run)) ?? {};
  expect(truth).toEqual(['18']);
  const unknown = { labels: [], unknown: [{ name: '18' }], words: 1, unknownWords: 0, truncated: false };
  expect(labelRows(unknown, truth, labelNames).map(({ title }) => title)).toEqual(['Name 18']);
});

test('of several records on one line the one at the position, with its number', async () => {
  const path = write('one-line.json', JSON.stringify({ data: rows }));
  const at = readFileSync(path, 'utf8').indexOf('summary 4');
  const found = await find(opened(path, 'json'), 0, run, at);
  expect(found).toMatchObject({ map: { text: 'short summary 4' }, record: { file: path, line: 1, number: 5 } });
});

test('JSON that is no dataset is not looked into', async () => {
  const settings = write(
    'settings.json',
    JSON.stringify({ name: 'a', description: notes, keywords: ['x', 'y'] }, null, 2),
  );
  const document = opened(settings, 'json');
  expect(await finder.mayHoldText(document, run)).toBe(false);
  expect(await find(document, 2, run)).toBeUndefined();
  expect(await finder.mayHoldText(opened(write('rows2.json', JSON.stringify(rows, null, 2)), 'json'), run)).toBe(true);
});

test.each([
  [
    'utf16.csv',
    'csv',
    ['summary,notes,topic', ...rows.map((r) => `${r.summary} é,"${r.notes}",${r.topic}`)].join('\n'),
  ],
  ['utf16.jsonl', 'jsonl', `\n${rows.map((r) => JSON.stringify({ ...r, summary: `${r.summary} é` })).join('\n')}`],
  ['utf16.json', 'json', `[${rows.map((r) => `\n${JSON.stringify({ ...r, summary: `${r.summary} é` })}`).join(',')}]`],
])('%s in UTF-16 is found as the editor shows it', async (name, language, text) => {
  const path = write(name, Buffer.from(`\ufeff${text}`, 'utf16le'));
  const found = await find(opened(path, language, text), 3, run, 3);
  expect(found).toMatchObject({ map: { text: 'short summary 2 é' }, truth: ['b'] });
});

test('prose has no records, whatever the run was trained on', async () => {
  const path = write('prose.txt', 'One paragraph.\n\nAnother, of\ntwo lines.');
  expect((await find(opened(path, 'plaintext'), 3, run))?.map.text).toBe('Another, of\ntwo lines.');
});

test('a JSON document in a folder that the run was trained on is a record, alone', async () => {
  const path = write('folder/7.json', JSON.stringify({ summary: 'a summary', notes, topic: 'x' }, null, 2));
  const own = trained(dirname(path), { format: 'json-folder', textField: 'summary', labelField: 'topic' });
  expect(await find(opened(path, 'json'), 1, own)).toMatchObject({ map: { text: 'a summary' }, truth: ['x'] });
  expect(await find(opened(path, 'json'), 1, run)).toBeUndefined();
});

test('a text in a folder that the run was trained on is one document, with the labels that stand beside it', async () => {
  const path = write('texts/b.txt', 'First paragraph.\n\nSecond one.');
  write('texts/b.labels', 'x\ny\n');
  write('texts/a.txt', 'other');
  write('texts/a.labels', 'z\n');
  const own = trained(dirname(path), { format: 'folder' });
  expect(await find(opened(path, 'plaintext'), 2, own)).toMatchObject({
    map: { text: 'First paragraph.\n\nSecond one.' },
    truth: ['x', 'y'],
    record: { file: dirname(path), line: 0, number: 2 },
  });
  expect((await find(opened(join(dirname(path), 'b.txt'), 'plaintext'), 2, run))?.map.text).toBe('Second one.');
});
