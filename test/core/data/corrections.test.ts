/** Corrections of labels, beside a dataset. */
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Document } from '../../../src/core/data/document.ts';
import { addDecision, textHash, undoDecision } from '../../../src/core/data/corrections/correctionLog.ts';
import { correctionsHash } from '../../../src/core/data/corrections/corrections.ts';
import { findSplits } from '../../../src/core/data/findSplits.ts';
import { lengthBins } from '../../../src/core/explore/statistics.ts';
import { openInspection } from '../../../src/core/explore/inspection.ts';
import { cacheKey, inputFiles } from '../../../src/core/text/cacheKey.ts';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { readAll, scratch, userError } from './helpers.ts';

const { folder, write } = scratch();
let files = 0;

const rows = [
  { id: 'a', text: 'The harbour was full of sailing boats', labels: ['sailing'] },
  { id: 'b', text: 'Income tax and the law about it', labels: ['tax', 'law'] },
  { id: 'c', text: 'Roses want sun and little else', labels: [] },
];
const dataset = (records: object[] = rows): string =>
  write(`set${files++}/train.jsonl`, records.map((row) => `${JSON.stringify(row)}\n`).join(''));

const correct = (file: string, { id, text }: { id: string; text: string }, before: string[], after: string[]) =>
  addDecision({ file }, {}, { id, text: textHash({ text }), before, after, reason: 'seen' });

const labelsIn = (documents: Document[]): string[][] => documents.map(({ labels }) => labels);
const findingsOf = (source: { findings: { counts: object } }): object => source.findings.counts;

