import { formatMetric } from '../../../core/metrics/metricText.ts';
import type { EpochRecord, RunHistory } from '../../../core/training/runHistory.ts';
import { countingTicks, type Figure, type PlotTheme, type SeriesStyle, type Trace } from '../../plots/index.ts';
import type { Axis, Family } from './metricsState.ts';
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
  ks: readonly number[];
  hidden: readonly number[];
}

/** The values of k for which a run was validated, such as 1, 3 and 5. */
export function ksOf(runs: readonly DrawnRun[], family: Family): number[] {
  const names = runs.flatMap(({ history }) => history.epochs.flatMap(({ validation = {} }) => Object.keys(validation)));
  const ks = names.filter((name) => name.startsWith(`${family}@`)).map((name) => Number(name.slice(family.length + 1)));
  return [...new Set(ks)].filter((k) => Number.isInteger(k)).sort((a, b) => a - b);
}

export const bestEpoch = ({ epochs }: RunHistory): EpochRecord | undefined => epochs.findLast(({ isBest }) => isBest);

/** A run alone is distinguished by its metrics; several by their colour and marker, their metrics by the dash. */
export function styleOf(theme: PlotTheme, run: number, metric: number, runs: number): SeriesStyle {
  const style = theme.series(runs === 1 ? metric : run);
  return { ...style, dash: theme.series(metric).dash };
}

const axisTitle = (axis: Axis): string => (axis === 'epoch' ? t('Epoch') : t('Step'));

export function lossFigure(runs: readonly DrawnRun[], axis: Axis): Figure {
  return {
    description: lossDescription(runs),
    traces: (theme) => runs.flatMap((run) => lossTraces(run, axis, theme)),
    layout: layoutOf(runs, axis, t('Training loss'), { rangemode: 'tozero' }),
  };
}

function lossTraces({ title, index, history }: DrawnRun, axis: Axis, theme: PlotTheme): Trace[] {
  const phases = ['training', 'retraining'] as const;
  return phases.flatMap((phase, p): Trace[] => {
    const epochs = history.epochs.filter((record) => record.phase === phase);
    const points = history.points.filter((record) => record.phase === phase);
    const count = axis === 'epoch' ? epochs.length : points.length;
    if (count === 0) return [];
    const { color, dash, symbol } = { ...theme.series(index), dash: theme.series(p).dash };
    return [
      {
        name: phase === 'training' ? title : t('{0}, retraining', title),
        x: axis === 'epoch' ? epochs.map(({ epoch }) => epoch) : points.map(({ step }) => step),
        y: axis === 'epoch' ? epochs.map(({ trainLoss }) => trainLoss) : points.map(({ loss }) => loss),
        mode: 'lines+markers',
        line: { color, dash },
        marker: { color, symbol, size: 6, maxdisplayed },
        hovertemplate: '%{y:.4f}',
      },
    ];
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

export function validationFigure(runs: readonly DrawnRun[], axis: Axis, { family, ks, hidden }: MetricChoice): Figure {
  return {
    description: validationDescription(
      runs,
      family,
      ks.filter((k) => !hidden.includes(k)),
    ),
    traces: (theme) =>
      runs.flatMap((run) =>
        ks.flatMap((k, i) =>
          hidden.includes(k)
            ? []
            : metricTraces(run, axis, `${family}@${k}`, styleOf(theme, run.index, i, runs.length), runs.length),
        ),
      ),
    layout: layoutOf(runs, axis, t('Validation {0}@k, %', family), {}),
  };
}

function metricTraces(
  { title, history }: DrawnRun,
  axis: Axis,
  name: string,
  style: SeriesStyle,
  runs: number,
): Trace[] {
  const known = history.epochs.filter(
    ({ phase, validation }) => phase === 'training' && validation?.[name] !== undefined,
  );
  if (known.length === 0) return [];
  const best = bestEpoch(history)?.epoch;
  const { color, dash, symbol } = style;
  const placed = (records: readonly EpochRecord[]): { name: string; x: number[]; y: number[] } => ({
    name: runs === 1 ? name : `${title} ${name}`,
    x: records.map(({ epoch }) => (axis === 'epoch' ? epoch : lastStep(history, epoch))),
    y: records.map(({ validation }) => validation![name] * 100),
  });
  return [
    {
      ...placed(known),
      mode: 'lines+markers',
      line: { color, dash },
      marker: { color, symbol, size: 6, maxdisplayed },
      hovertemplate: '%{y:.2f}',
    },
    {
      ...placed(known.filter(({ epoch }) => epoch === best)),
      mode: 'markers',
      marker: { color, symbol: 'star', size: 13, line: { width: 0 } },
      hoverinfo: 'skip',
      showlegend: false,
    },
  ];
}

const lastStep = ({ points }: RunHistory, epoch: number): number =>
  points.findLast((point) => point.phase === 'training' && point.epoch === epoch)?.step ?? epoch;

function validationDescription(runs: readonly DrawnRun[], family: Family, ks: readonly number[]): string {
  const parts = runs.map(({ title, history }) => {
    const best = bestEpoch(history);
    if (!best?.validation) return t('{0} has no validated epoch', title);
    const { validation, epoch } = best;
    const values = ks.map((k) => `${family}@${k} ${formatMetric('', validation[`${family}@${k}`])}`);
    return t('{0} best at epoch {1} with {2}', title, epoch, values.join(', '));
  });
  return t('Validation {0}@k in percent: {1}.', family, parts.join('; '));
}

const lastEpoch = (runs: readonly DrawnRun[]): number =>
  Math.max(0, ...runs.flatMap(({ history }) => history.epochs.map(({ epoch }) => epoch)));
const lastPoint = (runs: readonly DrawnRun[]): number =>
  Math.max(0, ...runs.map(({ history }) => history.points.at(-1)?.step ?? 0));

function layoutOf(runs: readonly DrawnRun[], axis: Axis, title: string, yaxis: object): NonNullable<Figure['layout']> {
  const last = (axis === 'epoch' ? lastEpoch : lastPoint)(runs);
  return {
    hovermode: 'x unified',
    xaxis: {
      title: { text: axisTitle(axis), standoff: 4 },
      unifiedhovertitle: { text: `${axisTitle(axis)} %{x}` },
      ...countingTicks(last, 8),
      zeroline: false,
      rangemode: 'normal',
      showgrid: false,
    },
    // Names the figure in a picture that is used elsewhere, too.
    yaxis: { title: { text: title, standoff: 4 }, nticks: 6, ...yaxis },
  };
}
