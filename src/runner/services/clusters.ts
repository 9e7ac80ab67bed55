import { UserError } from '../../core/base/errors.ts';
import type { ClusterProgress } from '../../core/explore/clusters/clustered.ts';
import { countLabels } from '../../core/explore/clusters/countLabels.ts';
import { ClusterExploration } from '../../core/explore/clusters/exploration.ts';
import type { Handlers } from '../protocol.ts';

/** Milliseconds between two events of one phase: a reader tells its progress far more often. */
const interval = 100;

/** The dataset whose labels this process clusters; opening another replaces it. */
let current: ClusterExploration | undefined;

function opened(): ClusterExploration {
  if (!current) throw new UserError('not-clustered', 'The labels were not clustered yet', 'Wait for it, or try again.');
  return current;
}

/** Tells of progress now and then, and whenever a phase begins. */
function spaced(emit: (progress: ClusterProgress) => void): (progress: ClusterProgress) => void {
  let phase: string | undefined;
  let due = 0;
  return (progress) => {
    if (progress.phase === phase && performance.now() < due) return;
    phase = progress.phase;
    due = performance.now() + interval;
    emit(progress);
  };
}

export const clusters: Handlers<'clusters'> = {
  async open({ target, settings, anew = false, keep = true }, { signal, emit }) {
    current = undefined;
    const context = { signal, onProgress: spaced(emit) };
    current = await ClusterExploration.open(await countLabels(target, context), { settings, anew, keep }, context);
    return current.overview();
  },
  clusters: async ({ k }) => opened().clusters(k),
  words: async ({ k }, { signal, emit }) => opened().words(k, { signal, onProgress: spaced(emit) }),
  map: async ({ k, of }, { signal, emit }) => opened().map(k, of, { signal, onProgress: spaced(emit) }),
  labels: async (query) => opened().labelPage(query),
  export: async ({ k, kind, file }) => opened().export(k, kind, file),
  writeSubset: async ({ k, cluster, file }, { signal }) => opened().writeSubset(k, cluster, file, { signal }),
};
