/** Inspect Dataset: overview, labels, documents and findings of a dataset, filling while it is read. */
import { isMentionable, percentOf } from '../../../core/base/scripts.ts';
import { pathOf, type SourceOptions } from '../../../core/data/document.ts';
import type { SplitOrAll } from '../../../core/base/splits.ts';
import type { DatasetSnapshot, DocumentLabel } from '../../../core/explore/inspectionApi.ts';
import { connect } from '../../host.ts';
import type { Failure } from '../../../core/base/errors.ts';
import type { AnalysisName, PageEvent } from '../../protocol.ts';
import {
  banner,
  button,
  el,
  emptyState,
  keepingFocus,
  PageFrame,
  progressRow,
  replaceChildren,
  tabs,
  type Action,
  type Tabs,
} from '../../ui/index.ts';
import { type Context, type Part, restoredState, type TabId } from './datasetState.ts';
import { Comparison } from './datasetComparison.ts';
import { Cooccurrence } from './datasetCooccurrence.ts';
import { Quality } from './datasetQuality.ts';
import { Words } from './datasetWords.ts';
import { Documents } from './datasetDocuments.ts';
import { Findings } from './datasetFindings.ts';
import { Labels } from './datasetLabels.ts';
import { amount, bytes, count, fileName } from '../../amounts.ts';
import { Overview } from './datasetOverview.ts';
import { readAsLines } from './datasetReadAs.ts';
import { ReadAsForm } from './readAsForm.ts';
import { partName } from './datasetTexts.ts';
import { t } from '../../l10n.ts';
import './dataset.css';

/** Milliseconds between two looks at a list while the dataset is being read. */
const listPause = 2000;

/** Failures that reading the file in another way may fix. */
const misread: ReadonlySet<string> = new Set([
  'unknown-format',
  'unknown-field',
  'no-text-field',
  'ambiguous-columns',
  'no-sparse-header',
  'unknown-encoding',
  'undecodable',
]);

const analysisTabs: ReadonlySet<TabId> = new Set(['words', 'cooccurrence', 'quality', 'comparison']);

class DatasetPage implements Context {
  readonly host = connect<'dataset'>((message) => this.receive(message));
  readonly state = restoredState(this.host.getState());
  private latest: DatasetSnapshot | undefined;
  isReading = true;
  analysed = new Set<AnalysisName>();
  /** The page stands where a text editor could. */
  private isEditor = false;
  private failure: Failure | undefined;
  private staleFile: string | undefined;
  private parts: (Record<TabId, Part> & { documents: Documents; words: Words; comparison: Comparison }) | undefined;
  private tabs: Tabs<TabId> | undefined;
  private listShown = 0;
  /** How the files are read, as it is shown. */
  private readAsShown = '';
  private readonly readAsLines = el('div');
  private readonly readAsButton = button(t('Read As…'), () => this.openReadAs());
  private readAsForm: ReadAsForm | undefined;
  private readonly frame = new PageFrame('');
  readonly perform = this.frame.perform;
  private readonly reading = progressRow(t('Reading'), () => this.perform(() => this.host.call('cancel', undefined)));

  constructor() {
    this.frame.setDetails(this.readAsLines);
    this.frame.setProgress(this.reading.element);
    this.frame.showLoading(t('Opening the dataset'));
    this.frame.setActions(
      button(t('Create Run Config'), this.does('createRunConfig'), { appearance: 'primary' }),
      button(t('Label Clusters'), this.does('exploreClusters')),
      this.readAsButton,
      button(t('Reload'), this.does('reload'), { icon: 'refresh' }),
    );
  }

  get snapshot(): DatasetSnapshot {
    if (!this.latest) throw new Error('Nothing was read yet.');
    return this.latest;
  }

  get split(): SplitOrAll {
    const { splits } = this.snapshot;
    return (splits.find(({ split }) => split === this.state.split) ?? splits[0]).split;
  }

  save(): void {
    this.host.setState(this.state);
  }

  showDocuments(label: DocumentLabel | undefined, search?: string): void {
    const { cluster, documentSearch } = this.state;
    this.filterDocuments({
      labels: label ? [{ name: label.name, display: label.display, role: 'all' }] : [],
      cluster,
      documentSearch: search ?? documentSearch,
    });
  }

