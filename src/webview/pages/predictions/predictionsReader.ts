import type { LabelEvidence } from '../../../core/predict/highlights.ts';
import type { ScoredDocument, ScoredLabel } from '../../../core/predict/scored.ts';
import { asFailure, button, el, failedState, link, loadingState, replaceChildren } from '../../ui/index.ts';
import { type Context, cutOf, standingOf } from './predictionsState.ts';
import { amount, count, placeText, probability, signed } from '../../amounts.ts';
import { standingMark } from './verdictMarks.ts';
import { t } from '../../l10n.ts';

/** Milliseconds that a changed text waits for more letters. */
const typingPause = 150;

/** Labels below the threshold that are shown unasked. */
const shownBelow = 5;

interface ReaderOptions {
  /** Closes the reading view where it hides the list; absent where there is no list. */
  onClose?(): void;
  /** The document before or after in the list. */
  neighbour?(document: number, by: -1 | 1): number | undefined;
  onTurn?(document: number): void;
}

/** One document whole: its labels beside its text, with the words that spoke for one of them. */
export class Reader {
  readonly element = el('article', { class: 'reader', attributes: { 'aria-label': t('Document') } });
  private readonly labels = el('div', { class: 'reader-labels' });
  private readonly text = el('div', { class: 'reader-text', attributes: { tabindex: 0, role: 'document' } });
  private readonly evidence = el('div', { class: 'reader-evidence', attributes: { 'aria-live': 'polite' } });
  private shown: ScoredDocument | undefined;
  private selected: ScoredLabel | undefined;
  private showsAll = false;
  private showsNgrams = false;
  /** Answers that a later question has overtaken are dropped. */
  private latest = 0;

  constructor(
    private readonly context: Context,
    private readonly options: ReaderOptions = {},
  ) {
    replaceChildren(this.element, el('p', { class: 'muted hint' }, t('Choose a document to read it with its labels.')));
  }

  show(document: number): void {
    if (this.shown?.document !== document) replaceChildren(this.element, loadingState(t('Reading the document')));
    void this.load(document);
  }

  /** The threshold changed. */
  update(): void {
    if (this.shown) this.drawLabels(this.shown);
  }

  private async load(document: number): Promise<void> {
    const request = ++this.latest;
    const { host, state } = this.context;
    try {
      const shown = await host.call('document', { document });
      if (request !== this.latest) return;
      this.shown = shown;
      this.showsAll = false;
      this.selected = shown.labels.find(({ id }) => id === state.evidenceFor) ?? shown.labels[0];
      this.draw(shown);
      await this.loadEvidence(request);
    } catch (error) {
      if (request !== this.latest) return;
      this.shown = undefined;
      replaceChildren(
        this.element,
        failedState(asFailure(error), () => this.show(document)),
      );
    }
  }

  private select(label: ScoredLabel): void {
    if (!this.shown) return;
    this.selected = label;
    this.context.state.evidenceFor = label.id;
    this.context.save();
    this.drawLabels(this.shown);
    const request = ++this.latest;
    this.context.perform(() => this.loadEvidence(request));
  }

  private async loadEvidence(request: number): Promise<void> {
    const { shown, selected } = this;
    if (!shown || !selected) return;
    const { document } = shown;
    const evidence = await this.context.host.call('evidence', { document, label: selected.id });
    if (request === this.latest) this.drawEvidence(shown, selected, evidence);
  }

  private draw(shown: ScoredDocument): void {
    replaceChildren(this.text, shown.text);
    replaceChildren(this.evidence);
    replaceChildren(
      this.element,
      this.header(shown),
      el('div', { class: 'reader-scroll' }, this.labels, this.evidence, this.text, this.notes(shown)),
    );
    this.drawLabels(shown);
  }

