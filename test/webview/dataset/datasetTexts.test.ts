import { expect, test } from 'vitest';
import type { HeadCooccurrence } from '../../../src/core/explore/analysis/analysisApi.ts';
import { openInspection } from '../../../src/core/explore/inspection.ts';
import { heatmapCells } from '../../../src/webview/pages/dataset/heatmap.ts';
import { cutOffRows, kindText, measures } from '../../../src/webview/pages/dataset/datasetTexts.ts';
import { fixtures } from '../../core/data/helpers.ts';

test('cells of the heat map: shares of the row, or powers of ten; a label with itself has none', () => {
  const head: HeadCooccurrence = {
    labels: [
      { name: 'a', documents: 200 },
      { name: 'b', documents: 100 },
    ],
    counts: [
      [200, 100],
      [100, 100],
    ],
    all: 2,
    share: 1,
    documents: 250,
  };
  expect(heatmapCells(head, 'share')).toEqual([
    [null, 0.5],
    [1, null],
  ]);
  expect(heatmapCells(head, 'documents')).toEqual([
    [null, 2],
    [2, null],
  ]);
  expect(
    heatmapCells(
      {
        ...head,
        counts: [
          [200, 0],
          [0, 100],
        ],
      },
      'documents',
    )[0][1],
  ).toBeNull();
});

test('an estimate says its error', () => {
  const overview = { counts: {}, first: 'train' as const, nearThreshold: 0.8, nearError: 0.045 };
  expect(kindText('near', overview).meaning).toContain('standard error at most 0.045');
  expect(kindText('suspicious mojibake', overview).name).toBe('Suspicious: mojibake');
});

test('the overview tells rare labels, spread and cut-offs', async () => {
  const inspection = await openInspection({ file: `${fixtures}/recipes.train.jsonl` });
  const { splits } = await inspection.read(() => {}, new AbortController().signal);
  const values = new Map(measures(false, true).map(({ name, value }) => [name, value(splits[0])]));
  const { rareLabels, cutOffs } = splits[0].statistics;
  expect(values.get('Rare labels')?.replaceAll('\u00A0', ' ')).toBe(
    `${rareLabels.one} with 1 · ${rareLabels.atMostTwo} with ≤ 2 · ${rareLabels.atMostFive} with ≤ 5`,
  );
  expect(values.get('Labels not in training')).toBe('–');
  expect(
    measures(false, true)
      .find(({ name }) => name === 'Labels not in training')
      ?.value(splits[1]),
  ).toBe(String(splits[1].notInTrain));
  expect(cutOffRows(splits[0]).map(([words]) => words)).toEqual(['250', '500', '1,000', '5,000']);
  expect(cutOffRows(splits[0])[0][1]).toBe(String(cutOffs[0].documents));
});
