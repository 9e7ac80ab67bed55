import { formatMetric, isLoss } from '../../../core/metrics/metricText.ts';
import type { EpochRecord, RunHistory } from '../../../core/training/runHistory.ts';
import {
  countingTicks,
  logTicks,
  type Figure,
  type PlotTheme,
  type SeriesStyle,
  type Trace,
} from '../../plots/index.ts';
import type { Axis, CurveView, Family } from './metricsState.ts';
import { t } from '../../l10n.ts';

/** A long curve would be covered by its markers, and each is an element to draw. */
const maxdisplayed = 12;

/** A run as it is drawn; `index` is its place among the runs shown. */
export interface DrawnRun {
  title: string;
  index: number;
  history: RunHistory;
}

interface MetricChoice {
  family: Family;
  /** All there are; the style of a metric is that of its place among them. */
  names: readonly string[];
  hidden: readonly string[];
}

/** The metrics of a family that runs were validated with, P and nDCG by their k. */
export function curveNames(runs: readonly DrawnRun[], family: Family): string[] {
  const all = runs.flatMap(({ history }) => history.epochs.flatMap(({ validation = {} }) => Object.keys(validation)));
  const names = [...new Set(all)];
  if (family === 'loss') return names.filter(isLoss);
  if (family === 'F1') return ['microF1', 'macroF1'].filter((name) => names.includes(name));
  const kOf = (name: string): number => Number(name.slice(family.length + 1));
  return names
    .filter((name) => name.startsWith(`${family}@`) && Number.isInteger(kOf(name)))
    .sort((a, b) => kOf(a) - kOf(b));
}

export const bestEpoch = ({ epochs }: RunHistory): EpochRecord | undefined => epochs.findLast(({ isBest }) => isBest);

/** A run alone is distinguished by its metrics; several by their colour and marker, and by their dash where one metric is drawn. */
export function styleOf(theme: PlotTheme, run: number, metric: number, runs: number, metrics: number): SeriesStyle {
  const style = theme.series(runs === 1 ? metric : run);
  return runs > 1 && metrics === 1 ? style : { ...style, dash: theme.series(metric).dash };
}

/** Seconds, and in which unit they are drawn. */
interface TimeUnit {
  seconds: number;
  title: string;
}

function timeUnit(runs: readonly DrawnRun[]): TimeUnit {
  const longest = Math.max(0, ...runs.map(({ history }) => trainedSeconds(history).at(-1) ?? 0));
  if (longest < 180) return { seconds: 1, title: t('Training time, s') };
  return longest < 10_800
    ? { seconds: 60, title: t('Training time, min') }
    : { seconds: 3600, title: t('Training time, h') };
}

/** When each epoch of training had ended, in seconds of training; as far as they are logged. */
function trainedSeconds({ epochs }: RunHistory, phase = 'training'): number[] {
  const ends: number[] = [];
  for (const { epochSeconds, phase: of } of epochs) {
    if (of !== phase) continue;
    if (epochSeconds === undefined || !Number.isFinite(epochSeconds)) break;
    ends.push((ends.at(-1) ?? 0) + epochSeconds);
  }
  return ends;
}

/** Where records stand on the axis; undefined where the log does not say. */
class Places {
  private readonly ends: number[];
  /** The last step of each epoch: looked up for each point. */
  private readonly lastSteps = new Map<number, number>();

  constructor(
    history: RunHistory,
    private readonly axis: Axis,
    phase: string,
    private readonly unit: TimeUnit,
  ) {
    this.ends = trainedSeconds(history, phase);
    for (const point of history.points) if (point.phase === phase) this.lastSteps.set(point.epoch, point.step);
  }

  ofEpoch(epoch: number): number | undefined {
    if (this.axis === 'epoch') return epoch;
    if (this.axis === 'step') return this.lastSteps.get(epoch) ?? epoch;
    const end = this.ends.at(epoch - 1);
    return end === undefined ? undefined : end / this.unit.seconds;
  }

  /** The steps of an epoch take equal shares of its time. */
  ofPoint({ epoch, step }: RunHistory['points'][number]): number | undefined {
    if (this.axis !== 'time') return step;
    const [from, to] = [this.lastSteps.get(epoch - 1) ?? 0, this.lastSteps.get(epoch)];
    const end = this.ends.at(epoch - 1);
    if (end === undefined || to === undefined) return undefined;
    const begin = epoch > 1 ? this.ends[epoch - 2] : 0;
    return (begin + (end - begin) * (to > from ? (step - from) / (to - from) : 1)) / this.unit.seconds;
  }
}

