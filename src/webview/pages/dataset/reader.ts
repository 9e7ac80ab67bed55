import type { DocumentText, SplitName } from '../../../core/explore/inspected.ts';
import { CallFailed } from '../../host.ts';
import { button, el, failedState, link, loadingState, replaceChildren } from '../../ui/index.ts';
import type { Context } from './context.ts';
import { marked } from './marked.ts';
import { count, plural } from './numbers.ts';

/** One document, whole: its labels and its text, long texts piece by piece. */
export class Reader {
  readonly element = el('aside', { class: 'reader', attributes: { 'aria-label': 'Document', hidden: true } });
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

  show(split: SplitName, document: number): void {
    this.element.hidden = false;
    replaceChildren(this.element, loadingState('Reading the document'));
    this.element.scrollIntoView({ block: 'nearest' });
    void this.load(split, document);
  }

  private async load(split: SplitName, document: number): Promise<void> {
    const request = ++this.latest;
    try {
      const text = await this.context.host.call('document', { split, document, offset: 0 });
      if (request === this.latest) this.draw(split, text);
    } catch (error) {
      if (request !== this.latest || !(error instanceof CallFailed)) return;
      replaceChildren(
        this.element,
        this.closeButton(),
        failedState(error.failure, () => this.show(split, document)),
      );
    }
  }

  private draw(split: SplitName, shown: DocumentText): void {
    const { context } = this;
    const { place, id, labels, words, document } = shown;
    const open = button(
      'Open in Editor',
      () => context.perform(() => context.host.call('openRecord', { split, place, id })),
      { icon: 'openInEditor' },
    );
    const turn = (label: string, icon: 'chevronLeft' | 'chevronRight', to: number): HTMLElement =>
      button(label, () => context.readDocument(split, to), { appearance: 'icon', icon, disabled: to < 0 });
    const where = place.line ? `line ${count(place.line)}` : `no. ${count(place.number)}`;
    replaceChildren(
      this.element,
      el(
        'header',
        {},
        el('h2', {}, id),
        el(
          'span',
          { class: 'muted' },
          `${where} · ${plural(words, context.snapshot.splits[0].bagOfWords ? 'feature' : 'word')}`,
        ),
        el(
          'span',
          { class: 'reader-actions' },
          turn('Previous Document', 'chevronLeft', document - 1),
          turn('Next Document', 'chevronRight', document + 1),
          button('Words', () => context.showWords(document), { tooltip: 'The words that mark this document' }),
          button('Nearest', () => context.showNearest(document), {
            tooltip: 'The document of another set that shares most labels with this one',
          }),
          open,
          this.closeButton(),
        ),
      ),
      el(
        'p',
        { class: 'label-links' },
        ...labels.map((label) => link(label.display ?? label.name, () => context.showDocuments(label))),
        labels.length === 0 && el('em', { class: 'muted' }, 'no label'),
      ),
      this.textOf(split, shown),
    );
  }

  private textOf(split: SplitName, first: DocumentText): HTMLElement {
    const { host, state } = this.context;
    const text = el('div', { class: 'reader-text', attributes: { tabindex: 0, role: 'document' } });
    const more = el('p', {});
    const add = (piece: DocumentText): void => {
      text.append(...marked(piece.text, state.documentSearch));
      const read = piece.offset + piece.text.length;
      const next = (): void =>
        this.context.perform(async () =>
          add(await host.call('document', { split, document: first.document, offset: read })),
        );
      replaceChildren(
        more,
        read < piece.length && button(`Show More (${count(piece.length - read)} characters left)`, next),
      );
    };
    add(first);
    return el('div', { class: 'reader-scroll' }, text, more);
  }

  private closeButton(): HTMLElement {
    return button('Close', this.onClose, { appearance: 'icon', icon: 'clear' });
  }
}
