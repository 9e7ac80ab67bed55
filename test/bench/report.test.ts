import { describe, expect, it } from 'vitest';
import { perSecond, timingOf } from '../../bench/measure.ts';
import { cellText, compare, comparisonMarkdown, partMarkdown, type RecordedPart } from '../../bench/report.ts';

const machine = { processor: 'P', cores: 2, memoryGiB: 8, threads: 2, versions: { Node: '20' } };
const part = (rate: number, ms: number): RecordedPart => ({
  date: '2026-01-01',
  machine,
  quick: false,
  seconds: 3,
  tables: [
    {
      title: 'Speed',
      head: ['what', 'documents/s', 'step, ms', 'other'],
      rows: [['a', { value: rate, low: 1, high: 999, better: 'higher' }, { value: ms, better: 'lower' }, { value: 7 }]],
    },
  ],
  skipped: ['b: b.xz not found'],
});

it('gives the median and the extremes of repeated runs, as rates with the slowest run first', () => {
  const timing = timingOf([30, 10, 20]);
  expect(timing).toEqual({ median: 20, low: 10, high: 30 });
  expect(perSecond(60, timing)).toEqual({ value: 3000, low: 2000, high: 6000, better: 'higher' });
});

it('shows figures with three digits and their spread', () => {
  expect(cellText({ value: 1234.5, low: 0.98765, high: 20_000 })).toBe('1,235 (0.988-20,000)');
  expect(cellText({ value: 12.345 })).toBe('12.3');
  expect(cellText('-')).toBe('-');
});

it('writes a part as Markdown, with its command, its machine and what was skipped', () => {
  const text = partMarkdown('speed', part(50, 4), '###');
  expect(text).toContain(
    '### speed\n\n`npm run bench -- --only speed`, 2026-01-01, 3 s; P, 2 cores, 8 GiB, 2 threads; Node 20.',
  );
  expect(text).toContain('| a | 50 (1-999) | 4 | 7 |');
  expect(text).toContain('skipped: b: b.xz not found');
});

describe('beside recorded results', () => {
  it('tells how many times better each figure is, either way round', () => {
    const changes = compare({ speed: part(100, 8) }, { speed: part(50, 4) });
    expect(changes.map(({ what, factor }) => [what, factor])).toEqual([
      ['speed: Speed, a, documents/s', 2],
      ['speed: Speed, a, step, ms', 0.5],
    ]);
  });

  it('lists what differs, the worst first, and another machine', () => {
    const before = { speed: { ...part(50, 4), machine: { ...machine, cores: 4 } } };
    const text = comparisonMarkdown({ speed: part(51, 8) }, before);
    expect(text).toContain('2 figures stand in the last recorded results');
    expect(text).toContain('| speed: Speed, a, step, ms | 4 | 8 | 0.5 |');
    expect(text).not.toContain('documents/s |');
    expect(text).toContain('another machine or with other versions: P, 4 cores');
  });

  it('says that there are none', () => {
    expect(comparisonMarkdown({ speed: part(1, 1) }, {})).toBe('There are no recorded figures to compare these with.');
  });
});
