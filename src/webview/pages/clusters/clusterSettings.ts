import type { ClusterSettings, ClustersOverview } from '../../../core/explore/clusters/clusterApi.ts';
import { amount, count } from '../../amounts.ts';
import { button, dropdown, el, replaceChildren, textField, type ValueElement } from '../../ui/index.ts';
import { t } from '../../l10n.ts';

/** Whole numbers of a text such as `2, 4, 8`; undefined where it holds anything else. */
export function numbersOf(text: string, least = 1): number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : -1));
  return numbers.length > 0 && numbers.every((n) => n >= least) ? numbers : undefined;
}

/** How to cluster: numbers of clusters, scaling, starts, seed. */
export function settingsForm(
  { settings: current, labels, mostClusters }: ClustersOverview,
  onCluster: (settings: ClusterSettings) => void,
): HTMLElement {
  let { scaling } = current;
  const problem = el('p', { class: 'problem', attributes: { role: 'alert' } });
  const field = (label: string, value: string): ValueElement => textField({ label, value, onInput: () => {} });
  const ks = field(t('Numbers of clusters'), current.ks.join(', '));
  const restarts = field(t('Starts, of which the best counts'), String(current.restarts));
  const seed = field(t('Seed'), String(current.seed));
  const run = (): void => {
    const wanted = numbersOf(ks.value);
    const starts = numbersOf(restarts.value)?.[0];
    const start = numbersOf(seed.value, 0)?.[0];
    const most = wanted && Math.max(...wanted.filter((k) => !current.ks.includes(k)));
    if (most !== undefined && most > mostClusters)
      return replaceChildren(
        problem,
        t('{0} cannot be made of {1}: {2} at most.', amount.clusters(most), amount.labels(labels), count(mostClusters)),
      );
    if (wanted && starts !== undefined && start !== undefined)
      return onCluster({ ks: wanted, scaling, restarts: starts, seed: start });
    replaceChildren(problem, t('Whole numbers are wanted, such as 2, 4, 8.'));
  };
  const choice = dropdown<ClusterSettings['scaling']>({
    label: t('Scaling'),
    options: [
      { value: 'min-max', label: t('Columns into 0 … 1 (min-max)') },
      { value: 'cosine', label: t('Rows to length 1 (cosine)') },
    ],
    value: scaling,
    onChange: (value) => (scaling = value),
  });
  return el(
    'details',
    { class: 'settings' },
    el('summary', {}, t('Options')),
    el('div', { class: 'row' }, ks, choice, restarts, seed, button(t('Cluster Again'), run, { appearance: 'primary' })),
    problem,
  );
}
