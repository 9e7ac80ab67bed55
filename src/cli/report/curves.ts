import type { DatasetStatistics } from '../../core/explore/inspectionApi.ts';
import type { Metrics } from '../../core/base/metrics.ts';
import { grouped, percent } from '../terminal/text.ts';
import { plot, type Point } from './plot.ts';
import { linearScale, logScale, type Scale } from './scale.ts';
import { escapeHtml, section } from './reportPage.ts';

export interface EpochPoint {
  epoch: number;
  trainLoss: number;
  validation?: Metrics;
}

/** Two plots: training loss, and validation metrics, by epoch. */
export function learningCurves(epochs: EpochPoint[], bestEpoch: number, metrics: string[]): string {
  const series = metrics
    .map((name) => ({
      name,
      points: epochs.flatMap(({ epoch, validation }) => {
        const value = validation?.[name];
        return value === undefined || !Number.isFinite(value) ? [] : [{ x: epoch, y: value * 100 }];
      }),
      markers: true,
    }))
    .filter((s) => s.points.length > 0)
    .map((s, kind) => ({ ...s, kind: kind % 4 }));
  const loss = epochs.filter((e) => Number.isFinite(e.trainLoss)).map((e) => ({ x: e.epoch, y: e.trainLoss }));
  return `<div class="columns">${[
    loss.length
      ? curve('Training loss', 'epoch', 'loss', [{ name: 'training loss', points: loss, kind: 0, markers: true }])
      : '',
    series.length
      ? curve('Validation', 'epoch', 'percent', series, { x: bestEpoch, text: `best: epoch ${bestEpoch}` })
      : '',
  ].join('')}</div>`;
}

type CurveSeries = { name: string; points: Point[]; kind: number; markers: boolean }[];

/** A line plot over whole numbers, with its title below. */
export function curve(
  title: string,
  xTitle: string,
  yTitle: string,
  series: CurveSeries,
  mark?: { x: number; text: string },
): string {
  const xs = series.flatMap((s) => s.points.map((p) => p.x));
  const ys = series.flatMap((s) => s.points.map((p) => p.y));
  const figure = plot({
    title,
    description: series
      .map((s) => `${s.name}: from ${short(s.points[0].y)} to ${short(s.points[s.points.length - 1].y)}`)
      .join('; '),
    xTitle,
    yTitle,
    series,
    x: (range) => linearScale(extent(xs), range, { whole: true, count: 8 }),
    y: (range) => linearScale(extent(ys), range, { nice: true }),
    mark,
  });
  return `<figure>${figure}<figcaption>${title}</figcaption></figure>`;
}

const short = (n: number): string => String(Number(n.toPrecision(4)));

function extent(values: number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return [low, high];
}

/** Documents per label against the label's rank, both logarithmic. */
export function labelFrequencyPlot(statistics: DatasetStatistics): string {
  const points = frequencySteps(statistics.labelCounts.map((l) => l.documents));
  const figure = plot({
    title: 'Documents per label by rank',
    description: `${grouped(statistics.labels)} labels; the most frequent has ${grouped(points[0].y)} documents, the rarest ${grouped(points[points.length - 1].y)}`,
    xTitle: 'rank of the label (log)',
    yTitle: 'documents (log)',
    series: [{ name: 'documents', points, kind: 0 }],
    x: (range): Scale => logScale(statistics.labels, range),
    y: (range): Scale => logScale(points[0].y, range),
    formatX: (v) => grouped(v),
    formatY: (v) => grouped(v),
  });
  return `<figure>${figure}<figcaption>Documents per label, by rank, on logarithmic axes</figcaption></figure>`;
}

/** Counts in descending order as a line: of each run of equal counts only the two ends. */
function frequencySteps(counts: number[]): Point[] {
  return counts.map((y, i) => ({ x: i + 1, y })).filter(({ y }, i) => counts[i - 1] !== y || counts[i + 1] !== y);
}

const HEAD_LABELS = 15;

/** How often the labels of a set occur, which must have some: in words, by rank, and the most frequent. */
export function labelFrequencies(
  set: string,
  statistics: DatasetStatistics,
  display: (label: string) => string,
): string {
  const { labelCounts, labels, documents, rareLabels } = statistics;
  const most = labelCounts[0].documents;
  const rows = labelCounts
    .slice(0, HEAD_LABELS)
    .map(
      ({ name, documents: n }) =>
        `<tr><th scope="row">${escapeHtml(display(name))}</th><td>${grouped(n)}</td><td>${percent(n / documents)}</td>` +
        `<td class="wide"><span class="bar" style="width:${((n / most) * 100).toFixed(1)}%"></span></td></tr>`,
    );
  const text =
    `${grouped(labels)} labels in ${grouped(documents)} documents (${set}): ${grouped(rareLabels.one)} label` +
    `${rareLabels.one === 1 ? '' : 's'} with one document, ${grouped(rareLabels.atMostTwo)} with at most two, ${grouped(rareLabels.atMostFive)} with at most five.`;
  const head = `<table><caption>The ${rows.length} most frequent labels</caption><thead><tr><th scope="col">label</th><th scope="col">documents</th><th scope="col">share</th><td></td></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'Label frequencies',
    `<p>${escapeHtml(text)}</p><div class="columns">${labelFrequencyPlot(statistics)}<div class="scroll">${head}</div></div>`,
  );
}
