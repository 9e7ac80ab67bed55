import { describe, expect, it } from 'vitest';
import { metricRows } from '../../src/cli/figures.ts';
import { labelFrequencyPlot } from '../../src/cli/report/curves.ts';
import { escapeHtml } from '../../src/cli/report/reportPage.ts';
import { highlighted } from '../../src/cli/report/examples.ts';
import { highlightsOf } from '../../src/core/predict/highlights.ts';
import { renderReport, type ReportInput } from '../../src/cli/report/runReport.ts';
import { linearScale, logScale } from '../../src/cli/report/scale.ts';
import { StatisticsCollector } from '../../src/core/explore/statistics.ts';
import { defaultTokenizer } from '../../src/core/explore/survey.ts';

const tokenizer = await defaultTokenizer();
const statistics = (counts: number[]) => {
  const collector = new StatisticsCollector(tokenizer);
  counts.forEach((n, label) => {
    for (let i = 0; i < n; i++) collector.add({ text: 'w', labels: [`label ${label}`] });
  });
  return collector.result();
};

const evil = `<script>alert(1)</script>"'&\x1b`;
const input = (over: Partial<ReportInput> = {}): ReportInput => ({
  title: 'A run',
  subtitle: 'of a test',
  systems: [
    { name: 'XML-CNN', metrics: { 'P@1': 0.729, 'P@5': 0.5, logLoss: 0.0064 } },
    { name: 'most frequent labels', metrics: { 'P@1': 0.0956 } },
  ],
  measuredOn: 'test, 10 documents',
  epochs: [1, 2, 3].map((epoch) => ({ epoch, trainLoss: 0.5 / epoch, validation: { 'P@1': 0.2 * epoch } })),
  bestEpoch: 3,
  curves: ['P@1', 'P@5'],
  statistics: [{ name: 'train', statistics: statistics([900, 30, 30, 2, 1]) }],
  display: (label) => label,
  bands: [],
  examples: [],
  settings: [['engine', 'wasm']],
  notes: [],
  ...over,
});

