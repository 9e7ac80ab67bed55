import type { SplitOrAll } from '../../../core/base/splits.ts';
import type { Marks } from '../../../core/explore/documentFilter.ts';
import type { DocumentText } from '../../../core/explore/inspectionApi.ts';
import { asFailure, button, el, failedState, link, loadingState, replaceChildren } from '../../ui/index.ts';
import { wantedText, type Context } from './datasetState.ts';
import { amount, count, placeText } from '../../amounts.ts';
import { t } from '../../l10n.ts';

/** One document, whole: its labels and its text, long texts piece by piece. */
export class Reader {
  readonly element = el('aside', { class: 'reader', attributes: { 'aria-label': t('Document'), hidden: true } });
  /** Answers that a later document has overtaken are dropped. */
  private latest = 0;

  constructor(
    private readonly context: Context,
    private readonly onClose: () => void,
  ) {}

  hide(): void {
    this.latest++;
    this.element.hidden = true;
  }

  show(split: SplitOrAll, document: number): void {
    this.element.hidden = false;
    replaceChildren(this.element, loadingState(t('Reading the document')));
    this.element.scrollIntoView({ block: 'nearest' });
    void this.load(split, document);
  }

  private async load(split: SplitOrAll, document: number): Promise<void> {
    const request = ++this.latest;
    try {
      const text = await this.context.host.call('document', {
        split,
        document,
        offset: 0,
        wanted: wantedText(this.context.state),
      });
      if (request === this.latest) this.draw(split, text);
    } catch (error) {
      if (request !== this.latest) return;
      replaceChildren(
        this.element,
        this.closeButton(),
        failedState(asFailure(error), () => this.show(split, document)),
      );
    }
  }

  private draw(split: SplitOrAll, shown: DocumentText): void {
    const { context } = this;
    const { place, id, labels, words, document } = shown;
    const open = button(
      t('Open in Editor'),
      () => context.perform(() => context.host.call('openRecord', { split, place, id })),
      { icon: 'openInEditor' },
    );
    const turn = (label: string, icon: 'chevronLeft' | 'chevronRight', to: number): HTMLElement =>
      button(label, () => context.readDocument(split, to), { appearance: 'icon', icon, disabled: to < 0 });
    const unit = context.snapshot.splits[0].bagOfWords ? amount.features : amount.words;
    replaceChildren(
      this.element,
      el(
        'header',
        {},
        el('h2', {}, id),
        el('span', { class: 'muted' }, `${placeText(place)} · ${unit(words)}`),
        el(
          'span',
          { class: 'reader-actions' },
          turn(t('Previous Document'), 'chevronLeft', document - 1),
          turn(t('Next Document'), 'chevronRight', document + 1),
          button(t('Words'), () => context.showWords(document), { tooltip: t('The words that mark this document') }),
          button(t('Nearest'), () => context.showNearest(document), {
            tooltip: t('The document of another set that shares most labels with this one'),
          }),
          open,
          this.closeButton(),
        ),
      ),
      el(
        'p',
        { class: 'label-links' },
        ...labels.map((label) => link(label.display ?? label.name, () => context.showDocuments(label))),
        labels.length === 0 && el('em', { class: 'muted' }, t('no label')),
      ),
      this.textOf(split, shown),
    );
  }

  private textOf(split: SplitOrAll, first: DocumentText): HTMLElement {
    const { host, state } = this.context;
    const wanted = wantedText(state);
    const text = el('div', { class: 'reader-text', attributes: { tabindex: 0, role: 'document' } });
    const more = el('p', {});
    const add = (piece: DocumentText): void => {
      text.append(...marked(piece.text, piece.marks));
      const read = piece.offset + piece.text.length;
      const next = (): void =>
        this.context.perform(async () =>
          add(await host.call('document', { split, document: first.document, offset: read, wanted })),
        );
      replaceChildren(
        more,
        read < piece.length && button(t('Show More ({0} characters left)', count(piece.length - read)), next),
      );
    };
    add(first);
    return el('div', { class: 'reader-scroll' }, text, more);
  }

  private closeButton(): HTMLElement {
    return button(t('Close'), this.onClose, { appearance: 'icon', icon: 'clear' });
  }
}

/** The text as nodes, with what was searched for marked. */
export function marked(text: string, marks: Marks): (string | HTMLElement)[] {
  const parts: (string | HTMLElement)[] = [];
  let at = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(at, start), el('mark', {}, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}
