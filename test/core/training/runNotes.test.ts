import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunRow } from '../../../src/core/training/readRunRow.ts';
import { describeRun } from '../../../src/core/training/runListing.ts';
import { changeNotes, readNotes } from '../../../src/core/training/runNotes.ts';
import { temporaryFolders } from './folder.ts';
import { makeConfig, run } from './setup.ts';

const newFolder = temporaryFolders();

async function emptyRun(): Promise<string> {
  const folder = join(await newFolder(), 'one');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ dataset: { train: '/d/train.jsonl' } }));
  return folder;
}

test('name, note, tags and pin are kept in the run folder, changed one by one, and leave no file where there are none', async () => {
  const folder = await emptyRun();
  expect(await readNotes(folder)).toEqual({});
  await changeNotes(folder, { title: ' Baseline ', tags: ['paper', ' paper', ''] });
  await changeNotes(folder, { pinned: true, note: 'with dropout' });
  const notes = { title: 'Baseline', note: 'with dropout', tags: ['paper'], pinned: true };
  expect(await readNotes(folder)).toEqual(notes);
  expect(await describeRun(folder)).toMatchObject({ name: 'one', notes });
  await changeNotes(folder, { title: '', note: ' ', tags: [], pinned: false });
  expect(existsSync(join(folder, 'notes.json'))).toBe(false);
});

test('a damaged file is told of, is not written over, and does not make the run damaged', async () => {
  const folder = await emptyRun();
  const file = join(folder, 'notes.json');
  await writeFile(file, '{"title": 5}');
  await expect(changeNotes(folder, { pinned: true })).rejects.toMatchObject({ code: 'damaged-notes' });
  expect(readFileSync(file, 'utf8')).toBe('{"title": 5}');
  const listing = await describeRun(folder);
  expect(listing).toMatchObject({ status: 'interrupted', notesProblem: expect.stringContaining(file) as string });
  expect(listing.notes).toBeUndefined();
});

test('nothing is written where there is no run', async () => {
  const folder = await newFolder();
  await expect(changeNotes(folder, { pinned: true })).rejects.toMatchObject({ code: 'run-not-found' });
  expect(existsSync(join(folder, 'notes.json'))).toBe(false);
});

test('a run with notes is a row of the table, with figures of both splits, its time and its settings', async () => {
  const folder = await newFolder();
  const { result } = await run(makeConfig(folder));
  await changeNotes(result.folder, { title: 'Baseline' });
  const row = await readRunRow(await describeRun(result.folder));
  expect(row).toMatchObject({ title: 'Baseline', name: result.name, pinned: false, tags: [] });
  const { best, seconds } = result.summary!;
  expect(row.figures.validation['P@1']).toBe(best.validation!['P@1']);
  expect(row.seconds).toBe(seconds);
  expect(JSON.parse(row.settings['training.seed'])).toBe(makeConfig(folder).training.seed);
});
