import { expect, it } from 'vitest';
import { advance, startOf, stopping } from '../../../src/extension/runs/jobState.ts';
import type { JobState } from '../../../src/extension/runs/jobState.ts';
import { progressParts, stageText, statusLines, statusText, timeText } from '../../../src/extension/runs/jobText.ts';
import { shortName } from '../../../src/extension/runs/shortName.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { t } from './translate.ts';

const step: RunEvent = {
  type: 'step',
  epoch: 3,
  epochs: 15,
  step: 40,
  loss: 0.1,
  learningRate: 1e-3,
  documentsPerSecond: 1234.5,
  done: 500,
  total: 1000,
  secondsLeft: 95,
};
const begun: RunEvent = { type: 'begun', folder: '/w/runs/news-1', epochs: 15, isResumed: false };
const after = (...events: RunEvent[]): JobState => events.reduce(advance, startOf('train', 'news'));
const epoch = (p: number, isBest: boolean): RunEvent => ({
  ...{
    type: 'epoch',
    epoch: 3,
    epochs: 15,
    trainLoss: 1,
    seconds: 1,
    documentsPerSecond: 1,
    validation: { 'P@1': p },
    isBest,
  },
});

it('counts the epochs of retraining, which are as many as were best', () => {
  const retraining: RunEvent = { type: 'phase', phase: 'retraining' };
  const before = after(begun, { type: 'phase', phase: 'training' }, step, retraining);
  expect(stageText(before, t)).toBe('Retraining');
  expect(stageText(advance(before, { ...step, epoch: 1, epochs: 13 }), t)).toBe('Retraining, epoch 1/13');
});

it('follows a run from its start to its epochs', () => {
  expect(stageText(after(), t)).toBe('Starting');
  const reading: RunEvent[] = [begun, { type: 'phase', phase: 'reading' }];
  expect(after(...reading)).toMatchObject({ folder: '/w/runs/news-1', title: 'news-1', epochs: 15, phase: 'reading' });
  const timed = { ...begun, folder: '/w/runs/news-2026-01-02T03-04-05' };
  expect(after(timed).title).toBe(shortName('news-2026-01-02T03-04-05')); // a run has one name everywhere
  const progress: RunEvent = {
    type: 'progress',
    phase: 'reading',
    done: 1,
    total: 4,
    unit: 'bytes',
    rate: 2e6,
    secondsLeft: 7,
  };
  expect(progressParts(after(...reading, progress), t)).toEqual(['Reading 25%', '2.0 MB/s', '7 s left']);
  const training: RunEvent[] = [...reading, progress, { type: 'phase', phase: 'training' }];
  expect(progressParts(after(...training), t)).toEqual(['Training']);
  expect(progressParts(after(...training, step), t)).toEqual(['Epoch 3/15', '1,235 documents/s', '2 min left']);
});

it('keeps the time left of the training while it validates', () => {
  const validating: RunEvent[] = [
    begun,
    { type: 'phase', phase: 'training' },
    step,
    { type: 'phase', phase: 'validating' },
  ];
  const progress: RunEvent = {
    ...{ type: 'progress', phase: 'validating', done: 1, total: 2, unit: 'documents', rate: 9, secondsLeft: 1 },
  };
  expect(progressParts(after(...validating, progress), t)).toEqual([
    'Validating 50%',
    '1,235 documents/s',
    '2 min left',
  ]);
});

it('keeps the best P@1 beside the last', () => {
  expect(after(epoch(0.8, true), epoch(0.7, false))).toMatchObject({ precision: 0.7, bestPrecision: 0.8 });
  expect(progressParts(after(begun, { type: 'phase', phase: 'training' }, step, epoch(0.712, true)), t)[1]).toBe(
    'P@1 val 71.2',
  );
});

it('says that it stops, and no more', () => {
  expect(progressParts(stopping(after(begun, step)), t)).toEqual(['Stopping']);
});

it('sums several jobs up', () => {
  expect(statusText([], t)).toBeUndefined();
  const one = after(begun, { type: 'phase', phase: 'training' }, step);
  expect(statusText([one], t)).toBe('$(sync~spin) Epoch 3/15  1,235 documents/s  2 min left');
  expect(statusText([one, { ...one, secondsLeft: 7300 }], t)).toBe('$(sync~spin) 2 runs  2 h 2 min left');
  expect(statusText([one, after()], t)).toBe('$(sync~spin) 2 runs');
  expect(statusLines([one, after()], t)).toEqual([
    'news-1: Epoch 3/15 · 1,235 documents/s · 2 min left',
    'news: Starting',
  ]);
});

it.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [59.6, '1 min'],
  [3599, '1 h'],
  [7500, '2 h 5 min'],
])('says %d seconds as %s', (seconds, text) => expect(timeText(seconds, t)).toBe(text));

it('always says what a job is at', () => {
  const phases = [
    'reading',
    'preparing',
    'word2vec',
    'linear',
    'training',
    'validating',
    'retraining',
    'testing',
    'baselines',
  ] as const;
  for (const phase of phases)
    for (const first of phases) {
      const state = after(begun, { type: 'phase', phase: first }, step, { type: 'phase', phase });
      for (const shown of [state, stopping(state)]) expect(statusText([shown], t)).toMatch(/^\$\(sync~spin\) [A-Z]/);
    }
});
