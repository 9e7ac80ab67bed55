import { UserError } from '../../base/errors.ts';
import { splitLabels } from './splitLabels.ts';
import type { SplitInspection } from '../splitInspection.ts';
import type { ClusterFilter } from './clustered.ts';
import { fingerprintOf, loadClusters } from './saved.ts';

/** The labels of a cluster that is kept beside the split's file, by their numbers in its index. Throws `UserError` `no-clusters`. */
export async function labelsOfCluster(split: SplitInspection, { k, cluster }: ClusterFilter): Promise<Set<number>> {
  const { index, file } = split;
  if (!split.isRead)
    throw new UserError('not-read', 'The documents of a cluster are known once the file is read', 'Wait for it.');
  const { names, counts, documents } = splitLabels(index, () => undefined);
  const kept = await loadClusters(split, fingerprintOf(names, counts, documents), names.length);
  const assignment = kept?.points.find((point) => point.k === k)?.assignment;
  if (!assignment)
    throw new UserError('no-clusters', `No ${k} clusters of this dataset are kept`, 'Cluster its labels again.', {
      file,
    });
  return new Set(names.flatMap((name, rank) => (assignment[rank] === cluster ? [index.labels.find(name)!] : [])));
}
