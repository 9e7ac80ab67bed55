/** Runs side by side: what their configs differ in, what they reach, and runs that differ by their seed alone as one. */
import type { RunConfig } from '../config/runConfig.ts';
import { isRecord } from '../base/schema.ts';
import { escapeMarkdown, formatDifference, formatMetric, isLoss, markdownTable } from '../metrics/metricText.ts';
import type { Metrics } from '../base/metrics.ts';
import { type MeasuredOn, measuredOn } from './measuredOn.ts';
import type { RunHistory } from './runHistory.ts';

export interface ComparedRun {
  name: string;
  folder: string;
  config: RunConfig;
  /** Of the best epoch. */
  validation?: Metrics;
  test?: Metrics;
  /** Documents without a label, which count 0 in these figures; as far as it is known. */
  unlabelled?: { validation?: number; test?: number };
  history: RunHistory;
}

/** Runs of one config but for seed and name; most groups have one run. */
export interface RunGroup {
  /** That of the first run, with the number of runs where there are several. */
  name: string;
  /** Positions of its runs. */
  runs: number[];
}

/** A key of the config with the value of each run as JSON; null where a run does not set it. */
interface ConfigRow {
  key: string;
  values: (string | null)[];
  differs: boolean;
}

/** Mean over the runs that have a value; `sd` (of a sample) where there are two or more. */
interface Spread {
  mean: number;
  sd?: number;
  n: number;
}

export interface MetricRow {
  split: 'validation' | 'test';
  name: string;
  /** By group; null where it has no value. */
  cells: (Spread | null)[];
  /** Difference of each mean to that of the group it is measured against; null for that one, and where one is unknown. */
  differences: (number | null)[];
  /** Positions of the best group on each dataset that two or more are known of, and not all are equal. */
  best: number[];
}

/** Groups that were measured on the same documents: figures of others say nothing beside theirs. */
export interface ComparedDataset {
  name: string;
  /** Positions of its groups. */
  groups: number[];
  /** The group that the others of it are measured against. */
  baseline: number;
}

export interface Comparison {
  runs: { name: string; folder: string }[];
  groups: RunGroup[];
  /** Of each split, in the order of their first groups. */
  datasets: Record<MetricRow['split'], ComparedDataset[]>;
  config: ConfigRow[];
  metrics: MetricRow[];
  /** Runs whose figures count documents without a label, as 0. */
  unlabelled: { split: MetricRow['split']; run: string; documents: number }[];
}

/**
 * Compares runs in the given order.
 * @param baseline the folder of the run whose group others are measured against; on other datasets, and by default, the first
 */
export function compareRuns(runs: readonly ComparedRun[], { baseline }: { baseline?: string } = {}): Comparison {
  const groups = groupRuns(runs);
  const against = groups.findIndex(({ runs: members }) => members.some((i) => runs[i].folder === baseline));
  const datasets = {
    test: datasetsOf('test', runs, groups, against),
    validation: datasetsOf('validation', runs, groups, against),
  };
  return {
    runs: runs.map(({ name, folder }) => ({ name, folder })),
    groups,
    datasets,
    config: configRows(runs.map(({ config }) => config)),
    metrics: [
      ...metricRows('test', runs, groups, datasets.test),
      ...metricRows('validation', runs, groups, datasets.validation),
    ],
    unlabelled: (['test', 'validation'] as const).flatMap((split) =>
      runs.flatMap(({ name: run, unlabelled }) => {
        const documents = unlabelled?.[split] ?? 0;
        return documents > 0 ? [{ split, run, documents }] : [];
      }),
    ),
  };
}

const freeKeys = new Set(['training.seed', 'output.name']);

/** In the order of each group's first run. */
export function groupRuns(runs: readonly Pick<ComparedRun, 'name' | 'config'>[]): RunGroup[] {
  const groups = new Map<string, number[]>();
  runs.forEach(({ config }, i) => {
    const settings = [...flatten(config)].filter(([key]) => !freeKeys.has(key)).sort();
    const id = JSON.stringify(settings);
    groups.set(id, [...(groups.get(id) ?? []), i]);
  });
  return [...groups.values()].map((members) => {
    const { name } = runs[members[0]];
    return { name: members.length === 1 ? name : `${name} (${members.length} seeds)`, runs: members };
  });
}

function datasetsOf(
  split: MetricRow['split'],
  runs: readonly ComparedRun[],
  groups: readonly RunGroup[],
  against: number,
): ComparedDataset[] {
  const found = new Map<string, MeasuredOn & { groups: number[] }>();
  groups.forEach(({ runs: [first] }, i) => {
    const on = measuredOn(runs[first].config, split);
    found.set(on.key, { ...on, groups: [...(found.get(on.key)?.groups ?? []), i] });
  });
  const all = [...found.values()];
  return all.map(({ name, place, groups }) => ({
    name: all.some((other) => other.name === name && other.groups !== groups) ? place : name,
    groups,
    baseline: groups.includes(against) ? against : groups[0],
  }));
}

