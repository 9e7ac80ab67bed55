import { expect, it } from 'vitest';
import { panelState } from '../../../src/extension/predictions/panelState.ts';

it.each([
  { kind: 'split', split: 'validation', line: undefined },
  { kind: 'file', file: '/data/a.jsonl', line: 3 },
  { kind: 'file', file: '/data/rcv.p', part: 'test', line: undefined },
  { kind: 'record', file: '/data/a.jsonl', line: 7 },
  { kind: 'text', text: 'a text' },
])('takes back what a page kept: $kind', (target) => {
  expect(panelState({ folder: '/runs/a', target, tab: 'labels' })).toEqual({ folder: '/runs/a', target });
});

it.each([
  undefined,
  null,
  'text',
  {},
  { folder: 1, target: { kind: 'text', text: '' } },
  { folder: '/runs/a' },
  { folder: '/runs/a', target: { kind: 'split', split: 'all' } },
  { folder: '/runs/a', target: { kind: 'record', file: '/data/a.jsonl' } },
  { folder: '/runs/a', target: { kind: 'text', text: 4 } },
])('takes nothing else: %j', (kept) => {
  expect(panelState(kept)).toBeUndefined();
});
