import { describe, expect, it } from 'vitest';
import type { PlotTheme } from '../../../src/webview/plots/theme.ts';
import type { DrawnRun } from '../../../src/webview/pages/metrics/metricsFigures.ts';
import { ksOf, lossFigure, validationFigure } from '../../../src/webview/pages/metrics/metricsFigures.ts';

const epoch = (n: number, p1: number, isBest: boolean): DrawnRun['history']['epochs'][number] => ({
  phase: 'training',
  epoch: n,
  trainLoss: 1 / n,
  documentsPerSecond: 100,
  validation: { 'P@1': p1, 'P@10': p1 / 2, 'nDCG@3': p1 },
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
    expect(ksOf([drawn], 'P')).toEqual([1, 10]);
    expect(ksOf([drawn], 'nDCG')).toEqual([3]);
  });

  it('draw the loss over epochs and over steps', () => {
    expect(tracesOf(lossFigure([drawn], 'epoch'))[0]).toMatchObject({ x: [1, 2, 3], y: [1, 0.5, 1 / 3] });
    expect(tracesOf(lossFigure([drawn], 'step'))[0]).toMatchObject({ x: [5, 10, 20, 30] });
  });

  it('draw validation in percent with a star at the best epoch, at the step where the epoch ended', () => {
    const choice = { family: 'P', ks: [1, 10], hidden: [] } as const;
    const [p1, best] = tracesOf(validationFigure([drawn], 'step', choice));
    expect(p1).toMatchObject({ name: 'P@1', x: [10, 20, 30], y: [50, 75, 70], marker: { symbol: 'symbol 0' } });
    expect(best).toMatchObject({ name: 'P@1', x: [20], y: [75], marker: { symbol: 'star' } });
  });

  it('of a thousand epochs have a dozen markers, and the star', () => {
    const epochs = Array.from({ length: 1000 }, (_, i) => epoch(i + 1, 0.5, i === 500));
    const traces = tracesOf(
      validationFigure([{ ...drawn, history: { ...drawn.history, epochs } }], 'epoch', {
        ...{ family: 'P', ks: [1], hidden: [] },
      }),
    );
    const shown = traces.map(({ x, marker: { maxdisplayed = Infinity } }) => Math.min(x.length, maxdisplayed));
    expect(shown).toEqual([12, 1]);
  });

  it('keep the style of a metric when another is hidden', () => {
    const [p10] = tracesOf(validationFigure([drawn], 'epoch', { family: 'P', ks: [1, 10], hidden: [1] }));
    expect(p10).toMatchObject({ name: 'P@10', marker: { color: 'color 1' } });
  });

  it('say in words what is to be seen', () => {
    expect(lossFigure([drawn], 'epoch').description).toBe('Training loss: first from 1.0000 to 0.3333 in 3 epochs.');
    const { description } = validationFigure([drawn], 'epoch', { family: 'P', ks: [1], hidden: [] });
    expect(description).toBe('Validation P@k in percent: first best at epoch 2 with P@1 75.00.');
  });
});
