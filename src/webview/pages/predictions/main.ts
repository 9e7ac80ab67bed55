/** Predictions: what a run predicts for the documents of a split or a file, or for one text, and why. */
import type { Scored, ScoredSet, ScoredText } from '../../../core/predict/scored.ts';
import type { Split } from '../../../core/base/splits.ts';
import type { RunEvent } from '../../../core/base/events.ts';
import { connect } from '../../host.ts';
import type { Failure } from '../../../core/base/errors.ts';
import type { PageEvent } from '../../protocol.ts';
import {
  banner,
  button,
  dropdown,
  el,
  emptyState,
  failedState,
  PageFrame,
  progress,
  tabs,
  type Action,
  type ProgressElement,
  type Tabs,
} from '../../ui/index.ts';
import { type Chosen, chosenOf, type Context, restoredState, type TabId } from './predictionsState.ts';
import { Confusion } from './predictionsConfusion.ts';
import { Documents } from './predictionsDocuments.ts';
import { amount, count, share } from '../../amounts.ts';
import { Labels } from './predictionsLabels.ts';
import { Reader } from './predictionsReader.ts';
import { thresholdBar } from './thresholdBar.ts';
import { t } from '../../l10n.ts';
import './predictions.css';

/** Milliseconds that the threshold rests before lists are asked for again. */
const pause = 150;
const splitNames: Record<Split, string> = { test: t('Test'), validation: t('Validation'), train: t('Training') };
const documentNames: Record<Split, string> = {
  test: t('Test Documents'),
  validation: t('Validation Documents'),
  train: t('Training Documents'),
};
const ofSplit: Record<Split, (file: string) => string> = {
  test: (file) => t('Test documents of {0}', file),
  validation: (file) => t('Validation documents of {0}', file),
  train: (file) => t('Training documents of {0}', file),
};

class PredictionsPage implements Context {
  readonly host = connect<'predictions'>((message) => this.receive(message));
  readonly state = restoredState(this.host.getState());
  private latest: Scored | undefined;
  private stale: 'model' | 'file' | undefined;
  private documents: Documents | undefined;
  private labels: Labels | undefined;
  private confusion: Confusion | undefined;
  private reader: Reader | undefined;
  private tabs: Tabs<TabId> | undefined;
  private loading: ProgressElement | undefined;
  private resting?: ReturnType<typeof setTimeout>;
  private readonly frame = new PageFrame('');
  readonly perform = this.frame.perform;

  get scored(): Scored {
    if (!this.latest) throw new Error('Nothing was opened yet.');
    return this.latest;
  }

  get threshold(): Chosen {
    return chosenOf(this.state, this.scored);
  }

  save(): void {
    this.host.setState(this.state);
  }

  showDocuments(...[label, verdict, states = []]: Parameters<Context['showDocuments']>): void {
    Object.assign(this.state, { label, verdict, states, tab: 'documents' });
    this.state.evidenceFor = label.id;
    this.state.reading = undefined;
    this.save();
    this.tabs?.select('documents');
    this.documents?.restart();
  }

  private does(
    method:
      | 'evaluate'
      | 'export'
      | 'reload'
      | 'cancel'
      | 'chooseFile'
      | 'resume'
      | 'showWholeFile'
      | 'manageTrust'
      | 'reviewLabels',
  ) {
    return (): void => this.perform(() => this.host.call(method, undefined));
  }

  private receive(message: PageEvent<'predictions'>): void {
    switch (message.type) {
      case 'opening':
        return this.opening(message);
      case 'progress':
        return this.tellProgress(message.event);
      case 'opened':
        return this.opened(message.scored);
      case 'failed':
        return this.perform(() => this.failed(message.failure));
      case 'cancelled':
        return this.perform(() =>
          this.drawWithSplits(() =>
            emptyState(t('Stopped'), t('Predictions need the scores of all documents.'), this.retry(t('Start Again'))),
          ),
        );
      case 'stale':
        this.stale = this.latest?.file === message.file ? 'file' : 'model';
        return this.drawBanners();
    }
  }