  filterDocuments(filter: Parameters<Context['filterDocuments']>[0]): void {
    const none = { labels: [], words: {}, labelCount: {}, documentSearch: '', cluster: undefined };
    const isNewText = (filter.documentSearch ?? '') !== this.state.documentSearch;
    Object.assign(this.state, none, filter, isNewText && { isPattern: false, wholeWord: false, matchCase: false });
    this.save();
    this.select('documents');
    this.parts?.documents.search(this.state.documentSearch);
    this.parts?.documents.restart();
  }

  readDocument(split: SplitOrAll, document: number): void {
    if (split !== this.split) this.chooseSplit(split);
    this.select('documents');
    this.parts?.documents.read(document);
  }

  showWords(document: number): void {
    Object.assign(this.state, { wordsOf: 'document', wordsDocument: document });
    this.select('words');
    this.parts?.words.refresh();
  }

  showNearest(document: number): void {
    Object.assign(this.state, { compareList: 'nearest', nearestOf: document });
    this.select('comparison');
    this.parts?.comparison.refresh();
  }

  chooseSplit(split: SplitOrAll): void {
    this.state.split = split;
    this.state.wordsDocument = this.state.nearestOf = undefined;
    this.save();
    this.parts?.documents.restart();
    for (const id of ['labels', 'findings'] as const) this.parts?.[id].update();
    const { tab } = this.state;
    if (analysisTabs.has(tab)) this.parts?.[tab].update();
  }

  private select(tab: TabId): void {
    this.state.tab = tab;
    this.save();
    this.tabs?.select(tab);
  }

  private does(method: 'createRunConfig' | 'exploreClusters' | 'reload' | 'openAsText'): () => void {
    return () => this.perform(() => this.host.call(method, undefined));
  }

  private receive(message: PageEvent<'dataset'>): void {
    switch (message.type) {
      case 'opening':
        Object.assign(this.state, message.state);
        this.save();
        this.frame.setTitle(message.name);
        this.reset();
        this.analysed = new Set(message.analysed);
        this.isEditor = message.isEditor;
        if (this.state.draft) this.showReadAs(this.state.draft);
        break;
      case 'snapshot':
        this.take(message.snapshot, message.reading);
        break;
      case 'failed':
        this.failure = message.failure;
        this.isReading = false;
        break;
      case 'cancelled':
        this.isReading = false;
        this.drawHeader();
        return this.drawStopped();
      case 'filter':
        return this.filterDocuments({ cluster: message.cluster });
      case 'stale':
        this.staleFile = message.file;
    }
    this.draw();
  }

  /** A dataset is read again: nothing of what was shown counts any more. */
  private reset(): void {
    this.latest = this.failure = this.staleFile = this.parts = this.tabs = undefined;
    this.isReading = true;
    this.readAsShown = '';
    replaceChildren(this.readAsLines);
    this.frame.setBanners();
    this.frame.clearNotice();
    this.reading.set(undefined, t('Reading'));
    this.frame.showLoading(t('Opening the dataset'));
  }

  private take(snapshot: DatasetSnapshot, reading: boolean): void {
    const ended = this.isReading && !reading;
    this.latest = snapshot;
    this.isReading = reading;
    if (!this.parts) return;
    this.parts.overview.update();
    const { tab } = this.state;
    const isDue = performance.now() - this.listShown > listPause && !analysisTabs.has(tab);
    if (tab !== 'overview' && (ended || (reading && isDue))) this.showList(tab);
  }

  private showList(tab: TabId): void {
    this.listShown = performance.now();
    this.parts?.[tab].update();
  }

  private draw(): void {
    const { latest } = this;
    this.drawHeader();
    if (this.failure) return this.drawFailure(this.failure);
    if (!latest) return;
    const [first] = latest.splits;
    const isEmpty = latest.splits.every(({ statistics }) => statistics.documents === 0);
    this.frame.setBanners(...banners(latest, this.staleFile, this.does('reload'), this.readAsLatin1));
    if (isEmpty && first.failure) return this.drawFailure(first.failure);
    if (isEmpty && this.isReading) return;
    if (isEmpty) return this.drawNothing();
    this.build();
  }