/** All keys of all configs, in the order of the first that has them. */
function configRows(configs: readonly RunConfig[]): ConfigRow[] {
  const flat = configs.map((config) => flatten(config));
  const keys = [...new Set(flat.flatMap((values) => [...values.keys()]))];
  return keys.map((key) => {
    const values = flat.map((settings) => settings.get(key) ?? null);
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
}

/** Dotted keys with their values as JSON; a list is one value. */
export function flatten(config: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(config) as [string, unknown][]) {
    const key = `${prefix}${name}`;
    if (isRecord(value)) for (const [inner, text] of flatten(value, `${key}.`)) found.set(inner, text);
    else if (value !== undefined) found.set(key, JSON.stringify(value));
  }
  return found;
}

function metricRows(
  split: MetricRow['split'],
  runs: readonly ComparedRun[],
  groups: readonly RunGroup[],
  datasets: readonly ComparedDataset[],
): MetricRow[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run[split] ?? {})))];
  return names.map((name) => {
    const cells = groups.map((group) => spread(group.runs.map((i) => runs[i][split]?.[name])));
    const differences = cells.map((cell, i) => {
      const { baseline } = datasets.find((dataset) => dataset.groups.includes(i))!;
      const base = cells[baseline];
      return i !== baseline && cell && base ? cell.mean - base.mean : null;
    });
    const best = datasets.flatMap((dataset) => bestOf(name, cells, dataset) ?? []);
    return { split, name, cells, differences, best };
  });
}

function bestOf(name: string, cells: readonly (Spread | null)[], { groups }: ComparedDataset): number | undefined {
  const means = groups.flatMap((i) => cells[i]?.mean ?? []);
  if (means.length < 2 || means.every((mean) => mean === means[0])) return undefined;
  const best = isLoss(name) ? Math.min(...means) : Math.max(...means);
  return groups.find((i) => cells[i]?.mean === best);
}

/** Null where there is no value. */
export function spread(values: readonly (number | undefined)[]): Spread | null {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const n = known.length;
  if (n === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, n };
  const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { mean, sd, n };
}

export interface CurveOfGroup {
  epochs: number[];
  values: Spread[];
}

/** A metric of validation, or `trainLoss`, by epoch over the runs of a group that got so far. */
export function groupCurve(runs: readonly ComparedRun[], { runs: members }: RunGroup, metric: string): CurveOfGroup {
  const byEpoch = new Map<number, (number | undefined)[]>();
  for (const i of members)
    for (const { phase, epoch, trainLoss, validation } of runs[i].history.epochs)
      if (phase === 'training') {
        const value = metric === 'trainLoss' ? trainLoss : validation?.[metric];
        byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value]);
      }
  const points = [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, values]) => ({ epoch, value: spread(values) }));
  const known = points.filter((point): point is { epoch: number; value: Spread } => point.value !== null);
  return { epochs: known.map(({ epoch }) => epoch), values: known.map(({ value }) => value) };
}

/** The comparison as Markdown: metrics first, then the settings that differ (or all). */
export function comparisonMarkdown(
  { runs, groups, datasets, config, metrics, unlabelled }: Comparison,
  { allKeys = false }: { allKeys?: boolean } = {},
): string {
  const parts = ['# Comparison of runs'];
  for (const split of ['test', 'validation'] as const) {
    const rows = metrics.filter((row) => row.split === split);
    if (rows.length === 0) continue;
    parts.push(`## ${split === 'test' ? 'Test' : 'Validation (best epoch)'}`);
    for (const dataset of datasets[split]) {
      if (datasets[split].length > 1) parts.push(`### ${escapeMarkdown(dataset.name)}`);
      const shown = rows.filter(({ cells }) => dataset.groups.some((i) => cells[i]));
      const cells = shown.map((row) => metricCells(row, dataset));
      parts.push(table(['', ...dataset.groups.map((i) => groups[i].name)], cells, true));
    }
    for (const { run, documents } of unlabelled.filter((one) => one.split === split))
      parts.push(`${escapeMarkdown(run)}: ${documents.toLocaleString('en')} without a label, counted 0.`);
  }
  const settings = config.filter(({ differs }) => allKeys || differs);
  parts.push(allKeys ? '## Settings' : '## Settings that differ');
  if (settings.length === 0) parts.push('None.');
  else
    parts.push(
      table(
        ['', ...runs.map(({ name }) => name)],
        settings.map(({ key, values }) => [key, ...values.map((value) => value ?? '–')]),
      ),
    );
  if (metrics.some(({ cells }) => cells.some((cell) => cell?.sd !== undefined)))
    parts.push('± is the standard deviation over seeds.');
  return `${parts.join('\n\n')}\n`;
}

/** "61.23 ± 0.40 (+1.20)"; the best is bold. */
function metricCells({ name, cells, differences, best }: MetricRow, { groups }: ComparedDataset): string[] {
  const texts = groups.map((i) => {
    const cell = cells[i];
    if (!cell) return '–';
    const value = formatMetric(name, cell.mean) + (cell.sd === undefined ? '' : ` ± ${formatMetric(name, cell.sd)}`);
    const difference = differences[i];
    const marked = best.includes(i) ? `**${value}**` : value;
    return difference === null ? marked : `${marked} (${formatDifference(name, difference)})`;
  });
  return [name, ...texts];
}

function table(head: readonly string[], rows: readonly (readonly string[])[], isNumbers = false): string {
  const shown = rows.map((cells) =>
    isNumbers ? [escapeMarkdown(cells[0]), ...cells.slice(1)] : cells.map(escapeMarkdown),
  );
  return markdownTable(head.map(escapeMarkdown), shown, isNumbers);
}