describe('report', () => {
  it('needs nothing from outside and runs nothing', () => {
    const html = renderReport(input());
    expect(html).not.toMatch(/<script|https?:|src=|href=|url\(/);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('72.90');
    expect(html).toContain('9.56');
  });

  it('says under each table of figures how many documents without a label count 0', () => {
    expect(renderReport(input())).not.toContain('no label');
    expect(renderReport(input({ unlabelled: 3 })).split('3 of them have no label and count 0.')).toHaveLength(3);
    expect(renderReport(input({ unlabelled: 1 }))).toContain('1 of them has no label and counts 0.');
  });

  it('escapes everything that comes from data', () => {
    const html = renderReport(
      input({
        title: evil,
        subtitle: evil,
        measuredOn: evil,
        systems: [{ name: evil, metrics: { [evil]: 1 } }],
        display: () => evil,
        examples: [
          {
            text: evil,
            highlights: [{ start: 0, end: 5, strength: 1 }],
            predictions: [{ label: evil, probability: 1, correct: false }],
            truth: [evil],
          },
        ],
        settings: [[evil, evil]],
        notes: [evil],
      }),
    );
    expect(html).not.toContain('<script');
    expect(html).not.toContain('\x1b');
    expect(html.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;/g)!.length).toBeGreaterThan(8);
    expect(escapeHtml('a\ud800b 🍰')).toBe('a\ufffdb 🍰');
  });

  it('leaves out what there is no data for', () => {
    const html = renderReport(input({ epochs: [], statistics: [], settings: [] }));
    for (const title of ['Learning curves', 'Label frequencies', 'By label frequency', 'Settings', 'Notes'])
      expect(html).not.toContain(`<h2>${title}`);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  it.each([
    ['one epoch', [{ epoch: 1, trainLoss: 0.5, validation: { 'P@1': 0.2 } }]],
    ['constant figures', [1, 2].map((epoch) => ({ epoch, trainLoss: 0, validation: { 'P@1': 0 } }))],
    ['no validation', [{ epoch: 1, trainLoss: 3 }]],
  ])('draws %s', (_, epochs) => {
    const html = renderReport(input({ epochs }));
    expect(html).toContain('Training loss');
    expect(html).not.toMatch(/NaN|Infinity/);
  });

  it('keeps every text of a plot inside its frame', () => {
    const svg = labelFrequencyPlot(statistics([123_456, 5000, 10, 1]));
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
    const texts = [...svg.matchAll(/<text class="\w+" x="([\d.-]+)" y="([\d.-]+)" text-anchor="(\w+)">([^<]*)/g)];
    expect(texts.length).toBeGreaterThan(5);
    for (const [, x, y, anchor, text] of texts) {
      const columns = text.length * 7.6;
      const left = Number(x) - (anchor === 'end' ? columns : anchor === 'middle' ? columns / 2 : 0);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + columns).toBeLessThanOrEqual(width + 8); // the estimate is on the large side
      expect(Number(y)).toBeGreaterThan(10);
      expect(Number(y)).toBeLessThan(height);
    }
  });
});

describe('scales', () => {
  it('puts round ticks inside the range', () => {
    const s = linearScale([0.00528, 0.01395], [300, 0], { nice: true });
    expect(s.ticks).toEqual([0.004, 0.006, 0.008, 0.01, 0.012, 0.014]);
    expect([s.at(0.004), s.at(0.014)].map(Math.round)).toEqual([300, 0]);
    expect(linearScale([1, 8], [0, 70], { whole: true, count: 8 }).ticks).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(linearScale([1, 2], [0, 70], { whole: true, count: 8 }).ticks).toEqual([1, 2]);
    expect(linearScale([5, 5], [0, 10]).ticks.length).toBeGreaterThan(1);
  });

  it('spans decades', () => {
    const s = logScale(1458, [0, 100]);
    expect(s.ticks).toEqual([1, 10, 100, 1000]);
    expect(s.at(1)).toBe(0);
    expect(s.at(1458)).toBeLessThanOrEqual(100);
    expect(s.minor).toContain(2000);
    expect(logScale(1, [0, 100]).ticks).toEqual([1, 10]);
  });
});

describe('highlights', () => {
  it('adds up what n-grams gave to each stretch', () => {
    const part = (start: number, end: number, words: string[], contribution: number) => ({
      start,
      end,
      words,
      contribution,
      text: '',
    });
    const found = highlightsOf(
      { contributions: [part(0, 7, ['big', 'cat'], 2), part(4, 7, ['cat'], 1), part(8, 11, ['dog'], -1)] },
      12,
    );
    expect(found).toEqual([
      { start: 0, end: 4, strength: 0.5 },
      { start: 4, end: 7, strength: 1 },
    ]);
    expect(highlighted('big cat dog!', found)).toBe(
      '<mark class="level-2">big </mark><mark class="level-4">cat</mark> dog!',
    );
  });
});

describe('metric rows', () => {
  it('groups ranking metrics over k, and precision, recall and F1', () => {
    const metrics = {
      'P@5': 0.5,
      'P@1': 1,
      'PSP@1': 0.25,
      microP: 0.1,
      microR: 0.2,
      microF1: 0.13,
      'microF1@tuned': 0.3,
      logLoss: 0.00123456,
    };
    expect(
      metricRows([
        { name: 'a', metrics },
        { name: 'b', metrics: { 'P@1': 0.05 } },
      ]),
    ).toEqual([
      { title: 'P@1/5', cells: ['100.00 / 50.00', ' 5.00 /     –'] },
      { title: 'PSP@1', cells: ['25.00', '–'] },
      { title: 'micro P/R/F1, threshold 0.5', cells: ['10.00 / 20.00 / 13.00', '–'] },
      { title: 'microF1@tuned', cells: ['30.00', '–'] },
      { title: 'logLoss', cells: ['0.001235', '–'] },
    ]);
  });
});
