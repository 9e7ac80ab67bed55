import { UserError } from '../../core/base/errors.ts';
import { countLabels } from '../../core/explore/clusters/countLabels.ts';
import { ClusterExploration } from '../../core/explore/clusters/exploration.ts';
import type { Progress } from '../../core/base/progress.ts';
import type {
  ChosenClusters,
  ClusterPhase,
  ClusterSettings,
  ClusterTarget,
  ClusterWord,
  ClusteredLabelPage,
  ClusteredLabelQuery,
  ClustersOverview,
  DrawnMap,
  ExportKind,
  MapOf,
} from '../../core/explore/clusters/clusterApi.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

/** Clusters the labels of one dataset file per process. */
export interface ClustersService {
  /**
   * Without `settings` an outcome that is kept beside the dataset counts, whatever it was made with; with `again` none does. Without `keep` nothing is kept.
   * Cancelled while it clusters, the numbers of clusters tried until then are the result.
   */
  open: Call<
    { target: ClusterTarget; settings?: ClusterSettings; again?: boolean; keep?: boolean },
    ClustersOverview,
    Progress<ClusterPhase>
  >;
  clusters: Call<{ k: number }, ChosenClusters>;
  /** By cluster number. */
  words: Call<{ k: number }, ClusterWord[][], Progress<ClusterPhase>>;
  map: Call<{ k: number; of: MapOf }, DrawnMap, Progress<ClusterPhase>>;
  labels: Call<ClusteredLabelQuery, ClusteredLabelPage>;
  /** Writes the file beside the dataset that `xmlcnn clusters` writes; its path. */
  save: Call<Record<string, never>, string>;
  export: Call<{ k: number; kind: ExportKind; file: string }, void>;
  /** Writes the documents with a label of the cluster, with those labels alone; how many they are. */
  writeSubset: Call<{ k: number; cluster: number; file: string }, number>;
}

/** The dataset whose labels this process clusters; opening another replaces it. */
let current: ClusterExploration | undefined;

function opened(): ClusterExploration {
  if (!current) throw new UserError('not-clustered', 'The labels were not clustered yet', 'Wait for it, or try again.');
  return current;
}

export const clusters: Handlers<ClustersService> = {
  async open({ target, settings, again = false, keep = true }, { signal, emit }) {
    current = undefined;
    const context = { signal, onProgress: emit };
    current = await ClusterExploration.open(await countLabels(target, context), { settings, again, keep }, context);
    return current.overview();
  },
  clusters: async ({ k }) => opened().clusters(k),
  words: async ({ k }, { signal, emit }) => opened().words(k, { signal, onProgress: emit }),
  map: async ({ k, of }, { signal, emit }) => opened().map(k, of, { signal, onProgress: emit }),
  labels: async (query) => opened().labelPage(query),
  save: async () => opened().saveBeside(),
  export: async ({ k, kind, file }) => opened().export(k, kind, file),
  writeSubset: async ({ k, cluster, file }, { signal }) => opened().writeSubset(k, cluster, file, { signal }),
};