/** An exponential mean that gives the first values their full weight. */
export function smoothed(values: readonly number[], weight: number): number[] {
  let mean = 0;
  let seen = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = mean * weight + value * (1 - weight);
    seen++;
    return mean / (1 - weight ** seen);
  });
}

interface Curve {
  name: string;
  x: (number | undefined)[];
  y: number[];
  style: Pick<SeriesStyle, 'color' | 'dash' | 'symbol'>;
  /** Digits after the point. */
  digits: number;
}

/** A smoothed curve lies on the logged one, which shines through. */
function curveTraces({ name, x, y, style, digits }: Curve, smoothing: number): Trace[] {
  const kept = y.map((_, i) => i).filter((i) => x[i] !== undefined);
  const [places, values] = [kept.map((i) => x[i]!), kept.map((i) => y[i])];
  if (places.length === 0) return [];
  const { color, dash, symbol } = style;
  const main: Trace = {
    ...{ name, x: places, y: values, mode: 'lines+markers', line: { color, dash } },
    marker: { color, symbol, size: 6, maxdisplayed },
    hovertemplate: `%{y:.${digits}f}`,
  };
  if (smoothing === 0) return [main];
  const raw: Trace = {
    ...{ name, x: places, y: values, mode: 'lines', line: { color, width: 1, dash: 'solid' } },
    ...{ opacity: 0.35, hoverinfo: 'skip', showlegend: false },
  };
  const logged = values.map((value) => value.toFixed(digits));
  const told = { customdata: logged, hovertemplate: `%{y:.${digits}f} (${t('logged {0}', '%{customdata}')})` };
  return [raw, { ...main, y: smoothed(values, smoothing), ...told }];
}

const axisTitle = (axis: Axis, unit: TimeUnit): string =>
  axis === 'epoch' ? t('Epoch') : axis === 'step' ? t('Step') : unit.title;

export function lossFigure(runs: readonly DrawnRun[], view: CurveView): Figure {
  const all = runs.flatMap(({ history }) => [
    ...history.epochs.map(({ trainLoss }) => trainLoss),
    ...history.points.map(({ loss }) => loss),
  ]);
  return {
    description: lossDescription(runs),
    traces: (theme) => runs.flatMap((run) => lossTraces(run, view, theme, timeUnit(runs))),
    layout: layoutOf(runs, view, t('Training loss'), view.isLogarithmic ? logAxis(all) : { rangemode: 'tozero' }),
  };
}

function logAxis(values: readonly number[]): object {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = known.reduce((a, b) => Math.min(a, b), Infinity);
  const most = known.reduce((a, b) => Math.max(a, b), 0);
  return { type: 'log', ...(known.length > 0 && logTicks(least, most, 3)) };
}

function lossTraces({ title, index, history }: DrawnRun, view: CurveView, theme: PlotTheme, unit: TimeUnit): Trace[] {
  const phases = ['training', 'retraining'] as const;
  return phases.flatMap((phase, p): Trace[] => {
    const epochs = history.epochs.filter((record) => record.phase === phase);
    const points = history.points.filter((record) => record.phase === phase);
    const places = new Places(history, view.axis, phase, unit);
    const isByEpoch = view.axis === 'epoch';
    const style = theme.series(index);
    return curveTraces(
      {
        name: phase === 'training' ? title : t('{0}, retraining', title),
        x: isByEpoch ? epochs.map(({ epoch }) => epoch) : points.map((point) => places.ofPoint(point)),
        y: isByEpoch ? epochs.map(({ trainLoss }) => trainLoss) : points.map(({ loss }) => loss),
        style: { ...style, symbol: p === 0 ? style.symbol : `${style.symbol}-open` },
        digits: 4,
      },
      view.smoothing,
    );
  });
}

function lossDescription(runs: readonly DrawnRun[]): string {
  const parts = runs.map(({ title, history }) => {
    const [first, last] = [history.epochs[0], history.epochs.at(-1)];
    if (!first || !last) return t('{0} has no finished epoch', title);
    return t(
      '{0} from {1} to {2} in {3} epochs',
      title,
      first.trainLoss.toFixed(4),
      last.trainLoss.toFixed(4),
      history.epochs.length,
    );
  });
  return t('Training loss: {0}.', parts.join('; '));
}

