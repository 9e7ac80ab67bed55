import type { Verdict } from '../../../core/predict/scored.ts';
import { el, icon, type IconName } from '../../ui/index.ts';
import type { Standing } from './predictionsState.ts';
import { t } from '../../l10n.ts';

const standings: Record<Standing, { icon?: IconName; word: string; meaning: string }> = {
  hit: { icon: 'check', word: t('hit'), meaning: t('True, and predicted') },
  missed: { icon: 'circle', word: t('missed'), meaning: t('True, and not predicted') },
  false: { icon: 'clear', word: t('false'), meaning: t('Predicted, and not true') },
  predicted: { icon: 'check', word: t('predicted'), meaning: t('Predicted') },
  below: { word: '', meaning: t('Not predicted') },
};

/** Icon and word: neither needs colour to be distinguished. */
export function standingMark(standing: Standing): HTMLElement {
  const { icon: name, word, meaning } = standings[standing];
  return el('span', { class: `standing ${standing}`, attributes: { title: meaning } }, name && icon(name), word);
}

/** How many labels of a document have each verdict. */
export function verdictCounts(counts: Record<'hits' | 'missed' | 'false', number>): HTMLElement {
  const part = (standing: Verdict, count: number): HTMLElement | false =>
    count > 0 &&
    el(
      'span',
      { class: `standing ${standing}`, attributes: { title: `${count} ${standings[standing].word}` } },
      icon(standings[standing].icon!),
      count,
      el('span', { class: 'visually-hidden' }, ` ${standings[standing].word}`),
    );
  return el(
    'span',
    { class: 'verdict-counts' },
    part('hit', counts.hits),
    part('missed', counts.missed),
    part('false', counts.false),
  );
}