  private opening({ state, run }: Extract<PageEvent<'predictions'>, { type: 'opening' }>): void {
    const isOther = JSON.stringify(this.state.target) !== JSON.stringify(state.target);
    if (isOther)
      Object.assign(this.state, {
        reading: undefined,
        evidenceFor: undefined,
        label: undefined,
        verdict: undefined,
        search: '',
        states: [],
      });
    this.state.against = undefined;
    Object.assign(this.state, state);
    this.save();
    this.frame.setTitle(run);
    this.frame.setSubtitle();
    this.latest = this.stale = undefined;
    this.frame.setActions();
    this.frame.clearNotice();
    this.drawBanners();
    this.loading = progress(t('Opening the model'));
    const cancel = button(t('Cancel'), this.does('cancel'), { icon: 'stop' });
    this.drawInstead(el('section', { class: 'state', attributes: { role: 'status' } }, this.loading.element, cancel));
  }

  private tellProgress(event: RunEvent): void {
    if (event.type === 'phase')
      this.loading?.set(undefined, event.phase === 'reading' ? t('Reading the documents') : t('Evaluating'));
    if (event.type !== 'progress') return;
    const { done, total, unit, rate, secondsLeft } = event;
    const left = Number.isFinite(secondsLeft) && secondsLeft >= 1 ? [t('{0} s left', Math.ceil(secondsLeft))] : [];
    const text =
      unit === 'bytes'
        ? t('Reading the documents')
        : [
            t('Evaluating: {0} of {1}', count(done), amount.documents(total)),
            t('{0} per second', count(rate)),
            ...left,
          ].join(' · ');
    this.loading?.set(total > 0 ? done / total : undefined, text);
  }

  private drawInstead(content: HTMLElement): void {
    this.documents = this.labels = this.confusion = this.reader = this.tabs = undefined;
    this.frame.show(content);
  }

  private retry(label: string): Action {
    return { label, run: this.does('reload') };
  }

  private async failed(failure: Failure): Promise<void> {
    if (failure.code === 'untrusted')
      return this.drawInstead(
        emptyState(t('Restricted Mode'), t('Models of a workspace predict only where it is trusted.'), {
          label: t('Manage Workspace Trust'),
          run: this.does('manageTrust'),
        }),
      );
    await this.drawWithSplits((splits) => this.failedContent(failure, splits));
  }

  private failedContent(failure: Failure, splits: Split[]): HTMLElement {
    const { code, message, remedy } = failure;
    if (code === 'no-checkpoint' || code === 'no-best-checkpoint')
      return emptyState(t('This run has no model yet'), `${message}.`, {
        label: t('Resume Training'),
        run: this.does('resume'),
      });
    if (code !== 'no-such-split') return failedState(failure, this.does('reload'));
    const others = splits.map((split): Action => ({
      label: documentNames[split],
      run: () => this.chooseSplit(split),
    }));
    return emptyState(message, remedy, ...others, { label: t('Open File…'), run: this.does('chooseFile') });
  }

  /** In the place of predictions, with the splits of the run to choose from. */
  private async drawWithSplits(content: (splits: Split[]) => HTMLElement): Promise<void> {
    const { loading } = this;
    const splits = await this.host.call('splits', undefined);
    if (this.loading !== loading) return; // something else is being opened by now
    this.drawActions(splits);
    this.drawInstead(content(splits));
  }

  private opened(scored: Scored): void {
    this.latest = scored;
    const selected = scored.kind === 'set' ? scored.selected : undefined;
    if (selected !== undefined && this.state.reading === undefined) this.state.reading = selected;
    this.drawActions(scored.splits);
    this.frame.setSubtitle(...subtitle(scored));
    this.drawBanners();
    if (scored.kind === 'set') this.drawSet(scored);
    else this.drawText();
  }

  private drawActions(splits: readonly Split[]): void {
    const { target } = this.state;
    const split = target?.kind === 'split' ? target.split : '';
    const options = splits.map((name) => ({ value: name as string, label: splitNames[name] }));
    const isMissing = split !== '' && !splits.includes(split);
    const missing = { value: split, label: isMissing ? splitNames[split] : '' };
    const own = {
      value: '',
      label: target?.kind === 'text' ? t('a text') : target?.kind === 'record' ? t('a record') : t('a file'),
    };
    const isRecord = this.latest?.kind === 'text' && this.latest.file !== undefined;
    this.frame.setActions(
      isRecord && button(t('All Documents of This File'), this.does('showWholeFile')),
      dropdown({
        label: t('Documents'),
        options: [...(split === '' ? [own] : []), ...(isMissing ? [missing] : []), ...options],
        value: split,
        onChange: (chosen) => chosen !== '' && this.chooseSplit(chosen as Split),
      }),
      button(t('Review Labels'), this.does('reviewLabels')),
      button(t('Open File…'), this.does('chooseFile')),
      this.latest?.kind === 'set' && button(t('Export…'), this.does('export'), { icon: 'export' }),
      this.latest?.kind === 'set' && button(t('Evaluate Again'), this.does('evaluate'), { icon: 'refresh' }),
    );
  }

