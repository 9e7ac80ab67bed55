import { formatMetric } from '../../../core/metrics/format.ts';
import type { EpochRecord, RunHistory } from '../../../core/training/history.ts';
import { el, icon } from '../../ui/index.ts';
import { bestEpoch } from './figures.ts';
import { t } from '../../l10n.ts';

const shownMetrics = /^(P|nDCG)@\d+$/;

/** Every epoch of a run with its figures; the best is marked. */
export function epochTable(title: string, history: RunHistory): HTMLElement {
  const best = bestEpoch(history);
  const names = [...new Set(history.epochs.flatMap(({ validation = {} }) => Object.keys(validation)))]
    .filter((name) => shownMetrics.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .reverse() // P before nDCG
    .sort((a, b) => Number(b.startsWith('P@')) - Number(a.startsWith('P@')) || kOf(a) - kOf(b));
  const head = [t('Epoch'), t('Loss'), ...names, t('Documents/s')].map((name) =>
    el('th', { class: 'right', attributes: { scope: 'col' } }, name),
  );
  const table = el(
    'table',
    { attributes: { 'aria-label': t('Epochs of {0}', title) } },
    el('thead', {}, el('tr', {}, ...head)),
    el('tbody', {}, ...history.epochs.map((record) => row(record, names, record === best)).reverse()),
  );
  const attributes = { tabindex: 0, role: 'region', 'aria-label': t('Epochs of {0}', title) };
  return el('div', { class: 'table-scroller', attributes }, table);
}

const kOf = (name: string): number => Number(name.slice(name.indexOf('@') + 1));

function row(record: EpochRecord, names: readonly string[], isBest: boolean): HTMLElement {
  const { phase, epoch, trainLoss, validation, documentsPerSecond } = record;
  const number = (text: string): HTMLElement => el('td', { class: 'right' }, text);
  const mark =
    isBest && el('span', { class: 'best-mark' }, icon('star'), el('span', { class: 'visually-hidden' }, t('best')));
  return el(
    'tr',
    { class: isBest ? 'best' : '' },
    el(
      'th',
      { class: 'right', attributes: { scope: 'row' } },
      mark,
      phase === 'training' ? `${epoch}` : t('retraining {0}', epoch),
    ),
    number(trainLoss.toFixed(4)),
    ...names.map((name) => number(formatMetric(name, validation?.[name]))),
    number(Math.round(documentsPerSecond).toLocaleString('en')),
  );
}
