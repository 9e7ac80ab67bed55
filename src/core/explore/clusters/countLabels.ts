import { detectFormat } from '../../data/detect.ts';
import type { SeekableSource } from '../../data/document.ts';
import { labelNamesFor } from '../../data/labelNamesFile.ts';
import { openSource } from '../../data/open.ts';
import { UserError } from '../../base/errors.ts';
import { Pace } from '../../base/pace.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import type { ClusterProgress, ClusterTarget } from './clustered.ts';
import { cooccurrence } from './cooccurrence.ts';
import { readIncidence, type LabelIncidence } from './labelIncidence.ts';

export interface ExplorationContext {
  signal: AbortSignal;
  onProgress?: (progress: ClusterProgress) => void;
}

/** The labels of a dataset file, and how often any two share a document. */
export interface CountedLabels {
  source: SeekableSource;
  incidence: LabelIncidence;
  adjacency: SparseMatrix;
}

/** Reads the labels, and counts which share documents. Malformed records are skipped unless told. Throws `UserError` `no-labels`, `Cancelled`. */
export async function countLabels(target: ClusterTarget, context: ExplorationContext): Promise<CountedLabels> {
  const { source, incidence } = await readLabels(target, context);
  context.onProgress?.({ phase: 'counting', done: 0, total: 1 });
  return { source, incidence, adjacency: await cooccurrence(incidence, new Pace(context.signal)) };
}

async function readLabels(
  { path, options }: ClusterTarget,
  { signal, onProgress }: ExplorationContext,
): Promise<Pick<CountedLabels, 'source' | 'incidence'>> {
  const { options: found } = await detectFormat(path, options);
  const source = await openSource(path, { onError: 'skip', ...options, ...found });
  const incidence = await readIncidence(source, {
    signal,
    onProgress: (done) => onProgress?.({ phase: 'reading', done, total: source.totalBytes }),
  });
  if (incidence.labels < 2)
    throw new UserError(
      'no-labels',
      `The dataset has ${incidence.labels === 1 ? 'one label' : 'no labels'}, and clusters need at least two`,
      'Name the field that holds the labels.',
      { file: path },
    );
  const { map } = await labelNamesFor(path, options);
  const displayOf = (name: string): string | undefined => map.get(name) ?? source.labelNames.get(name);
  const display = incidence.names.map((name) => (displayOf(name) === name ? undefined : displayOf(name)));
  return { source, incidence: { ...incidence, display } };
}