  private readonly readAs: Action = { label: t('Read As…'), run: () => this.openReadAs() };

  private readonly readAsLatin1 = (): void => this.readWith({ ...this.state.options, encoding: 'latin1' });

  private readWith(options: SourceOptions): void {
    this.perform(() => this.host.call('readWith', { options }));
  }

  private openReadAs(option?: keyof SourceOptions): void {
    this.showReadAs(this.state.options ?? {}).focus(option);
  }

  private showReadAs(options: SourceOptions): ReadAsForm {
    this.readAsForm ??= new ReadAsForm({
      host: this.host,
      options,
      onChoose: (chosen) => this.keepDraft(chosen),
      onApply: (chosen) => {
        this.closeReadAs();
        this.readWith(chosen);
      },
      onClose: () => this.closeReadAs(),
    });
    this.keepDraft(this.state.draft ?? options);
    this.frame.setDetails(this.readAsLines, this.readAsForm.element);
    return this.readAsForm;
  }

  private closeReadAs(): void {
    this.readAsForm?.close();
    this.readAsForm = undefined;
    this.keepDraft(undefined);
    this.frame.setDetails(this.readAsLines);
    this.readAsButton.focus();
  }

  private keepDraft(draft: SourceOptions | undefined): void {
    this.state.draft = draft;
    this.save();
  }

  private get asText(): Action[] {
    return this.isEditor ? [{ label: t('Open as Text'), run: this.does('openAsText') }] : [];
  }

  private drawFailure(failure: Failure): void {
    const reload = this.does('reload');
    if (failure.code === 'empty-file')
      return this.frame.show(emptyState(failure.message, failure.remedy, { label: t('Reload'), run: reload }));
    const remedies = misread.has(failure.code) ? [this.readAs] : [];
    this.frame.showFailure(failure, reload, ...remedies, ...(failure.code === 'file-not-found' ? [] : this.asText));
  }

  /** There is no document: none was read before the reading was stopped, or none is in the file. The findings say why. */
  private drawNothing(): void {
    const { file, skipped, state: reading } = this.snapshot.splits[0];
    if (reading === 'cancelled') return this.drawStopped();
    const text = skipped ? t('The findings below say why.') : t('{0} was read to its end.', file);
    const title = skipped ? t('No record could be read') : t('There is no document');
    const state = emptyState(title, text, this.readAs, ...this.asText);
    this.frame.show(state, skipped > 0 && new Findings(this).element);
  }

  private drawStopped(): void {
    const again = { label: t('Read Again'), run: this.does('reload') };
    this.frame.show(emptyState(t('Nothing was read yet'), t('Reading was stopped before the first document.'), again));
  }

  private build(): void {
    if (this.parts) return;
    const documents = new Documents(this);
    const parts = {
      overview: new Overview(this),
      labels: new Labels(this),
      documents,
      words: new Words(this),
      cooccurrence: new Cooccurrence(this),
      quality: new Quality(this),
      comparison: new Comparison(this),
      findings: new Findings(this),
    };
    const titles: Record<TabId, string> = {
      overview: t('Overview'),
      labels: t('Labels'),
      documents: t('Documents'),
      words: t('Words'),
      cooccurrence: t('Co-occurrence'),
      quality: t('Quality'),
      comparison: t('Compare'),
      findings: t('Reading Problems'),
    };
    this.parts = parts;
    this.tabs = tabs({
      label: t('Dataset'),
      titles,
      parts,
      selected: this.state.tab,
      onSelect: (id) => {
        this.state.tab = id;
        this.save();
        this.showList(id);
      },
    });
    this.frame.show(this.tabs.element);
    if (analysisTabs.has(this.state.tab)) parts[this.state.tab].update(); // an analysis begins when its tab is opened
  }