  private header({ document, id, place }: ScoredDocument): HTMLElement {
    const { context, options } = this;
    const turn = (label: string, icon: 'chevronLeft' | 'chevronRight', by: -1 | 1): HTMLElement | false => {
      if (!options.neighbour) return false;
      const to = options.neighbour(document, by);
      return button(label, () => to !== undefined && options.onTurn?.(to), {
        appearance: 'icon',
        icon,
        disabled: to === undefined,
      });
    };
    const open = (): void => {
      if (id !== undefined && place) context.perform(() => context.host.call('openRecord', { id, place }));
    };
    return el(
      'header',
      {},
      options.onClose &&
        el('span', { class: 'back' }, button(t('Back to the List'), options.onClose, { icon: 'back' })),
      el('h2', {}, id ?? t('Text')),
      place && el('span', { class: 'muted' }, placeText(place)),
      el('span', { class: 'grow' }),
      turn(t('Previous Document'), 'chevronLeft', -1),
      turn(t('Next Document'), 'chevronRight', 1),
      button(t('Edit Text'), () => this.edit(), { tooltip: t('Change the text here, and see what is predicted then') }),
      id !== undefined && button(t('Open in Editor'), open, { appearance: 'icon', icon: 'openInEditor' }),
    );
  }

  /** The text as a field: the prediction follows what is typed. The file stays as it is. */
  private edit(): void {
    const { shown } = this;
    if (!shown) return;
    const field = el('textarea', { class: 'input text-edit', attributes: { 'aria-label': t('Text'), dir: 'auto' } });
    field.value = shown.text;
    let typing: ReturnType<typeof setTimeout> | undefined;
    field.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => void this.follow(shown.document, field.value), typingPause);
    });
    const back = button(t('Back to the Text of the File'), () => {
      clearTimeout(typing);
      this.show(shown.document);
    });
    const note = el('p', { class: 'muted' }, t('The labels and their evidence are those of the text as it is here.'));
    replaceChildren(this.evidence);
    replaceChildren(
      this.element,
      this.header(shown),
      el('div', { class: 'reader-scroll' }, back, field, note, this.labels, this.evidence, this.text),
    );
    replaceChildren(this.text, shown.text);
    this.drawLabels(shown);
    field.focus();
  }

  private async follow(document: number, text: string): Promise<void> {
    const request = ++this.latest;
    try {
      const read = await this.context.host.call('edited', { document, text });
      if (request !== this.latest) return;
      this.shown = { ...read, id: this.shown?.id, place: this.shown?.place };
      this.selected = read.labels.find(({ id }) => id === this.selected?.id) ?? read.labels[0];
      replaceChildren(this.text, read.text);
      this.drawLabels(this.shown);
      await this.loadEvidence(request);
    } catch (error) {
      if (request === this.latest) this.context.perform(() => Promise.reject(error));
    }
  }

  private drawLabels(shown: ScoredDocument): void {
    const { threshold, scored } = this.context;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.label : undefined;
    const standing = shown.labels.map((label, rank) => {
      const cut = cutOf(label, rank, threshold, scored);
      return { label, cut, standing: standingOf(label, cut) };
    });
    const below = standing.filter((row) => row.standing === 'below').map(({ label }) => label);
    const hidden = new Set(this.showsAll ? [] : below.slice(shownBelow).filter((label) => label !== this.selected));
    const rows = standing.filter(({ label }) => !hidden.has(label));
    const predicted = standing.filter((row) => row.standing !== 'below' && row.standing !== 'missed').length;
    replaceChildren(
      this.labels,
      el('h3', {}, [t('{0} predicted', amount.labels(predicted)), ...this.truthText(shown)].join(', ')),
      el(
        'ul',
        { class: 'plain label-rows', attributes: { 'aria-label': t('Labels') } },
        ...rows.map((row) => el('li', {}, this.labelRow(row.label, row.standing, row.cut))),
      ),
      hidden.size > 0 &&
        link(
          hidden.size === 1
            ? t('Show 1 more label below the threshold')
            : t('Show {0} more labels below the threshold', count(hidden.size)),
          () => this.showAll(shown),
        ),
    );
    if (focused !== undefined) this.labels.querySelector<HTMLElement>(`[data-label="${focused}"]`)?.focus();
  }

  private truthText({ labels }: ScoredDocument): string[] {
    const known = labels.filter(({ isTrue }) => isTrue !== undefined);
    const isKnown = known.length > 0;
    return isKnown ? [t('{0} true', amount.labels(known.filter(({ isTrue }) => isTrue).length))] : [];
  }

  private showAll(shown: ScoredDocument): void {
    this.showsAll = true;
    this.drawLabels(shown);
  }

  private labelRow(label: ScoredLabel, standing: ReturnType<typeof standingOf>, cut: number): HTMLElement {
    const isSelected = label.id === this.selected?.id;
    const percent = `${(100 * (label.probability ?? 0)).toFixed(1)}%`;
    return el(
      'button',
      {
        class: `label-row ${standing}`,
        attributes: {
          type: 'button',
          'aria-pressed': isSelected ? 'true' : 'false',
          'data-label': label.id,
          title: label.display === undefined ? t('Show what speaks for this label') : label.name,
        },
        on: { click: () => this.select(label) },
      },
      standingMark(standing),
      el('span', { class: 'label-name' }, label.display ?? label.name),
      el(
        'span',
        { class: 'bar', attributes: { 'aria-hidden': 'true' } },
        el('span', { class: 'bar-fill', style: { width: percent } }),
        cut >= 0 && cut <= 1 && el('span', { class: 'bar-threshold', style: { left: `${100 * cut}%` } }),
      ),
      el('span', { class: 'right' }, label.probability === undefined ? t('no output') : probability(label.probability)),
    );
  }

  private drawEvidence(shown: ScoredDocument, label: ScoredLabel, evidence: LabelEvidence | undefined): void {
    const name = label.display ?? label.name;
    if (!evidence) {
      replaceChildren(this.text, shown.text);
      const text = t('No training document has “{0}”: the model cannot predict it.', name);
      return replaceChildren(this.evidence, el('p', { class: 'muted' }, text));
    }
    const list = evidenceList(evidence);
    list.open = this.showsNgrams;
    list.addEventListener('toggle', () => (this.showsNgrams = list.open));
    replaceChildren(
      this.evidence,
      el(
        'p',
        { class: 'legend' },
        t('Words that speak'),
        ' ',
        el('mark', { class: 'for sample' }, t('for')),
        ` ${t('or')} `,
        el('mark', { class: 'against sample' }, t('against')),
        ' ',
        el('strong', {}, name),
        t('; the thicker the line, the more.'),
      ),
      list,
    );
    replaceChildren(this.text, ...evidenceText(shown.text, evidence.highlights));
  }

  private notes({ words, unknownWords, truncated, omitted }: ScoredDocument): HTMLElement {
    const parts = [
      truncated ? t('The model read the first {0}', amount.words(words)) : t('The model read {0}', amount.words(words)),
      unknownWords > 0 && `; ${t('{0} of them it does not know', amount.words(unknownWords))}`,
      '.',
      omitted > 0 && ` ${t('{0} more are not shown: open the document in an editor.', amount.characters(omitted))}`,
    ];
    return el('p', { class: 'muted' }, ...parts);
  }
}

type Highlight = LabelEvidence['highlights'][number];

/** Weaker ones would be seen by nobody. */
const weakest = 0.04;

/**
 * The text as nodes, what spoke for the label underlined and what spoke against it underlined with dashes, the
 * stronger the thicker and the more opaque.
 */
function evidenceText(text: string, highlights: readonly Highlight[]): (string | HTMLElement)[] {
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

/** A part of a blend: its weight times its probability. */
function partText({ name, weight, probability }: NonNullable<LabelEvidence['parts']>[number]): string {
  const [times, share] = [weight.toFixed(2), `${(100 * probability).toFixed(1)}%`];
  return name === 'linear' ? t('{0} × {1} (linear model)', times, share) : t('{0} × {1} (network)', times, share);
}

/** What was added to the label's logit, the strongest first. */
function evidenceList(evidence: LabelEvidence): HTMLDetailsElement {
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
    evidence.parts &&
      el('p', { class: 'muted' }, ...evidence.parts.map(partText).flatMap((text, i) => (i ? [' + ', text] : [text]))),
    el('div', { class: 'columns' }, list(t('For'), 'for'), list(t('Against'), 'against')),
  );
}
