import type { RunConfig } from '../core/config/runConfig.ts';
import { formatMetric, linearAhead, unlabelledText } from '../core/metrics/metricText.ts';
import type { Metrics } from '../core/base/metrics.ts';
import type { Seen } from '../core/text/drawnSplits.ts';
import { decisionKinds } from '../core/base/metrics.ts';
import type { DecisionChoice } from '../core/metrics/decision.ts';
import type { Arguments, OptionSpec } from './command.ts';
import type { Terminal } from './terminal/terminal.ts';
import type { Summary } from '../core/training/runSummary.ts';
import { counted, duration, table } from './terminal/text.ts';
import { readHistory } from '../core/training/metricsLog.ts';
import type { EpochRecord } from '../core/training/runHistory.ts';

const systemTitles: Record<string, string> = {
  'label-frequency': 'most frequent labels',
  'tfidf-knn': 'TF-IDF 20-NN',
  linear: 'linear model',
  'linear-part': 'its linear part',
  'network-part': 'its network',
};

/** What people call a baseline. */
const baselineTitle = (name: string): string => systemTitles[name] ?? name;

export interface System {
  name: string;
  metrics: Metrics;
}

interface MetricRow {
  title: string;
  /** One per system: its figures, in the order that the title names. */
  cells: string[];
}

const ranking = ['P', 'nDCG', 'PSP', 'PSnDCG', 'R', 'RP'];

/** A few rows for all metrics: ranking metrics over their k, then precision, recall and F1 together, then the rest. */
export function metricRows(systems: readonly System[]): MetricRow[] {
  const names = new Set(systems.flatMap((s) => Object.keys(s.metrics)));
  const groups = [...rankingGroups(names), ...thresholdGroups(names)];
  const grouped = new Set(groups.flatMap((g) => g.names));
  const rest = [...names].filter((name) => !grouped.has(name)).map((name) => ({ title: name, names: [name] }));
  return [...groups, ...rest].map(({ title, names: members }) => ({
    title,
    cells: systems.map(({ metrics }) => cell(metrics, members)),
  }));
}

interface Group {
  title: string;
  names: string[];
}

function rankingGroups(names: Set<string>): Group[] {
  return ranking.flatMap((base) => {
    const ks = [...names]
      .filter((name) => name.startsWith(`${base}@`))
      .map((name) => Number(name.slice(base.length + 1)));
    ks.sort((a, b) => a - b);
    return ks.length ? [{ title: `${base}@${ks.join('/')}`, names: ks.map((k) => `${base}@${k}`) }] : [];
  });
}

function thresholdGroups(names: Set<string>): Group[] {
  const suffixes = [...names].filter((name) => /^microF1/.test(name)).map((name) => name.slice('microF1'.length));
  return ['micro', 'macro'].flatMap((kind) =>
    suffixes.flatMap((suffix) => {
      const members = ['P', 'R', 'F1'].map((letter) => `${kind}${letter}${suffix}`);
      if (!members.every((name) => names.has(name))) return [];
      return [{ title: `${kind} P/R/F1, ${decisionTitle(suffix)}`, names: members }];
    }),
  );
}

const decisionTitles: Record<string, string> = {
  '': 'threshold 0.5',
  '@tuned': 'tuned threshold',
  '@per-label': 'threshold per label',
  '@top-k': 'k best labels',
};

/** What the suffix of a metric says of how labels were decided on. */
export const decisionTitle = (suffix: string): string => decisionTitles[suffix] ?? `threshold ${suffix.slice(1)}`;

/** A number, or a way to decide that the run has tuned. */
export function thresholdChoice(args: Arguments): DecisionChoice | undefined {
  const text = args.text('threshold');
  return text !== undefined && /^[a-z]/.test(text)
    ? args.oneOf('threshold', ['tuned', ...decisionKinds] as const)
    : args.number('threshold', 0, 1);
}

