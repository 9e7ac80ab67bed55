import { expect, it } from 'vitest';
import { probability, share, signed, thresholdText } from '../../../src/webview/amounts.ts';
import { restoredState, standingOf } from '../../../src/webview/pages/predictions/predictionsState.ts';

const label = (score: number | undefined, isTrue?: boolean) => ({
  id: 1,
  name: 'bird',
  probability: score,
  isTrue,
  trainDocuments: 3,
});

it.each([
  [0.6, true, 'hit'],
  [0.6, false, 'false'],
  [0.6, undefined, 'predicted'],
  [0.5, true, 'missed'], // a label is predicted above the threshold, not at it
  [0.5, false, 'below'],
  [0.5, undefined, 'below'],
  [undefined, true, 'missed'], // the model has no output for it
])('probability %j of a label whose truth is %j makes it: %s', (score, isTrue, standing) => {
  expect(standingOf(label(score, isTrue), 0.5)).toBe(standing);
});

it('starts with all documents in the order of the file', () => {
  const fresh = { tab: 'documents', order: { by: 'file', descending: false }, search: '', threshold: undefined };
  for (const kept of [undefined, null, 'x', { order: { by: 'nothing' }, threshold: 'high', label: { name: 'x' } }])
    expect(restoredState(kept)).toMatchObject(fresh);
  expect(restoredState(undefined).label).toBeUndefined();
});

it('takes back what it kept', () => {
  const kept = {
    folder: '/runs/a',
    target: { kind: 'split' as const, split: 'test' as const },
    tab: 'labels' as const,
    threshold: 0.23,
    order: { by: 'probability' as const, descending: true },
    verdict: 'false' as const,
    label: { id: 4, name: 'bird' },
    search: 'wing',
    labelSearch: 'b',
    labelOrder: { by: 'f1' as const, descending: false },
    reading: 7,
    evidenceFor: 4,
  };
  expect(restoredState(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});

it('writes figures as the evaluation does', () => {
  expect([share(0.45157), share(1), share(undefined)]).toEqual(['45.16', '100.00', '–']);
  expect([probability(0.9985), probability(0.0004), probability(0), probability(undefined)]).toEqual([
    '0.999',
    '< 0.001',
    '0.000',
    '–',
  ]);
  expect([0.29, 0.5, 0.57, 0.2393].map(thresholdText)).toEqual(['0.29', '0.50', '0.57', '0.2393']);
  expect([signed(1.234), signed(-0.5)]).toEqual(['+1.23', '−0.50']);
});
