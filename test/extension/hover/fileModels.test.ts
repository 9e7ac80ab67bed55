/** Which model answers in a document. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import { readRecord } from '../../../src/core/explore/recordText.ts';
import type { RunListing } from '../../../src/core/training/runListing.ts';
import { scratch } from '../../core/data/helpers.ts';

vi.mock('vscode', () => ({ EndOfLine: { LF: 1, CRLF: 2 } }));
const { TextFinder } = await import('../../../src/extension/hover/foundText.ts');
const { FileModels } = await import('../../../src/extension/hover/fileModels.ts');

const { write } = scratch();
const records = {
  pointerOf: () => undefined,
  load: () => Promise.reject(new Error('no document of ours')),
  read: readRecord,
};

function opened(path: string, languageId: string): vscode.TextDocument {
  const lines = readFileSync(path, 'utf8').split('\n');
  const uri = { scheme: 'file', fsPath: path };
  const lineAt = (i: number): object => ({ text: lines[i] });
  return { uri, languageId, version: 1, lineCount: lines.length, eol: 1, isDirty: false, lineAt } as never;
}

const lines = (text: string, label: string): string =>
  Array.from({ length: 6 }, (_, i) => JSON.stringify({ [text]: `words of document ${i}`, [label]: ['a'] })).join('\n');

function trained(name: string, train: string, textField: string, labelField: string): RunListing {
  const config = write(`runs/${name}/config.json`, JSON.stringify({ dataset: { train, textField, labelField } }));
  return { name, folder: dirname(config), status: 'finished', epochs: 1, bestEpoch: 1, changed: '' };
}

const cooking = write('cooking/train.jsonl', lines('text', 'labels'));
const emotions = write('emotions/train.jsonl', lines('comment', 'feelings'));
const old = trained('emotions', emotions, 'comment', 'feelings');
const newest = trained('cooking', cooking, 'text', 'labels');
const candidates = [newest, old];

const nameOf = async (path: string, language: string, model: { chosen?: RunListing; isOff?: boolean } = {}) => {
  const models = new FileModels(
    { candidates, chosen: undefined, isOff: false, ...model },
    new TextFinder(records),
    records,
  );
  return (await models.of(opened(path, language)))?.run.name;
};

test('a dataset asks the model whose config names it, not the newest', async () => {
  expect(await nameOf(cooking, 'jsonl')).toBe('cooking');
  expect(await nameOf(emotions, 'jsonl')).toBe('emotions');
  expect(await nameOf(emotions, 'jsonl', { chosen: newest })).toBe('emotions');
});

test('one beside it with the same fields asks its model; with others, or elsewhere, none', async () => {
  expect(await nameOf(write('emotions/later.jsonl', lines('comment', 'feelings')), 'jsonl')).toBe('emotions');
  expect(await nameOf(write('emotions/other.jsonl', lines('body', 'feelings')), 'jsonl')).toBeUndefined();
  expect(await nameOf(write('elsewhere/more.jsonl', lines('text', 'labels')), 'jsonl')).toBeUndefined();
});

test.each([
  ['notes.md', 'markdown'],
  ['notes.txt', 'plaintext'],
])('%s asks the chosen model alone, beside a dataset, too', async (name, language) => {
  const path = write(`cooking/${name}`, 'An unrelated project about tax law.\n');
  expect(await nameOf(path, language)).toBeUndefined();
  expect(await nameOf(path, language, { chosen: old })).toBe('emotions');
});

test('where no model is wanted, none answers', async () => {
  expect(await nameOf(cooking, 'jsonl', { isOff: true })).toBeUndefined();
});

test('of two that know a file the chosen one answers', async () => {
  const second = trained('second', emotions, 'comment', 'feelings');
  candidates.push(second);
  expect(await nameOf(emotions, 'jsonl')).toBe('emotions');
  expect(await nameOf(emotions, 'jsonl', { chosen: second })).toBe('second');
});
