import type { DocumentSource } from '../../data/document.ts';
import { UserError } from '../../errors.ts';
import type { SparseMatrix } from '../../sparse/matrix.ts';
import { cooccurrence } from './cooccurrence.ts';
import type { LabelIncidence } from './labelIncidence.ts';
import { readIncidence } from './labelIncidence.ts';
import type { Scaling } from './scaling.ts';
import { scaled } from './scaling.ts';
import type { Sweep, SweepOptions } from './sweep.ts';
import { sweep } from './sweep.ts';

/** What a look at the label clusters of a dataset found; everything else is told of these. */
export interface LabelClusters {
  incidence: LabelIncidence;
  /** Documents that have both labels; a label's own count on the diagonal. */
  adjacency: SparseMatrix;
  /** What was clustered: a row per label. */
  matrix: SparseMatrix;
  scaling: Scaling;
  sweep: Sweep;
}

export type ClusterPhase = 'reading' | 'counting' | 'clustering';

export interface ClusterOptions extends Omit<SweepOptions, 'onProgress'> {
  /** Default: `min-max`, as the seed. */
  scaling?: Scaling;
  /** Bytes while reading; numbers of clusters tried otherwise. */
  onProgress?: (phase: ClusterPhase, done: number, total: number) => void;
}

/** Reads the labels of a dataset and clusters them by what they occur with. Throws `UserError` `no-labels`, `Cancelled`. */
export async function exploreClusters(source: DocumentSource, options: ClusterOptions = {}): Promise<LabelClusters> {
  const { scaling = 'min-max', onProgress, signal, ...sweeping } = options;
  const incidence = await readIncidence(source, {
    signal,
    onProgress: (bytes) => onProgress?.('reading', bytes, source.totalBytes),
  });
  if (incidence.labels < 2)
    throw new UserError(
      'no-labels',
      `The dataset has ${incidence.labels === 1 ? 'one label' : 'no labels'}, and clusters need at least two`,
      'Name the field that holds the labels.',
      { file: source.path },
    );
  onProgress?.('counting', 0, 1);
  const adjacency = cooccurrence(incidence);
  const matrix = scaled(adjacency, scaling);
  onProgress?.('counting', 1, 1);
  const found = await sweep(matrix, {
    ...sweeping,
    signal,
    onProgress: (done, total) => onProgress?.('clustering', done, total),
  });
  return { incidence, adjacency, matrix, scaling, sweep: found };
}
