import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Review } from '../../../src/core/predict/review.ts';
import { readAll, scratch } from '../data/helpers.ts';

const { write } = scratch();
const rows = [
  { id: 'a', text: 'Boats in the harbour wait for wind', labels: ['sailing'] },
  { id: 'b', text: 'Boats in the harbour wait for wind', labels: ['tax'] },
  { id: 'c', text: 'Income tax and the law about income', labels: ['tax'] },
  { id: 'd', text: 'A boat leaves the harbour', labels: [] },
];

test('a review without a model: its queue, one document, decisions and their undoing', async () => {
  const file = write('train.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const bytes = readFileSync(file);
  const review = await Review.open({ file }, {});
  expect(review.overview).toMatchObject({ documents: 4, decided: 0, corrections: `${file}.corrections.jsonl` });
  expect(review.overview.counts).toMatchObject({ contradictory: 2, unlabelled: 1, false: 0, missed: 0 });
  const page = review.page({ withDecided: false, offset: 0, limit: 10 });
  expect(page.rows.map(({ document, kind }) => [document, kind])).toEqual([
    [0, 'contradictory'],
    [1, 'contradictory'],
    [3, 'unlabelled'],
  ]);
  const shown = await review.document(3);
  expect(shown).toMatchObject({ id: 'd', labels: [], isDecided: false });
  expect(shown.like.map(({ id }) => id)).toEqual(expect.arrayContaining(['a', 'b']));
  expect(review.labels().map(({ name, documents }) => [name, documents])).toEqual([
    ['tax', 2],
    ['sailing', 1],
  ]);
  await review.decide({ document: 3, labels: ['sailing', 'harbours'], reason: 'it is' });
  const overview = await review.decide({ document: 1, labels: ['tax'] });
  expect(overview.decided).toBe(2);
  expect(review.page({ withDecided: false, offset: 0, limit: 10 }).total).toBe(1);
  expect((await review.document(3)).labels.map(({ name, isOn, isInFile }) => [name, isOn, isInFile])).toEqual([
    ['sailing', true, false],
    ['harbours', true, false],
  ]);
  expect((await readAll(file)).documents[3].labels).toEqual(['sailing', 'harbours']);
  const again = await Review.open({ file }, {});
  expect(again.overview.decided).toBe(2);
  expect((await again.undo())?.document).toBe(1);
  expect((await again.undo())?.document).toBe(3);
  expect(await again.undo()).toBeUndefined();
  expect((await again.document(3)).labels.filter(({ isOn }) => isOn)).toEqual([]);
  expect((await readAll(file)).documents[3].labels).toEqual([]);
  expect(readFileSync(file)).toEqual(bytes);
});
