import type { LabelEvidence } from '../../../core/predict/judged.ts';
import { el } from '../../ui/index.ts';
import { signed } from './figures.ts';
import { t } from '../../l10n.ts';

type Highlight = LabelEvidence['highlights'][number];

/** Weaker ones would be seen by nobody. */
const weakest = 0.04;

/**
 * The text as nodes, what spoke for the label underlined and what spoke against it underlined with dashes, the
 * stronger the thicker and the more opaque.
 */
export function evidenceText(text: string, highlights: readonly Highlight[]): (string | HTMLElement)[] {
  const parts: (string | HTMLElement)[] = [];
  let at = 0;
  for (const { start, end, strength } of highlights) {
    if (Math.abs(strength) < weakest || start >= text.length) continue;
    parts.push(text.slice(at, start), stretch(text.slice(start, end), strength));
    at = end;
  }
  return [...parts, text.slice(at)];
}

function stretch(text: string, strength: number): HTMLElement {
  const size = Math.abs(strength);
  return el(
    'mark',
    {
      class: strength > 0 ? 'for' : 'against',
      attributes: {
        title:
          strength > 0
            ? t('For the label: {0}% of the strongest', (100 * size).toFixed(0))
            : t('Against the label: {0}% of the strongest', (100 * size).toFixed(0)),
      },
      style: { '--opacity': `${(10 + 25 * size).toFixed(0)}%`, '--thickness': `${1 + Math.round(3 * size)}px` },
    },
    text,
  );
}

/** What was added to the label's logit, the strongest first. */
export function evidenceList(evidence: LabelEvidence): HTMLDetailsElement {
  const list = (title: string, side: 'for' | 'against'): HTMLElement | false =>
    evidence[side].length > 0 &&
    el(
      'div',
      {},
      el('h3', {}, title),
      el(
        'ol',
        { class: 'ngrams' },
        ...evidence[side].map(({ text, contribution }) =>
          el('li', {}, el('span', { class: side }, text), el('span', { class: 'right' }, signed(contribution))),
        ),
      ),
    );
  return el(
    'details',
    { class: 'evidence-list' },
    el(
      'summary',
      {},
      t('Evidence: logit {0}, of which {1} from no word', signed(evidence.logit), signed(evidence.rest)),
    ),
    el('div', { class: 'columns' }, list(t('For'), 'for'), list(t('Against'), 'against')),
  );
}
