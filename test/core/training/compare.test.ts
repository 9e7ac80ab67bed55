import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/config/validate.ts';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import {
  type ComparedRun,
  compareRuns,
  comparisonMarkdown,
  groupCurve,
  groupRuns,
  spread,
} from '../../../src/core/training/compareRuns.ts';

function config(
  training: Record<string, unknown>,
  name?: string,
  dataset: Record<string, unknown> = { train: 'train.jsonl' },
): RunConfig {
  const text = JSON.stringify({ dataset, training, ...(name && { output: { name } }) });
  return analyse(text, { file: '/data/run.xmlcnn.json' }).config;
}

function run(
  name: string,
  training: Record<string, unknown>,
  test?: Record<string, number>,
  p1: number[] = [],
): ComparedRun {
  const epochs = p1.map((value, i) => ({
    ...{ phase: 'training' as const, epoch: i + 1, trainLoss: 1 / (i + 1), documentsPerSecond: 1, isBest: true },
    validation: { 'P@1': value },
  }));
  return { name, folder: `/runs/${name}`, config: config(training, name), test, history: { epochs, points: [] } };
}

const seeds = [
  run('one', { seed: 1 }, { 'P@1': 0.5, logLoss: 0.2 }, [0.2, 0.4]),
  run('fast', { seed: 1, learningRate: 0.01 }, { 'P@1': 0.8, logLoss: 0.1 }, [0.6]),
  run('two', { seed: 2 }, { 'P@1': 0.6, logLoss: 0.4 }, [0.3, 0.6, 0.7]),
];

describe('groups', () => {
  it('hold runs that differ by seed and name alone', () => {
    expect(groupRuns(seeds)).toEqual([
      { name: 'one (2 seeds)', runs: [0, 2] },
      { name: 'fast', runs: [1] },
    ]);
  });

  it('part runs that differ in anything else', () => {
    expect(groupRuns([run('a', { seed: 1 }), run('b', { seed: 1, epochs: 3 })])).toHaveLength(2);
  });
});

describe('settings', () => {
  it('say which keys differ, with null where a run does not set one', () => {
    const { config: rows } = compareRuns([
      run('a', { seed: 1 }),
      { ...run('b', { seed: 2 }), config: config({ seed: 2 }) },
    ]);
    const differing = rows.filter(({ differs }) => differs);
    expect(differing).toEqual([
      { key: 'training.seed', values: ['1', '2'], differs: true },
      { key: 'output.name', values: ['"a"', null], differs: true },
    ]);
    expect(rows).toContainEqual(expect.objectContaining({ key: 'training.batchSize', differs: false }));
  });
});

describe('figures', () => {
  it('are means with the deviation of a sample, and differences to the first', () => {
    const { metrics } = compareRuns(seeds);
    const [p1, logLoss] = metrics;
    expect(p1).toMatchObject({ split: 'test', name: 'P@1', best: [1] });
    expect(p1.cells[0]).toEqual({ mean: 0.55, sd: expect.closeTo(Math.SQRT1_2 / 10, 12), n: 2 });
    expect(p1.cells[1]).toEqual({ mean: 0.8, n: 1 });
    expect(p1.differences).toEqual([null, expect.closeTo(0.25, 12)]);
    expect(logLoss).toMatchObject({ name: 'logLoss', best: [1] });
  });

  it('leave out what is not known, and name no best among equals', () => {
    const { metrics } = compareRuns([run('a', { epochs: 1 }, { 'P@1': 0.5 }), run('b', { epochs: 2 })]);
    expect(metrics[0]).toMatchObject({ cells: [{ mean: 0.5, n: 1 }, null], differences: [null, null] });
    expect(metrics[0].best).toEqual([]);
    const equal = compareRuns([run('a', { epochs: 1 }, { 'P@1': 0.5 }), run('b', { epochs: 2 }, { 'P@1': 0.5 })]);
    expect(equal.metrics[0].best).toEqual([]);
    expect(spread([undefined, NaN])).toBeNull();
  });

  it('are measured against any run, and none across datasets', () => {
    const on = (name: string, files: Record<string, string>, p1: number): ComparedRun => ({
      ...run(name, { seed: 1 }, { 'P@1': p1 }),
      config: config({ epochs: name.length }, name, files),
      validation: { 'P@1': p1 },
    });
    const runs = [
      on('a', { train: 'cooking.train.txt', test: 'cooking.test.txt' }, 0.5),
      on('bb', { train: 'eurlex.train.txt', test: 'eurlex.test.txt' }, 0.9),
      on('ccc', { train: 'more.txt', test: 'cooking.test.txt' }, 0.6),
      on('dddd', { train: 'eurlex.train.txt', test: 'eurlex.test.txt' }, 0.8),
    ];
    const { datasets, metrics } = compareRuns(runs);
    expect(datasets.test).toEqual([
      { name: 'cooking', groups: [0, 2], baseline: 0 },
      { name: 'eurlex', groups: [1, 3], baseline: 1 },
    ]);
    expect(datasets.validation.map(({ groups }) => groups)).toEqual([[0], [1, 3], [2]]); // drawn from what they train on
    const close = (value: number): number => expect.closeTo(value, 12) as number;
    expect(metrics[0]).toMatchObject({
      split: 'test',
      best: [2, 1],
      differences: [null, null, close(0.1), close(-0.1)],
    });
    const turned = compareRuns(runs, { baseline: '/runs/ccc' });
    expect(turned.metrics[0].differences).toEqual([close(-0.1), null, null, close(-0.1)]);
    const text = comparisonMarkdown(turned);
    expect(text).toContain('### cooking\n\n|  | a | ccc |');
    expect(text).toContain('| P@1 | 50.00 (−10.00) | **60.00** |');
  });

  it('survive JSON, as messages to a page must', () => {
    const comparison = compareRuns(seeds);
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  });
});

describe('curves', () => {
  it('are means over the runs that got so far', () => {
    const [group] = groupRuns(seeds);
    const { epochs, values } = groupCurve(seeds, group, 'P@1');
    expect(epochs).toEqual([1, 2, 3]);
    expect(values.map(({ mean, n }) => [mean, n])).toEqual([
      [0.25, 2],
      [0.5, 2],
      [0.7, 1],
    ]);
    expect(groupCurve(seeds, group, 'trainLoss').values[0]).toEqual({ mean: 1, sd: 0, n: 2 });
  });
});

describe('Markdown', () => {
  it('holds figures and settings, whatever the runs are called', () => {
    const text = comparisonMarkdown(compareRuns([seeds[0], seeds[2], { ...seeds[1], name: '<b>|x' }]));
    expect(text).toContain('|  | one (2 seeds) | \\<b\\>\\|x |');
    expect(text).toContain('| P@1 | 55.00 ± 7.07 | **80.00** (+25.00) |');
    expect(text).toContain('| logLoss | 0.3000 ± 0.1414 | **0.1000** (−0.200) |');
    expect(text).toContain('| training.learningRate | 0.0005 | 0.0005 | 0.01 |');
    expect(text).not.toContain('training.batchSize');
    expect(comparisonMarkdown(compareRuns(seeds), { allKeys: true })).toContain('training.batchSize');
  });
});
