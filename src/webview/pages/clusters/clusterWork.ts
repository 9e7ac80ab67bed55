import type { Progress } from '../../../core/base/progress.ts';
import type { ClusterPhase } from '../../../core/explore/clusters/clusterApi.ts';
import type { ClusterWork } from '../../protocol.ts';
import { progressRow } from '../../ui/index.ts';
import { bytes } from '../../amounts.ts';
import type { ClusterProgressListener, Context } from './clustersState.ts';
import { t } from '../../l10n.ts';

const phases: Record<ClusterPhase, string> = {
  reading: t('Reading the labels'),
  counting: t('Counting co-occurrences'),
  clustering: t('Clustering'),
  measuring: t('Measuring silhouettes'),
  words: t('Finding the words of clusters'),
  drawing: t('Drawing the map'),
};

/** How far it is, in words. */
function progressText({ phase, done, total }: Progress<ClusterPhase>): string {
  if (phase === 'reading' || phase === 'words') return t('{0}: {1} of {2}', phases[phase], bytes(done), bytes(total));
  if (phase === 'clustering') return t('{0}: number {1} of {2}', phases[phase], Math.floor(done) + 1, total);
  return phases[phase];
}

/** A bar with a button that stops the work; `tell` moves it. */
export function workRow(
  { host, perform }: Pick<Context, 'host' | 'perform'>,
  work: ClusterWork,
  label: string,
): { element: HTMLElement; tell: ClusterProgressListener } {
  const bar = progressRow(label, () => perform(() => host.call('stop', { work })));
  return {
    element: bar.element,
    tell: (now) => {
      const isCounted = now.phase !== 'counting' && now.phase !== 'measuring' && now.total > 0;
      bar.set(isCounted ? now.done / now.total : undefined, progressText(now));
    },
  };
}