  private chooseSplit(split: Split): void {
    this.perform(() => this.host.call('chooseSplit', { split }));
  }

  private drawBanners(): void {
    const { latest } = this;
    const again: Action =
      latest?.kind === 'text'
        ? this.retry(t('Read Again'))
        : { label: t('Evaluate Again'), run: this.does('evaluate') };
    const shown: HTMLElement[] = [];
    if (latest && this.stale === 'model')
      shown.push(banner('stale', t('The run was trained further: this is what its former weights predict.'), again));
    if (latest && this.stale === 'file')
      shown.push(banner('stale', t('The file has changed: this is what was predicted before.'), again));
    if (latest?.kind === 'set') {
      if (latest.stale && !this.stale)
        shown.push(
          banner('stale', t('The file is newer than the scores, which agree with it on a sample only.'), again),
        );
      if (latest.skipped > 0)
        shown.push(banner('partial', t('{0} could not be read and are left out.', amount.records(latest.skipped))));
      if (latest.split === 'validation' && !latest.splits.includes('test'))
        shown.push(
          banner(
            'info',
            t(
              'The config of this run names no test documents: these are those of validation, which the best epoch was chosen by.',
            ),
          ),
        );
    }
    this.frame.setBanners(...shown);
  }

  private drawText(): void {
    const points = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
    const { tunedThreshold: tuned } = this.scored;
    if (tuned !== undefined && !points.includes(tuned)) points.push(tuned);
    const reader = new Reader(this);
    const bar = this.thresholdBar(points.sort((a, b) => a - b).map((threshold) => ({ threshold })));
    this.drawInstead(el('div', { class: 'single' }, bar, reader.element));
    this.reader = reader;
    reader.show(0);
  }

  private drawSet(set: ScoredSet): void {
    const parts = { documents: new Documents(this, set), labels: new Labels(this), confusion: new Confusion(this) };
    const shown = tabs<TabId>({
      label: t('Predictions'),
      titles: { documents: t('Documents'), labels: t('Labels'), confusion: t('Confusions') },
      parts,
      selected: this.state.tab,
      onSelect: (id) => {
        this.state.tab = id;
        this.save();
        if (id === 'confusion') this.confusion?.refresh();
      },
    });
    this.drawInstead(el('div', {}, this.thresholdBar(set.curve), shown.element));
    ({ documents: this.documents, labels: this.labels, confusion: this.confusion } = parts);
    this.tabs = shown;
  }

  private thresholdBar(points: Parameters<typeof thresholdBar>[0]['points']): HTMLElement {
    return thresholdBar({
      points,
      tuned: this.scored.tunedThreshold,
      ways: this.scored.ways,
      value: this.threshold,
      onChange: (chosen) => {
        this.state.way = typeof chosen === 'number' ? undefined : chosen;
        if (typeof chosen === 'number') this.state.threshold = chosen;
        this.save();
        this.documents?.follow();
        this.reader?.update();
        clearTimeout(this.resting);
        this.resting = setTimeout(() => this.refresh(), pause);
      },
    });
  }

  private refresh(): void {
    this.documents?.refresh();
    this.labels?.refresh();
    this.confusion?.refresh();
  }
}

function whichText({ file, line = 0, number }: ScoredText): string {
  if (file === undefined) return t('A text of its own');
  return number === undefined ? t('{0}, line {1}', file, count(line)) : t('{0}, document {1}', file, count(number));
}

function subtitle(scored: Scored): string[] {
  if (scored.kind === 'text') return [whichText(scored)];
  const { split, file, documents, unlabelled, metrics } = scored;
  const ranking = Object.entries(metrics).filter(([name]) => /^(P@|nDCG@(?!1$))/.test(name));
  return [
    split ? ofSplit[split](file) : t('Documents of {0}', file),
    unlabelled > 0
      ? t('{0} ({1} without labels, which count 0)', amount.documents(documents), count(unlabelled))
      : amount.documents(documents),
    ...ranking.map(([name, value]) => `${name}\u00a0${share(value)}`),
  ];
}

new PredictionsPage();
