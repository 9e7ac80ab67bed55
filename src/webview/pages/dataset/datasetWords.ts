import type {
  DocumentWords,
  LabelWords,
  WordMeasure,
  WordsOverview,
} from '../../../core/explore/analysis/analysisApi.ts';
import {
  asFailure,
  dropdown,
  el,
  emptyState,
  failedState,
  link,
  type PagedTable,
  replaceChildren,
  segmented,
} from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { amount, count, percent } from '../../amounts.ts';
import { documentPicker, labelPicker, nameOf, rankedList, splitChoice } from './datasetParts.ts';
import { Analysis } from './analysisRun.ts';
import { t } from '../../l10n.ts';

/** The words that mark a label, and those that mark a document. */
export class Words implements Part {
  readonly element: HTMLElement;
  private readonly analysis: Analysis<WordsOverview>;
  private readonly toolbar = el('div', { class: 'toolbar' });
  private readonly list = el('div', { class: 'list-part' });
  private readonly shown = el('section', { class: 'list-part shown', attributes: { 'aria-live': 'polite' } });
  private readonly content = el('div', { class: 'documents' }, this.list, this.shown);
  private picker: PagedTable | undefined;
  private latest = 0;

  constructor(private readonly context: Context) {
    const { host } = context;
    this.analysis = new Analysis(context, {
      name: 'readWords',
      action: t('Find the Words'),
      what: t('The words that mark labels and documents'),
      reads: () => context.snapshot.splits.filter(({ split }) => split === context.split),
      key: () => context.split,
      start: (again, options) => host.call('readWords', { split: context.split, again }, options),
      coverage: (result) => result,
      show: (result) => this.show(result),
    });
    this.element = el('div', { class: 'list-part' }, this.toolbar, this.analysis.element, this.content);
  }

  update(): void {
    this.drawToolbar();
    this.analysis.update();
  }

  /** Shows what was chosen last, once the words are there. */
  refresh(): void {
    this.drawToolbar();
    if (this.analysis.isDone) this.drawContent();
  }

  private drawToolbar(): void {
    const { context } = this;
    const { state } = context;
    replaceChildren(
      this.toolbar,
      splitChoice(context),
      segmented({
        label: t('Words of'),
        options: [
          { value: 'label', label: t('A label') },
          { value: 'document', label: t('A document') },
        ],
        value: state.wordsOf,
        onChange: (wordsOf) => this.set({ wordsOf }),
      }),
      state.wordsOf === 'label' &&
        dropdown<WordMeasure>({
          label: t('By'),
          options: [
            { value: 'log-odds', label: t('Log-odds') },
            { value: 'chi-square', label: t('Chi-square') },
          ],
          value: state.wordMeasure,
          onChange: (wordMeasure) => this.set({ wordMeasure }),
        }),
    );
  }

  private set(change: Partial<Context['state']>): void {
    const isOther = change.wordsOf !== undefined;
    Object.assign(this.context.state, change);
    this.context.save();
    this.drawToolbar();
    if (!this.analysis.isDone) return;
    if (isOther) this.drawContent();
    else this.drawChosen();
  }

  private show(result: WordsOverview | undefined): void {
    this.content.hidden = result === undefined;
    this.picker = undefined;
    replaceChildren(this.list);
    replaceChildren(this.shown);
    if (result) this.drawContent();
  }

  private drawContent(): void {
    const { context } = this;
    const { state } = context;
    this.picker =
      state.wordsOf === 'label'
        ? labelPicker(context, ({ name, display }) => {
            state.wordsLabel = { name, display };
            context.save();
            this.drawChosen();
          })
        : documentPicker(context, (document) => {
            state.wordsDocument = document;
            context.save();
            this.drawChosen();
          });
    replaceChildren(this.list, this.picker.element);
    this.drawChosen();
  }

  private drawChosen(): void {
    const { host, split, state } = this.context;
    const { wordsOf, wordsLabel, wordsDocument, wordMeasure: measure } = state;
    const request = ++this.latest;
    const draw = (...children: Parameters<typeof replaceChildren>[1][]): void => {
      if (request === this.latest) replaceChildren(this.shown, ...children);
    };
    const fail = (error: unknown): void => draw(failedState(asFailure(error)));
    if (wordsOf === 'label' && wordsLabel)
      void host
        .call('labelWords', { split, label: wordsLabel.name, measure })
        .then((words) => draw(...this.ofLabel(words)), fail);
    else if (wordsOf === 'document' && wordsDocument !== undefined)
      void host
        .call('documentWords', { split, document: wordsDocument })
        .then((words) => draw(...this.ofDocument(words)), fail);
    else
      draw(
        emptyState(
          wordsOf === 'label' ? t('Choose a label') : t('Choose a document'),
          t('Its words are shown here; Enter or a click chooses.'),
        ),
      );
  }

  private ofLabel({ label, words, documents, measure }: LabelWords): HTMLElement[] {
    const note =
      measure === 'log-odds'
        ? t(
            'Log-odds of holding the word, against all other documents, smoothed, in standard errors: above 2 is more than chance.',
          )
        : t('Pearson’s chi-square of word and label, one degree of freedom: above 3.84 is more than chance (5%).');
    const unit = this.context.snapshot.splits[0].bagOfWords ? t('Feature') : t('Word');
    const rows = words.map(({ word, inGroup, documents: all, score }) => ({
      name: this.wordLink(word, label),
      value: score,
      text: measure === 'log-odds' ? score.toFixed(1) : count(score),
      more: [count(inGroup), percent(label.documents ? inGroup / label.documents : 0), count(all)],
    }));
    const titles: [string, string, ...string[]] = [
      unit,
      measure === 'log-odds' ? 'z' : 'χ²',
      t('Its documents'),
      t('Share'),
      t('All'),
    ];
    return [
      el('h2', {}, nameOf(label)),
      el('p', { class: 'muted' }, `${t('{0} of {1}', amount.documents(label.documents), count(documents))}. ${note}`),
      words.length
        ? rankedList(t('Words that mark the label'), titles, rows)
        : emptyState(
            t('No word marks this label'),
            t('It has all documents, none of those read, or no word is more frequent in its own.'),
          ),
    ];
  }

  private ofDocument({ id, line, labels, words, document, documents }: DocumentWords): HTMLElement[] {
    const { context } = this;
    const rows = words.map(({ word, count: n, tfidf }) => ({
      name: this.wordLink(word),
      value: tfidf,
      text: tfidf.toFixed(2),
      more: [count(n)],
    }));
    const read = link(t('Read'), () => context.readDocument(context.split, document));
    return [
      el('h2', {}, id || t('no. {0}', count(document + 1))),
      el(
        'p',
        { class: 'muted' },
        line ? `${t('Line {0}.', count(line))} ` : '',
        t('TF-IDF among {0}.', amount.documents(documents)),
        ' ',
        read,
      ),
      el(
        'p',
        { class: 'label-links' },
        ...labels.map((label) => link(label.display ?? label.name, () => context.showDocuments(label))),
      ),
      words.length
        ? rankedList(t('Words that mark the document'), [t('Word'), 'TF-IDF', t('Occurs')], rows)
        : emptyState(
            t('No words'),
            document < documents ? t('The document has none.') : t('It was not read before the reading was stopped.'),
          ),
    ];
  }

  private wordLink(word: string, label?: LabelWords['label']): HTMLElement | string {
    const { context } = this;
    if (context.snapshot.splits[0].bagOfWords) return t('feature {0}', word);
    const one = link(word, () => context.showDocuments(label, word));
    one.title = label ? t('Documents of the label that hold it') : t('Documents that hold it');
    return one;
  }
}
