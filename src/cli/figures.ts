import { formatMetric } from '../core/metrics/metricText.ts';
import type { Metrics } from '../core/base/metrics.ts';

const systemTitles: Record<string, string> = {
  'label-frequency': 'most frequent labels',
  'tfidf-knn': 'TF-IDF 20-NN',
};

/** What people call a baseline. */
export const baselineTitle = (name: string): string => systemTitles[name] ?? name;

export interface System {
  name: string;
  metrics: Metrics;
}

export interface MetricRow {
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
  return ['micro', 'macro'].flatMap((kind) =>
    ['', '@tuned'].flatMap((suffix) => {
      const members = ['P', 'R', 'F1'].map((letter) => `${kind}${letter}${suffix}`);
      if (!members.every((name) => names.has(name))) return [];
      return [{ title: `${kind} P/R/F1, ${suffix ? 'tuned threshold' : 'threshold 0.5'}`, names: members }];
    }),
  );
}

/** Figures of one system; a dash where it has none of them. */
function cell(metrics: Metrics, names: string[]): string {
  if (names.every((name) => metrics[name] === undefined)) return '–';
  const figures = names.map((name) => formatMetric(name, metrics[name]));
  return figures.length > 1 ? figures.map((f) => f.padStart(5)).join(' / ') : figures[0];
}
