import type { OnProgress, Progress } from '../../../core/base/progress.ts';
import type { ClusterPhase } from '../../../core/explore/clusters/clusterApi.ts';
import { progressRow } from '../../ui/index.ts';
import { bytes } from '../../amounts.ts';
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

/** A bar with a button that stops the work; `onEvent` moves it. */
export function workRow(
  label: string,
  onStop: () => void,
): { element: HTMLElement; onEvent: OnProgress<ClusterPhase> } {
  const bar = progressRow(label, onStop);
  return {
    element: bar.element,
    onEvent: (now) => {
      const isCounted = now.phase !== 'counting' && now.phase !== 'measuring' && now.total > 0;
      bar.set(isCounted ? now.done / now.total : undefined, progressText(now));
    },
  };
}