  private drawHeader(): void {
    const { latest } = this;
    this.reading.element.hidden = !this.isReading;
    if (!latest) return;
    const [first] = latest.splits;
    this.frame.setSubtitle(
      pathOf(first),
      first.format && `${first.format}: ${first.reason}`,
      scriptLine(first),
      latest.labelNamesFile && t('label names from {0}', fileName(latest.labelNamesFile)),
    );
    this.drawReadAs(latest.splits);
    const now = latest.splits.find(({ state }) => state === 'reading');
    if (!now) return;
    const done = latest.splits.reduce((sum, { statistics }) => sum + statistics.documents, 0);
    const text = `${t('Reading {0}: {1} of {2}', partName(now.split).toLowerCase(), bytes(now.bytesRead), bytes(now.totalBytes))} · ${amount.documents(done)}`;
    this.reading.set(now.totalBytes ? now.bytesRead / now.totalBytes : undefined, text);
  }

  /** Anew only where something else is to be read there. */
  private drawReadAs(splits: DatasetSnapshot['splits']): void {
    const key = JSON.stringify(splits.map(({ readAs }) => readAs));
    if (key === this.readAsShown) return;
    this.readAsShown = key;
    const lines = readAsLines(splits, (option) => this.openReadAs(option));
    keepingFocus(this.readAsLines, () => replaceChildren(this.readAsLines, ...lines));
  }
}

function scriptLine({ statistics: { script, tokenizer } }: DatasetSnapshot['splits'][number]): string | undefined {
  if (!script || !isMentionable(script)) return undefined;
  return t(
    '{0} ({1} of the letters): no spaces between words, which are those of the tokenizer {2}',
    script.name,
    percentOf(script),
    tokenizer,
  );
}

new DatasetPage();

/** What is to be known about the content below: that it is stale, partial, or not all that the files hold. */
export function banners(
  { splits, notes }: DatasetSnapshot,
  staleFile: string | undefined,
  reload: () => void,
  readAsLatin1: () => void,
): HTMLElement[] {
  const shown: HTMLElement[] = [];
  if (staleFile !== undefined)
    shown.push(
      banner('stale', t('{0} has changed since it was read.', fileName(staleFile)), {
        label: t('Reload'),
        run: reload,
      }),
    );
  const documents = splits.reduce((sum, { statistics }) => sum + statistics.documents, 0);
  if (documents > 0 && splits.some(({ state }) => state === 'cancelled'))
    shown.push(
      banner('partial', t('Reading was stopped after {0}; all below is of these alone.', amount.documents(documents)), {
        label: t('Read Again'),
        run: reload,
      }),
    );
  for (const { split, state, failure } of splits)
    if (state === 'failed' && failure && documents > 0)
      shown.push(banner('warning', `${partName(split)}: ${failure.message}. ${failure.remedy}`));
  const undecodable = splits.reduce((sum, { findings }) => sum + (findings.undecodable ?? 0), 0);
  if (undecodable > 0)
    shown.push(
      banner(
        'warning',
        t(
          '{0} are not valid UTF-8 and were left out. If the file is Latin-1, set "encoding": "latin1".',
          amount.lines(undecodable),
        ),
        { label: t('Read as Latin-1'), run: readAsLatin1 },
      ),
    );
  const skipped = splits.reduce((sum, split) => sum + split.skipped, 0) - undecodable;
  if (skipped > 0)
    shown.push(
      banner('warning', t('{0} records could not be read and were left out: see Reading Problems.', count(skipped))),
    );
  shown.push(...correctionBanners(splits));
  if (splits[0].bagOfWords)
    shown.push(
      banner(
        'info',
        t('A bag of words: there is no word order, which XML-CNN needs. A linear model can be trained on this set.'),
      ),
    );
  for (const note of notes) shown.push(banner('info', t('The label names were not used: {0}', note)));
  return shown;
}

/** What became of the corrections beside the files. */
function correctionBanners(splits: DatasetSnapshot['splits']): HTMLElement[] {
  const sum = (of: 'applied' | 'refused'): number =>
    splits.reduce((all, { corrected }) => all + (corrected?.[of] ?? 0), 0);
  const [applied, refused] = [sum('applied'), sum('refused')];
  const shown: HTMLElement[] = [];
  if (applied > 0)
    shown.push(banner('info', t('Corrected documents, shown with their corrected labels: {0}.', count(applied))));
  if (refused > 0)
    shown.push(
      banner(
        'warning',
        t('Corrections not applied, as the documents have changed since: {0}. See Reading Problems.', count(refused)),
      ),
    );
  return shown;
}
