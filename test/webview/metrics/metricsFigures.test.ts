import { describe, expect, it } from 'vitest';
import type { PlotTheme } from '../../../src/webview/plots/theme.ts';
import type { DrawnRun } from '../../../src/webview/pages/metrics/metricsFigures.ts';
import {
  curveNames,
  lossFigure,
  smoothed,
  validationFigure,
} from '../../../src/webview/pages/metrics/metricsFigures.ts';

const epoch = (n: number, p1: number, isBest: boolean): DrawnRun['history']['epochs'][number] => ({
  phase: 'training',
  epoch: n,
  trainLoss: 1 / n,
  documentsPerSecond: 100,
  epochSeconds: 10,
  validation: { 'P@10': p1 / 2, 'P@1': p1, 'nDCG@3': p1, microF1: p1, logLoss: 1 - p1 },
  isBest,
});
const point = (n: number, step: number): DrawnRun['history']['points'][number] => ({
  ...{ phase: 'training', epoch: n, step, loss: 1 / step, learningRate: 0.1 },
});
const drawn: DrawnRun = {
  title: 'first',
  index: 0,
  history: {
    epochs: [epoch(1, 0.5, true), epoch(2, 0.75, true), epoch(3, 0.7, false)],
    points: [point(1, 5), point(1, 10), point(2, 20), point(3, 30)],
  },
};
const view = { axis: 'epoch', smoothing: 0, isLogarithmic: false } as const;
const theme = {
  series: (index: number) => ({ color: `color ${index}`, dash: 'solid', symbol: `symbol ${index}`, pattern: '' }),
} as unknown as PlotTheme;
type Drawn = {
  x: number[];
  y: number[];
  name: string;
  marker: { symbol: string; color: string; maxdisplayed?: number };
};
const tracesOf = ({ traces }: ReturnType<typeof lossFigure>): Drawn[] =>
  (typeof traces === 'function' ? traces(theme) : traces) as unknown as Drawn[];

describe('learning curves', () => {
  it('find the values of k of a family, in order', () => {
    expect(curveNames([drawn], 'P')).toEqual(['P@1', 'P@10']);
    expect(curveNames([drawn], 'nDCG')).toEqual(['nDCG@3']);
    expect(curveNames([drawn], 'F1')).toEqual(['microF1']);
    expect(curveNames([drawn], 'loss')).toEqual(['logLoss']);
  });

  it('draw the loss over epochs and over steps', () => {
    expect(tracesOf(lossFigure([drawn], view))[0]).toMatchObject({ x: [1, 2, 3], y: [1, 0.5, 1 / 3] });
    expect(tracesOf(lossFigure([drawn], { ...view, axis: 'step' }))[0]).toMatchObject({ x: [5, 10, 20, 30] });
  });

  it('draw validation in percent with a star at the best epoch, at the step where the epoch ended', () => {
    const choice = { family: 'P', names: ['P@1', 'P@10'], hidden: [] } as const;
    const [p1, best] = tracesOf(validationFigure([drawn], { ...view, axis: 'step' }, choice));
    expect(p1).toMatchObject({ name: 'P@1', x: [10, 20, 30], y: [50, 75, 70], marker: { symbol: 'symbol 0' } });
    expect(best).toMatchObject({ name: 'P@1', x: [20], y: [75], marker: { symbol: 'star' } });
  });

  it('of a thousand epochs have a dozen markers, and the star', () => {
    const epochs = Array.from({ length: 1000 }, (_, i) => epoch(i + 1, 0.5, i === 500));
    const traces = tracesOf(
      validationFigure([{ ...drawn, history: { ...drawn.history, epochs } }], view, {
        ...{ family: 'P', names: ['P@1'], hidden: [] },
      }),
    );
    const shown = traces.map(({ x, marker: { maxdisplayed = Infinity } }) => Math.min(x.length, maxdisplayed));
    expect(shown).toEqual([12, 1]);
  });

  it('keep the style of a metric when another is hidden', () => {
    const [p10] = tracesOf(validationFigure([drawn], view, { family: 'P', names: ['P@1', 'P@10'], hidden: ['P@1'] }));
    expect(p10).toMatchObject({ name: 'P@10', marker: { color: 'color 1' } });
  });

  it('draw over the time of training, of which the steps of an epoch take equal shares', () => {
    const byTime = { ...view, axis: 'time' } as const;
    expect(tracesOf(lossFigure([drawn], byTime))[0].x).toEqual([5, 10, 20, 30]);
    const [p1] = tracesOf(validationFigure([drawn], byTime, { family: 'P', names: ['P@1'], hidden: [] }));
    expect(p1.x).toEqual([10, 20, 30]);
    const untimed = drawn.history.epochs.map((record) => ({ ...record, epochSeconds: undefined }));
    const old = { ...drawn, history: { ...drawn.history, epochs: untimed } };
    expect(tracesOf(lossFigure([old], byTime))).toEqual([]);
  });

  it('are smoothed by an exponential mean without a bias to zero, over what was logged', () => {
    expect(smoothed([4, 4, 4], 0.9).map((value) => value.toFixed(6))).toEqual(['4.000000', '4.000000', '4.000000']);
    expect(smoothed([0, 1], 0.5)[1]).toBeCloseTo(2 / 3);
    const [raw, mean] = tracesOf(lossFigure([drawn], { ...view, smoothing: 0.5 })) as (Drawn & { y: number[] })[];
    expect(raw.y).toEqual([1, 0.5, 1 / 3]);
    expect(mean.y).toEqual(smoothed([1, 0.5, 1 / 3], 0.5));
  });

  it('draw the loss on a logarithmic axis where that is asked for, and shares as they are', () => {
    const log = { ...view, isLogarithmic: true };
    const choice = { names: ['P@1'], hidden: [] };
    expect(lossFigure([drawn], log).layout).toMatchObject({ yaxis: { type: 'log' } });
    const { layout } = validationFigure([drawn], log, { family: 'P', ...choice });
    expect((layout as { yaxis: object }).yaxis).not.toHaveProperty('type');
  });

  it('tell several runs apart by the dash, too, where one metric is drawn', () => {
    const dashed = { series: (index: number) => ({ color: 'c', dash: `dash ${index}`, symbol: 's' }) };
    const dashesOf = (names: string[]): unknown[] => {
      const two = [drawn, { ...drawn, index: 1 }];
      const { traces } = validationFigure(two, view, { family: 'P', names, hidden: [] });
      const all = (traces as (theme: PlotTheme) => unknown[])(dashed as unknown as PlotTheme);
      return all.flatMap((trace) => (trace as { line?: { dash: string } }).line?.dash ?? []);
    };
    expect(dashesOf(['P@1'])).toEqual(['dash 0', 'dash 1']);
    expect(dashesOf(['P@1', 'P@10'])).toEqual(['dash 0', 'dash 1', 'dash 0', 'dash 1']);
  });

  it('say in words what is to be seen', () => {
    expect(lossFigure([drawn], view).description).toBe('Training loss: first from 1.0000 to 0.3333 in 3 epochs.');
    const { description } = validationFigure([drawn], view, { family: 'P', names: ['P@1'], hidden: [] });
    expect(description).toBe('Validation P@k in percent: first best at epoch 2 with P@1 75.00.');
  });
});