describe('corrections', () => {
  test('are applied as the dataset is read, and leave its file alone', async () => {
    const file = dataset();
    const bytes = readFileSync(file);
    await correct(file, rows[0], ['sailing'], ['sailing', 'harbours']);
    await correct(file, rows[2], [], ['gardening']);
    await correct(file, rows[1], ['tax', 'law'], ['law', 'tax']);
    const { documents, source } = await readAll(file);
    expect(labelsIn(documents)).toEqual([['sailing', 'harbours'], ['tax', 'law'], ['gardening']]);
    expect(documents.map(({ fileLabels }) => fileLabels)).toEqual([['sailing'], undefined, []]);
    expect(source.corrected).toMatchObject({ applied: 2, right: 1, refused: 0, damaged: 0 });
    expect(findingsOf(source)).toEqual({});
    expect(readFileSync(file)).toEqual(bytes);
    expect(labelsIn((await readAll(file, { corrections: false })).documents)).toEqual([
      ['sailing'],
      ['tax', 'law'],
      [],
    ]);
  });

  test('name nobody, and hold the text as a hash', async () => {
    const file = dataset();
    await correct(file, rows[0], ['sailing'], ['boats']);
    const line = readFileSync(`${file}.corrections.jsonl`, 'utf8');
    expect(Object.keys(JSON.parse(line) as object)).toEqual([
      'key',
      'of',
      'id',
      'text',
      'before',
      'after',
      'reason',
      'time',
    ]);
    expect(line).not.toContain('harbour was');
  });

  test('of a text that has changed since are reported, never applied', async () => {
    const file = dataset();
    await correct(file, rows[0], ['sailing'], ['boats']);
    await correct(file, rows[1], ['tax', 'law'], ['tax']);
    await correct(file, rows[2], [], ['gardening']);
    const [, b] = rows;
    writeFileSync(
      file,
      [
        { ...rows[0], text: 'Another text' },
        { ...b, labels: ['film'] },
      ]
        .map((r) => JSON.stringify(r))
        .join('\n'),
    );
    const { documents, source } = await readAll(file);
    expect(labelsIn(documents)).toEqual([['sailing'], ['film']]);
    expect(source.corrected).toMatchObject({ applied: 0, right: 0, refused: 3 });
    expect(findingsOf(source)).toEqual({ 'stale-correction': 3 });
    expect(source.findings.first.map(({ message }) => message)).toEqual([
      'The labels of document b have changed since they were corrected: not applied',
      'The text of document a has changed since it was corrected: not applied',
      'There is no document c, which was corrected: not applied',
    ]);
  });

  test('follow each other, on a file that holds the first of them already too', async () => {
    const file = dataset();
    await correct(file, rows[0], ['sailing'], ['boats']);
    writeFileSync(file, `${JSON.stringify({ ...rows[0], labels: ['boats'] })}\n`);
    await correct(file, rows[0], ['boats'], ['boats', 'harbours']);
    expect(labelsIn((await readAll(file)).documents)).toEqual([['boats', 'harbours']]);
    writeFileSync(file, `${JSON.stringify(rows[0])}\n`);
    expect(labelsIn((await readAll(file)).documents)).toEqual([['boats', 'harbours']]);
  });

  test('are undone by a line more, the newest first', async () => {
    const file = dataset();
    await correct(file, rows[0], ['sailing'], ['boats']);
    await correct(file, rows[1], ['tax', 'law'], ['tax']);
    await correct(file, rows[0], ['boats'], ['harbours']);
    const hash = await correctionsHash([{ file }], {});
    const [, b] = rows;
    expect((await undoDecision({ file }, {}, { id: 'b', text: textHash(b) }))?.after).toEqual(['tax']);
    expect(labelsIn((await readAll(file)).documents)).toEqual([['harbours'], ['tax', 'law'], []]);
    expect((await undoDecision({ file }, {}))?.after).toEqual(['harbours']);
    expect(labelsIn((await readAll(file)).documents)[0]).toEqual(['boats']);
    expect((await undoDecision({ file }, {}))?.after).toEqual(['boats']);
    expect(await undoDecision({ file }, {})).toBeUndefined();
    expect(labelsIn((await readAll(file)).documents)).toEqual([['sailing'], ['tax', 'law'], []]);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await correctionsHash([{ file }], {})).toBeUndefined();
    expect(readFileSync(`${file}.corrections.jsonl`, 'utf8').trim().split('\n')).toHaveLength(6);
  });

  test('survive a program that is killed while it writes: at every byte of the last line', async () => {
    const file = dataset();
    const kept = `${file}.corrections.jsonl`;
    await correct(file, rows[0], ['sailing'], ['boats']);
    const whole = readFileSync(kept).length;
    await correct(file, rows[1], ['tax', 'law'], ['tax']);
    const bytes = readFileSync(kept);
    for (let size = whole; size < bytes.length - 1; size += 7) {
      writeFileSync(kept, bytes);
      truncateSync(kept, size);
      const torn = await readAll(file);
      expect(labelsIn(torn.documents)).toEqual([['boats'], ['tax', 'law'], []]);
      expect(torn.source.corrected).toMatchObject({ applied: 1, damaged: size > whole ? 1 : 0 });
      expect(findingsOf(torn.source)).toEqual({ unlabelled: 1, ...(size > whole && { 'damaged-correction': 1 }) });
      await correct(file, rows[2], [], ['gardening']);
      expect(labelsIn((await readAll(file)).documents)).toEqual([['boats'], ['tax', 'law'], ['gardening']]);
    }
  });

  test('of records without ids count for their number and text', async () => {
    const file = dataset(rows.map(({ text, labels }) => ({ text, labels })));
    await correct(file, { ...rows[1], id: '2' }, ['tax', 'law'], ['tax']);
    expect(labelsIn((await readAll(file)).documents)).toEqual([['sailing'], ['tax'], []]);
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.slice(1).join('\n'));
    const { documents, source } = await readAll(file);
    expect(labelsIn(documents)).toEqual([['tax', 'law'], []]);
    expect(source.corrected?.refused).toBe(1);
  });

  test('are no dataset, though they lie beside one', async () => {
    const file = dataset();
    await correct(file, rows[0], ['sailing'], ['boats']);
    expect(await findSplits({ file: join(file, '..') })).toEqual({ train: { file } });
    expect(await findSplits({ file })).toEqual({ train: { file } });
  });

  test('may lie in another place, those of several files together', async () => {
    const [file, other] = [dataset(), write(`other${files}/valid.jsonl`, `${JSON.stringify(rows[0])}\n`)];
    const corrections = join(folder, 'elsewhere.jsonl');
    const decision = { id: 'a', text: textHash(rows[0]), before: ['sailing'] };
    await addDecision({ file }, { corrections }, { ...decision, after: ['boats'] });
    await addDecision({ file: other }, { corrections }, { ...decision, after: ['harbours'] });
    expect(labelsIn((await readAll(file, { corrections })).documents)[0]).toEqual(['boats']);
    const { documents, source } = await readAll(other, { corrections });
    expect(labelsIn(documents)).toEqual([['harbours']]);
    expect(source.corrected).toMatchObject({ applied: 1, refused: 0 });
    expect(existsSync(`${file}.corrections.jsonl`)).toBe(false);
    expect((await userError(addDecision({ file }, { corrections: false }, { ...decision, after: [] }))).code).toBe(
      'corrections-off',
    );
  });

  test('are part of what prepared data depends on, and are counted by an inspection', async () => {
    const file = dataset();
    const config = completeConfig({ dataset: { train: file } });
    const key = async (): Promise<string> => cacheKey(config, await inputFiles(config));
    const before = await key();
    await correct(file, rows[0], ['sailing'], ['boats']);
    expect(await key()).not.toBe(before);
    const inspection = await openInspection({ file });
    await inspection.splits[0].readWhole({});
    expect(inspection.splits[0].statistics.labelCounts.map(({ name }) => name).sort()).toEqual(['boats', 'law', 'tax']);
    expect(inspection.splits[0].snapshot(lengthBins(10, 20)).corrected).toMatchObject({ applied: 1 });
    rmSync(`${file}.corrections.jsonl`);
    expect(await key()).toBe(before);
  });

  test('that were kept elsewhere and are damaged are reported with their line', async () => {
    const file = dataset();
    await correct(file, rows[0], ['sailing'], ['boats']);
    appendFileSync(`${file}.corrections.jsonl`, 'no json\n{"key":1}\n');
    const { source } = await readAll(file);
    expect(source.findings.first.map(({ code, line }) => [code, line])).toEqual([
      ['unlabelled', 3],
      ['damaged-correction', 2],
      ['damaged-correction', 3],
    ]);
  });
});
