export type Axis = 'epoch' | 'step';
export type Family = 'P' | 'nDCG';

/** What the page remembers over a reload. */
export interface MetricsState {
  /** Folders in the order of their styles. */
  selected: string[];
  axis: Axis;
  family: Family;
  /** Values of k that are not drawn. */
  hiddenKs: number[];
  showsAllRuns: boolean;
}

export const initialState: MetricsState = {
  selected: [],
  axis: 'epoch',
  family: 'P',
  hiddenKs: [],
  showsAllRuns: false,
};

/**
 * The runs shown once the list has changed: those that are still there, runs that began while the page watched, and the
 * newest where none is left.
 */
export function selectionAfter(
  selected: readonly string[],
  runs: readonly { folder: string; status: string }[],
  known: ReadonlySet<string> | undefined,
): string[] {
  const there = new Set(runs.map(({ folder }) => folder));
  const kept = selected.filter((folder) => there.has(folder));
  const begun = runs.filter(({ folder, status }) => known && status === 'running' && !known.has(folder));
  const all = [...new Set([...kept, ...begun.map(({ folder }) => folder)])];
  const newest = runs.find(({ status }) => status !== 'damaged');
  return all.length > 0 || !newest ? all : [newest.folder];
}