export const thresholdOption: OptionSpec = {
  value: 'P',
  description:
    'Labels of a greater probability only; or what was tuned on validation: "one" threshold, "per-label", "top-k", or "tuned", the one of these that the run\'s config names',
};

/** Figures of one system; a dash where it has none of them. */
function cell(metrics: Metrics, names: string[]): string {
  if (names.every((name) => metrics[name] === undefined)) return '–';
  const figures = names.map((name) => formatMetric(name, metrics[name]));
  return figures.length > 1 ? figures.map((f) => f.padStart(5)).join(' / ') : figures[0];
}

/** The model's figures beside those of its baselines, as a table. */
export function printSystems(systems: System[], terminal: Terminal): void {
  const [titles, ...rows] = table(
    [{ title: '' }, ...systems.map((s) => ({ title: s.name, align: 'right' as const }))],
    metricRows(systems).map(({ title, cells }) => [title, ...cells]),
  );
  terminal.print(terminal.style.bold(titles), ...rows);
}

/** Under a table's title: documents without a label lower all of its figures. */
export function printUnlabelled(unlabelled: number | undefined, terminal: Terminal): void {
  if (unlabelled) terminal.print(unlabelledText(unlabelled));
}

/** Says that figures are on labels which are not those of the file. */
export function printCorrected(corrected: number, terminal: Terminal): void {
  if (corrected === 0) return;
  const them = corrected === 1 ? 'has corrected labels' : 'have corrected labels';
  terminal.print(
    `${counted(corrected, 'of these documents', 'of these documents')} ${them} (--corrections no leaves the file's).`,
  );
}

/** What a table of figures was measured on: "test, 3,019 documents". */
export const measuredOn = (split: string, documents: number): string => `${split}, ${counted(documents, 'document')}`;

const seenNotes: Record<Seen, string> = {
  'chose-epoch':
    'The best epoch was chosen on these documents: expect less on new ones, such as those of a test split.',
  'trained-on': 'The model was trained on these documents: expect far less on new ones.',
};

/** Under a table of figures that new documents will not reach. */
export function printSeen(seen: Seen | undefined, terminal: Terminal): void {
  if (seen !== undefined) terminal.print('', seenNotes[seen]);
}

const modelTitles: Record<RunConfig['model']['type'], string> = {
  'xml-cnn': 'XML-CNN',
  linear: 'linear model',
  blend: 'blend',
};

/** A model beside its baselines. */
export function systemsOf(
  type: RunConfig['model']['type'],
  metrics: Metrics,
  baselines: readonly { name: string; metrics: Metrics }[],
): System[] {
  const seeds = baselines.filter(({ name }) => /^seed \d+$/.test(name)).length;
  return [
    { name: seeds > 0 ? `${modelTitles[type]}, mean of ${seeds}` : modelTitles[type], metrics },
    ...baselines.map((b) => ({ name: baselineTitle(b.name), metrics: b.metrics })),
  ];
}

/** What a blend's parts took; the blend took both. */
export function printPartTimes({ seconds, partSeconds }: Summary, terminal: Terminal): void {
  if (!partSeconds) return;
  const { linear, network } = partSeconds;
  const parts = `linear part ${duration(linear)}, network ${duration(network)}, blend ${duration(seconds)}`;
  terminal.print('', `Time of training and validation: ${parts}.`);
}

/** Where a network ends below the linear model beside it: says so, and what to do. */
export function behindLinear(metrics: Metrics, baselines: readonly { name: string; metrics: Metrics }[]): string[] {
  const ahead = linearAhead(metrics, baselines);
  if (ahead === undefined) return [];
  const way = 'A config that extends "linear" trains one, and one that extends "best" a blend of both.';
  return [`A linear model is ahead of this network: ${ahead}. ${way}`];
}

/** The epochs of a run's first phase. Throws `UserError`. */
export async function readEpochs(folder: string): Promise<EpochRecord[]> {
  return (await readHistory(folder)).epochs.filter(({ phase }) => phase === 'training');
}
