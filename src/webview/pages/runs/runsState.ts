import {
  differingSettings,
  type RunColumn,
  type RunRow,
  settingValue,
  tableMetrics,
} from '../../../core/training/runTable.ts';
import { fileName, shortPaths } from '../../amounts.ts';
import { t } from '../../l10n.ts';

export type RunsTab = 'table' | 'parallel';

/** What the page remembers over a reload. */
export interface RunsState {
  tab: RunsTab;
  search: string;
  /** Folders. */
  selected: string[];
  column: RunColumn;
  descending: boolean;
  grouped: boolean;
  showsAllSettings: boolean;
  /** Of the parallel coordinates: the column of the figure that they end in, and the dataset that it is of. */
  metric: RunColumn;
  dataset?: string;
}

export const initialState: RunsState = {
  tab: 'table',
  search: '',
  selected: [],
  column: 'changed',
  descending: true,
  grouped: true,
  showsAllSettings: false,
  metric: 'validation P@1',
};

/** So many settings have a column at first: runs of two kinds of model differ in dozens. */
export const mostSettings = 8;

/** The columns of figures that any of the rows has a value in. */
export function figureColumns(rows: readonly RunRow[]): { split: 'validation' | 'test'; metric: string }[] {
  return (['validation', 'test'] as const).flatMap((split) =>
    tableMetrics
      .filter((metric) => rows.some(({ figures }) => figures[split][metric] !== undefined))
      .map((metric) => ({ split, metric })),
  );
}

/** `val P@1`, `test P@1`. */
export const figureTitle = (split: 'validation' | 'test', metric: string): string =>
  split === 'test' ? t('test {0}', metric) : t('val {0}', metric);

/** Keys of settings by the shortest of their ends that tells them apart: `learningRate`. */
export function settingTitles(rows: readonly RunRow[]): Map<string, string> {
  const keys = differingSettings(rows);
  const ends = keys.map((key) => key.slice(key.lastIndexOf('.') + 1));
  return new Map(keys.map((key, i) => [key, ends.filter((end) => end === ends[i]).length === 1 ? ends[i] : key]));
}

/** Of a path its last part: the folders before it are mostly the same. */
export function settingText(json: string | undefined): string {
  const value = settingValue(json);
  if (value === undefined) return '–';
  const text = String(value);
  return typeof value === 'string' && /^([A-Za-z]:)?[\\/]/.test(text) ? fileName(text) : text;
}

/** The datasets of the rows, by what their validation figures are of, the one with the most runs first. */
export function datasetsOf(rows: readonly RunRow[]): { key: string; name: string; runs: number }[] {
  const found = new Map<string, { key: string; name: string; place: string; runs: number }>();
  for (const { dataset } of rows) {
    if (!dataset) continue;
    const { key, name, place } = dataset.validation;
    found.set(key, { key, name, place, runs: (found.get(key)?.runs ?? 0) + 1 });
  }
  const all = [...found.values()].sort((a, b) => b.runs - a.runs);
  const places = shortPaths(all.map(({ place }) => JSON.stringify(place)));
  return all.map(({ key, name, place, runs }, i) => {
    const isAlone = all.filter((other) => other.name === name).length === 1;
    return { key, name: isAlone ? name : (places[i] ?? place), runs };
  });
}
