import type { SeekableSource } from '../../data/document.ts';
import { openDataset } from '../../data/openDataset.ts';
import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { Pace } from '../../base/pace.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import type { ClusterPhase, ClusterTarget } from './clusterApi.ts';
import { cooccurrence } from './cooccurrence.ts';
import { readIncidence, type LabelIncidence } from './labelIncidence.ts';

/** The labels of a dataset file, and how often any two share a document. */
export interface CountedLabels {
  source: SeekableSource;
  incidence: LabelIncidence;
  adjacency: SparseMatrix;
}

/** Reads the labels, and counts which share documents. Malformed records are skipped unless the options say otherwise. Throws `UserError` `no-labels`, `Cancelled`. */
export async function countLabels(target: ClusterTarget, work: WorkOptions<ClusterPhase>): Promise<CountedLabels> {
  const { source, incidence } = await readLabels(target, work);
  work.onProgress?.({ phase: 'counting', done: 0, total: 1, unit: 'steps' });
  return { source, incidence, adjacency: await cooccurrence(incidence, new Pace(work.signal)) };
}

async function readLabels(
  target: ClusterTarget,
  work: WorkOptions<ClusterPhase>,
): Promise<Pick<CountedLabels, 'source' | 'incidence'>> {
  const { source } = await openDataset(target, { onError: 'skip', ...target.options });
  const incidence = await readIncidence(source, work);
  if (incidence.labels < 2)
    throw new UserError(
      'no-labels',
      `The dataset has ${incidence.labels === 1 ? 'one label' : 'no labels'}, and clusters need at least two`,
      'Name the field that holds the labels.',
      { file: source.file },
    );
  return { source, incidence };
}
