import { expect, it } from 'vitest';
import type { RunListing } from '../../../src/core/training/runListing.ts';
import { startOf } from '../../../src/extension/runs/jobState.ts';
import { runDescription, runFacts } from '../../../src/extension/runs/runText.ts';
import { shortName } from '../../../src/extension/runs/shortName.ts';
import { t } from './translate.ts';

const run: RunListing = {
  name: 'news',
  folder: '/w/runs/news',
  status: 'finished',
  epochs: 12,
  bestEpoch: 9,
  monitor: 'P@1',
  score: 0.8,
  validation: { 'P@1': 0.8, 'P@3': 0.5, microF1: 0.7 },
  evaluated: { split: 'test', metrics: { 'P@1': 0.79 } },
  changed: '2026-01-02T03:04:05.000Z',
};

it.each([
  ['finished', 'P@1 test 79.0 · 12 epochs'],
  ['early', 'P@1 test 79.0 · 12 epochs · stopped early'],
  ['interrupted', 'P@1 test 79.0 · 12 epochs · stopped'],
  ['running', 'P@1 test 79.0 · 12 epochs · running elsewhere'],
] as const)('describes a run that is %s', (status, text) => {
  expect(runDescription({ ...run, status }, undefined, t)).toBe(text);
});

it('begins a row with the figure and its split', () => {
  expect(runDescription(run, undefined, t, { isRow: true })).toBe('79.0 test · 12 epochs');
  expect(runDescription({ ...run, evaluated: undefined }, undefined, t, { isRow: true })).toBe('80.0 val · 12 epochs');
});

it('shows the progress of a job rather than what is on disk', () => {
  expect(runDescription({ ...run, status: 'running' }, startOf('resume', 'news'), t)).toBe('Starting');
});

it('says nothing of figures that there are not', () => {
  const begun: RunListing = { ...run, status: 'interrupted', epochs: 1, validation: undefined, evaluated: undefined };
  expect(runDescription(begun, undefined, t)).toBe('1 epoch · stopped');
});

it('counts no epochs of a linear model', () => {
  const linear: RunListing = { ...run, modelType: 'linear', epochs: 1, bestEpoch: 1 };
  expect(runDescription(linear, undefined, t)).toBe('P@1 test 79.0 · linear model');
  expect(runFacts(linear, t).map(([title]) => title)).not.toContain('Epochs');
});

it('lists the facts for the tooltip', () => {
  expect(runFacts({ ...run, problem: 'torn' }, t).filter(([title]) => title !== 'Changed')).toEqual([
    ['Status', 'finished'],
    ['Problem', 'torn'],
    ['Epochs', '12, the best is 9'],
    ['Validation', 'P@1 80.0, P@3 50.0'],
    ['On test', 'P@1 79.0'],
    ['Best by', 'P@1'],
    ['Folder', '/w/runs/news'],
  ]);
});

it('shortens the names that training gives, and no others', () => {
  const began = new Date('2026-01-02T03:04:05Z');
  const local = began.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  expect(shortName('news-2026-01-02T03-04-05', began)).toBe(`news ${local}`);
  expect(shortName('news-2026-01-02T03-04-05-2', began)).toBe(`news ${local}-2`);
  const older = shortName('news-2026-01-02T03-04-05', new Date('2026-03-01T00:00:00Z'));
  expect(older).toMatch(new RegExp(`^news .+ ${local}$`));
  expect(shortName('news-2026-13-99T03-04-05')).toBe('news-2026-13-99T03-04-05');
  expect(shortName('my-run')).toBe('my-run');
});
