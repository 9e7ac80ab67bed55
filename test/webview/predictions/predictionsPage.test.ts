import { expect, it } from 'vitest';
import { probability, share, signed, thresholdText } from '../../../src/webview/amounts.ts';
import { chosenOf, cutOf, restoredState, standingOf } from '../../../src/webview/pages/predictions/predictionsState.ts';

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

it('decides as the run does until something else is chosen, which another run may not have', () => {
  const ways = [
    { kind: 'per-label' as const, count: 2 },
    { kind: 'top-k' as const, count: 3 },
  ];
  const run = { tunedThreshold: 0.3, ways, decidesBy: 'per-label' as const };
  expect(chosenOf({}, run)).toBe('per-label');
  expect(chosenOf({ threshold: 0.4 }, run)).toBe(0.4);
  expect(chosenOf({ threshold: 0.4, way: 'top-k' }, run)).toBe('top-k');
  expect(chosenOf({ way: 'top-k' }, { ways: [], decidesBy: 'one' })).toBe(0.5);
  expect(chosenOf({}, { tunedThreshold: 0.3, ways: [], decidesBy: 'per-label' })).toBe(0.3);
  expect(cutOf({ ...label(0.6), threshold: 0.7 }, 0, 'per-label', run)).toBe(0.7);
  expect(cutOf(label(0.6), 0, 'per-label', run)).toBe(0.3);
  expect(cutOf({ ...label(0.6), threshold: 0.7 }, 0, 0.2, run)).toBe(0.2);
  const ranked = [0, 2, 3].map((rank) => standingOf(label(0.001), cutOf(label(0.001), rank, 'top-k', run)));
  expect(ranked).toEqual(['predicted', 'predicted', 'below']);
  expect(standingOf(label(undefined, true), cutOf(label(undefined), 0, 'top-k', run))).toBe('missed');
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
    states: [{ label: 4, name: 'bird', is: 'missed' as const, role: 'any' as const }],
    against: 'better' as const,
    confusionSearch: 'bi',
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
