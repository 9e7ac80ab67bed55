import { UserError } from '../../core/base/errors.ts';
import { throttled } from '../../core/base/progress.ts';
import { countLabels } from '../../core/explore/clusters/countLabels.ts';
import { ClusterExploration } from '../../core/explore/clusters/exploration.ts';
import type { Handlers } from '../protocol.ts';

/** The dataset whose labels this process clusters; opening another replaces it. */
let current: ClusterExploration | undefined;

function opened(): ClusterExploration {
  if (!current) throw new UserError('not-clustered', 'The labels were not clustered yet', 'Wait for it, or try again.');
  return current;
}

export const clusters: Handlers<'clusters'> = {
  async open({ target, settings, anew = false, keep = true }, { signal, emit }) {
    current = undefined;
    const context = { signal, onProgress: throttled(emit) };
    current = await ClusterExploration.open(await countLabels(target, context), { settings, anew, keep }, context);
    return current.overview();
  },
  clusters: async ({ k }) => opened().clusters(k),
  words: async ({ k }, { signal, emit }) => opened().words(k, { signal, onProgress: throttled(emit) }),
  map: async ({ k, of }, { signal, emit }) => opened().map(k, of, { signal, onProgress: throttled(emit) }),
  labels: async (query) => opened().labelPage(query),
  export: async ({ k, kind, file }) => opened().export(k, kind, file),
  writeSubset: async ({ k, cluster, file }, { signal }) => opened().writeSubset(k, cluster, file, { signal }),
};
