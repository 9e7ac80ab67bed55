import type { MetricsRun } from '../../protocol.ts';

export type Axis = 'epoch' | 'step' | 'time';
export type Family = 'P' | 'nDCG' | 'F1' | 'loss';

export const families: readonly Family[] = ['P', 'nDCG', 'F1', 'loss'];

/** How curves are drawn. */
export interface CurveView {
  axis: Axis;
  /** Share of the value before in each value of a smoothed curve; 0: as it was logged. */
  smoothing: number;
  isLogarithmic: boolean;
}

/** What the page remembers over a reload. */
export interface MetricsState extends CurveView {
  /** Folders in the order of their styles. */
  selected: string[];
  family: Family;
  /** Metrics that are not drawn. */
  hidden: string[];
  showsAllRuns: boolean;
}

export const initialState: MetricsState = {
  selected: [],
  axis: 'epoch',
  family: 'P',
  hidden: [],
  smoothing: 0,
  isLogarithmic: false,
  showsAllRuns: false,
};

/**
 * The runs shown once the list has changed: those that are still there, runs that began while the page watched, and the
 * newest where none is left. Beside a run that began stay those of the same dataset alone: others' figures say nothing there.
 */
export function selectionAfter(
  selected: readonly string[],
  runs: readonly Pick<MetricsRun, 'folder' | 'status' | 'dataset'>[],
  known: ReadonlySet<string> | undefined,
): string[] {
  const there = new Set(runs.map(({ folder }) => folder));
  const kept = selected.filter((folder) => there.has(folder));
  const begun = runs.filter(({ folder, status }) => known && status === 'running' && !known.has(folder));
  const keys = new Set(begun.map(({ dataset }) => dataset?.key));
  const beside = runs.filter(({ dataset }) => begun.length === 0 || keys.has(dataset?.key));
  const stay = kept.filter((folder) => beside.some((run) => run.folder === folder));
  const all = [...new Set([...stay, ...begun.map(({ folder }) => folder)])];
  const newest = runs.find(({ status }) => status !== 'damaged');
  return all.length > 0 || !newest ? all : [newest.folder];
}

/** Runs by what their curves are of, in the order of the first of each; damaged ones, which have none, at the end. */
export function byDataset<Run extends Pick<MetricsRun, 'dataset'>>(
  runs: readonly Run[],
): { name: string | undefined; runs: Run[] }[] {
  const known = new Map<string, Run[]>();
  for (const run of runs) {
    const key = run.dataset?.key ?? '';
    known.set(key, [...(known.get(key) ?? []), run]);
  }
  const groups = [...known].sort(([a], [b]) => Number(a === '') - Number(b === ''));
  const names = groups.map(([, [{ dataset }]]) => dataset?.name);
  return groups.map(([, members], i) => {
    const isAlone = names.filter((name) => name === names[i]).length === 1;
    return { name: isAlone ? names[i] : members[0].dataset?.place, runs: members };
  });
}