export function validationFigure(
  runs: readonly DrawnRun[],
  view: CurveView,
  { family, names, hidden }: MetricChoice,
): Figure {
  const shown = names.filter((name) => !hidden.includes(name));
  const unit = timeUnit(runs);
  const all = runs.flatMap(({ history }) =>
    history.epochs.flatMap(({ validation }) => shown.flatMap((name) => validation?.[name] ?? [])),
  );
  return {
    description: validationDescription(runs, family, shown),
    traces: (theme) =>
      runs.flatMap((run) =>
        names.flatMap((name, i) => {
          const style = styleOf(theme, run.index, i, runs.length, shown.length);
          return hidden.includes(name) ? [] : metricTraces(run, view, name, style, runs.length, unit);
        }),
      ),
    layout: layoutOf(runs, view, familyTitle(family), family === 'loss' && view.isLogarithmic ? logAxis(all) : {}),
  };
}

function familyTitle(family: Family): string {
  if (family === 'loss') return t('Validation loss');
  return family === 'F1' ? t('Validation F1, %') : t('Validation {0}@k, %', family);
}

function metricTraces(
  { title, history }: DrawnRun,
  view: CurveView,
  name: string,
  style: SeriesStyle,
  runs: number,
  unit: TimeUnit,
): Trace[] {
  const known = history.epochs.filter(
    ({ phase, validation }) => phase === 'training' && validation?.[name] !== undefined,
  );
  const places = new Places(history, view.axis, 'training', unit);
  const scale = isLoss(name) ? 1 : 100;
  const curve = {
    name: runs === 1 ? name : `${title} ${name}`,
    x: known.map(({ epoch }) => places.ofEpoch(epoch)),
    y: known.map(({ validation }) => validation![name] * scale),
    digits: isLoss(name) ? 4 : 2,
    style,
  };
  const traces = curveTraces(curve, view.smoothing);
  const best = known.findIndex(({ epoch }) => epoch === bestEpoch(history)?.epoch);
  if (traces.length === 0 || best < 0 || curve.x[best] === undefined) return traces;
  const star: Trace = {
    ...{ name: curve.name, x: [curve.x[best]], y: [curve.y[best]], mode: 'markers' },
    marker: { color: style.color, symbol: 'star', size: 13, line: { width: 0 } },
    ...{ hoverinfo: 'skip', showlegend: false },
  };
  return [...traces, star];
}

function validationDescription(runs: readonly DrawnRun[], family: Family, names: readonly string[]): string {
  const parts = runs.map(({ title, history }) => {
    const best = bestEpoch(history);
    if (!best?.validation) return t('{0} has no validated epoch', title);
    const { validation, epoch } = best;
    const values = names.map((name) => `${name} ${formatMetric(name, validation[name])}`);
    return t('{0} best at epoch {1} with {2}', title, epoch, values.join(', '));
  });
  const all = parts.join('; ');
  if (family === 'loss') return t('Validation loss: {0}.', all);
  return family === 'F1'
    ? t('Validation F1 in percent: {0}.', all)
    : t('Validation {0}@k in percent: {1}.', family, all);
}

const lastEpoch = (runs: readonly DrawnRun[]): number =>
  Math.max(0, ...runs.flatMap(({ history }) => history.epochs.map(({ epoch }) => epoch)));
const lastPoint = (runs: readonly DrawnRun[]): number =>
  Math.max(0, ...runs.map(({ history }) => history.points.at(-1)?.step ?? 0));

function layoutOf(
  runs: readonly DrawnRun[],
  { axis }: CurveView,
  title: string,
  yaxis: object,
): NonNullable<Figure['layout']> {
  const last = (axis === 'epoch' ? lastEpoch : lastPoint)(runs);
  const name = axisTitle(axis, timeUnit(runs));
  return {
    hovermode: 'x unified',
    hoverdistance: -1, // of all runs, also where their points lie at other places
    xaxis: {
      title: { text: name, standoff: 4 },
      unifiedhovertitle: { text: axis === 'time' ? `${name} %{x:.1f}` : `${name} %{x}` },
      ...(axis === 'time' ? { nticks: 8 } : countingTicks(last, 8)),
      zeroline: false,
      rangemode: 'normal',
      showgrid: false,
    },
    // Names the figure in a picture that is used elsewhere, too.
    yaxis: { title: { text: title, standoff: 4 }, nticks: 6, ...yaxis },
  };
}
