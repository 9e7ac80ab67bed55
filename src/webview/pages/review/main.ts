/** Review Labels: the documents whose labels may be wrong, one at a time, with what the model says and the documents most like it. */
import type { LabelEvidence } from '../../../core/predict/highlights.ts';
import type {
  ReviewDocument,
  ReviewItem,
  ReviewKind,
  ReviewLabel,
  ReviewOverview,
} from '../../../core/predict/reviewApi.ts';
import { count, fileName, percent } from '../../amounts.ts';
import { connect } from '../../host.ts';
import { t } from '../../l10n.ts';
import type { PageEvent } from '../../protocol.ts';
import {
  banner,
  button,
  checkbox,
  dropdown,
  el,
  emptyState,
  link,
  PageFrame,
  replaceChildren,
} from '../../ui/index.ts';
import { restoredState } from './reviewState.ts';
import './review.css';

const kindNames: Record<ReviewKind, string> = {
  false: t('Predicted, not labelled'),
  missed: t('Labelled, not predicted'),
  contradictory: t('Same text, other labels'),
  near: t('Nearly the same text, other labels'),
  unlabelled: t('No label'),
};
const kinds = Object.keys(kindNames) as ReviewKind[];

class ReviewPage {
  private readonly host = connect<'review'>((message) => this.receive(message));
  private readonly state = restoredState(this.host.getState());
  private readonly frame = new PageFrame(t('Review labels'));
  private readonly toolbar = el('div', { class: 'toolbar' });
  private readonly status = el('p', { class: 'muted', attributes: { 'aria-live': 'polite' } });
  private readonly reader = el('div', { class: 'review' });
  private overview: ReviewOverview | undefined;
  private item: ReviewItem | undefined;
  private shown: ReviewDocument | undefined;
  private total = 0;
  private latest = 0;

  constructor() {
    document.addEventListener('keydown', (event) => this.onKey(event));
    this.frame.showLoading(t('Reading the documents…'));
  }

  private receive(message: PageEvent<'review'>): void {
    switch (message.type) {
      case 'opening':
        Object.assign(this.state, message.state);
        this.save();
        this.overview = undefined;
        this.frame.setTitle(t('Review labels of {0}', message.name));
        this.frame.setSubtitle(message.state.path);
        return this.frame.showLoading(t('Reading the documents…'));
      case 'progress':
        if (message.event.type === 'progress' && message.event.total > 0)
          this.frame.showLoading(t('Reading the documents… {0}', percent(message.event.done / message.event.total)));
        return;
      case 'opened':
        return this.open(message.overview);
      case 'failed':
        return this.frame.showFailure(message.failure, () => void this.host.call('reload', undefined));
      case 'cancelled':
        return this.frame.show(
          emptyState(t('Stopped'), t('Reading was stopped.'), {
            label: t('Read Again'),
            run: () => void this.host.call('reload', undefined),
          }),
        );
      case 'stale':
        return this.frame.setBanners(
          banner('warning', t('The dataset has changed on disk since it was read.'), {
            label: t('Read Again'),
            run: () => void this.host.call('reload', undefined),
          }),
        );
    }
  }

  private save(): void {
    this.host.setState(this.state);
  }

  private open(overview: ReviewOverview): void {
    this.overview = overview;
    this.frame.setBanners();
    this.frame.setActions(
      button(t('Choose Model'), () => void this.host.call('chooseModel', undefined), { appearance: 'secondary' }),
      button(t('Write Corrected Copy…'), () => void this.host.call('writeCopy', undefined), {
        appearance: 'secondary',
      }),
    );
    this.frame.show(this.toolbar, this.status, this.reader);
    this.drawToolbar();
    this.go(this.state.at);
  }

  private drawToolbar(): void {
    const { overview } = this;
    if (!overview) return;
    const all = kinds.reduce((sum, kind) => sum + overview.counts[kind], 0);
    replaceChildren(
      this.toolbar,
      dropdown({
        label: t('Queue'),
        value: this.state.kind,
        options: [
          { value: 'all', label: `${t('Everything doubtful')} (${count(all)})` },
          ...kinds.map((kind) => ({ value: kind, label: `${kindNames[kind]} (${count(overview.counts[kind])})` })),
        ],
        onChange: (value) => {
          this.state.kind = value as ReviewKind | 'all';
          this.go(0);
        },
      }),
      checkbox({
        label: t('Decided ones too'),
        checked: this.state.withDecided,
        onChange: (checked) => {
          this.state.withDecided = checked;
          this.go(0);
        },
      }),
    );
    this.frame.setSubtitle(
      this.state.path,
      overview.model === undefined ? t('no model') : t('model {0}', overview.model),
      t('decided: {0}', count(overview.decided)),
    );
  }

  /** Shows the document at a place of the queue; behind its end the last. */
  private go(at: number): void {
    this.frame.perform(async () => {
      const request = ++this.latest;
      const query = {
        kind: this.state.kind === 'all' ? undefined : this.state.kind,
        withDecided: this.state.withDecided,
      };
      let offset = Math.max(0, at);
      let page = await this.host.call('queue', { ...query, offset, limit: 1 });
      if (page.rows.length === 0 && page.total > 0) {
        offset = page.total - 1;
        page = await this.host.call('queue', { ...query, offset, limit: 1 });
      }
      if (request !== this.latest) return;
      this.state.at = offset;
      this.total = page.total;
      this.save();
      this.item = page.rows.at(0);
      await this.show(this.item?.document, request);
    });
  }

  private async show(document: number | undefined, request = ++this.latest): Promise<void> {
    if (document === undefined) {
      this.shown = undefined;
      this.status.textContent = '';
      return replaceChildren(
        this.reader,
        emptyState(
          t('Nothing is left in this queue'),
          this.overview?.model === undefined
            ? t('Choose a model: its doubts are what is looked at next.')
            : t('Choose another queue, or write a corrected copy.'),
        ),
      );
    }
    const shown = await this.host.call('document', { document });
    if (request !== this.latest) return;
    this.shown = shown;
    this.draw(shown);
  }

  private draw(shown: ReviewDocument): void {
    const { item } = this;
    this.status.textContent = t('Document {0} of {1}', count(this.state.at + 1), count(this.total));
    const evidence = el('div', { class: 'review-evidence', attributes: { 'aria-live': 'polite' } });
    const own = el(
      'section',
      { class: 'review-own', attributes: { 'aria-label': t('Document') } },
      el(
        'h2',
        {},
        link(shown.id, () => void this.host.call('openRecord', { line: shown.line, id: shown.id })),
      ),
      item && el('p', { class: 'review-why' }, whyText(item)),
      this.actions(shown),
      el('p', { class: 'review-text', attributes: { dir: 'auto' } }, shown.text),
      shown.omitted > 0 && el('p', { class: 'muted' }, t('{0} characters more are not shown.', count(shown.omitted))),
      this.labels(shown, evidence),
      evidence,
      shown.reason !== undefined && el('p', { class: 'muted' }, t('Note: {0}', shown.reason)),
    );
    replaceChildren(this.reader, own, this.like(shown));
    const asked = item?.label && shown.labels.find(({ name }) => name === item.label?.name);
    if (asked) void this.showEvidence(shown, asked, evidence);
  }

  private labels(shown: ReviewDocument, evidence: HTMLElement): HTMLElement {
    const rows = shown.labels.map((label) => {
      const change = (isOn: boolean): void => {
        const labels = shown.labels.filter(({ name, isOn: was }) => (name === label.name ? isOn : was));
        this.decide(
          labels.map(({ name }) => name),
          false,
        );
      };
      const box = el('input', {
        attributes: { type: 'checkbox', checked: label.isOn },
        on: { change: (event) => change((event.target as HTMLInputElement).checked) },
      });
      const isAsked = this.item?.label?.name === label.name;
      return el(
        'li',
        { class: isAsked ? 'review-label asked' : 'review-label' },
        el('label', { attributes: { title: label.name } }, box, el('span', {}, label.display ?? label.name)),
        label.probability !== undefined && el('span', { class: 'muted' }, percent(label.probability)),
        label.isPredicted && el('span', { class: 'badge' }, t('predicted')),
        label.isOn !== label.isInFile && el('span', { class: 'badge' }, label.isOn ? t('added') : t('removed')),
        label.id !== undefined && link(t('Why?'), () => void this.showEvidence(shown, label, evidence)),
      );
    });
    return el('ul', { class: 'review-labels', attributes: { 'aria-label': t('Labels') } }, ...rows);
  }

  private actions(shown: ReviewDocument): HTMLElement {
    const keyed = (label: string, key: string, run: () => void, appearance: 'primary' | 'secondary' = 'secondary') =>
      button(`${label} (${key})`, run, { appearance });
    return el(
      'div',
      { class: 'toolbar' },
      this.item && suggestion(this.item, shown) && keyed(t('Accept'), 'A', () => this.accept(), 'primary'),
      keyed(t('Labels Are Right'), 'R', () => this.reject()),
      keyed(t('Add Label…'), 'L', () => this.add()),
      keyed(t('Note…'), 'M', () => this.note()),
      keyed(t('Undo'), 'U', () => this.undo()),
      keyed(t('Previous'), 'P', () => this.go(this.state.at - 1)),
      keyed(t('Next'), 'N', () => this.next()),
    );
  }

  private like({ like }: ReviewDocument): HTMLElement {
    const library = this.overview?.library ?? '';
    const cards = like.map(({ id, snippet, labels, similarity }) =>
      el(
        'li',
        {},
        el('p', { class: 'muted' }, `${id} · ${percent(similarity)}`),
        el(
          'p',
          { class: 'review-like-labels' },
          labels.map(({ name, display }) => display ?? name).join(', ') || t('no label'),
        ),
        el('p', { attributes: { dir: 'auto' } }, snippet),
      ),
    );
    return el(
      'section',
      { class: 'review-like', attributes: { 'aria-label': t('Documents most like it') } },
      el('h2', {}, t('Most like it')),
      el('p', { class: 'muted' }, t('By TF-IDF, in {0}', fileName(library))),
      cards.length > 0 ? el('ul', {}, ...cards) : el('p', {}, t('No document shares a word with it.')),
    );
  }

  private async showEvidence(shown: ReviewDocument, label: ReviewLabel, into: HTMLElement): Promise<void> {
    if (label.id === undefined) return;
    const evidence = await this.host.call('evidence', { document: shown.document, label: label.id });
    if (evidence && this.shown === shown) replaceChildren(into, evidenceText(label, evidence));
  }

  // What keys and buttons do.

  private onKey(event: KeyboardEvent): void {
    const isTyping = event.target instanceof HTMLElement && /^(?:input|select|textarea)$/i.test(event.target.tagName);
    const isBox = event.target instanceof HTMLInputElement && event.target.type === 'checkbox';
    if ((isTyping && !isBox) || event.ctrlKey || event.metaKey || event.altKey || !this.overview) return;
    if (event.target instanceof HTMLElement && event.target.closest('vscode-dropdown')) return;
    const actions: Record<string, () => void> = {
      a: () => this.accept(),
      r: () => this.reject(),
      l: () => this.add(),
      m: () => this.note(),
      u: () => this.undo(),
      n: () => this.next(),
      p: () => this.go(this.state.at - 1),
    };
    const act = actions[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What was decided on has left the queue: the next stands in its place. */
  private next(): void {
    const hasLeft = this.shown?.isDecided === true && !this.state.withDecided;
    this.go(hasLeft ? this.state.at : this.state.at + 1);
  }

  private accept(): void {
    const { item, shown } = this;
    const labels = item && shown && suggestion(item, shown);
    if (labels) this.decide(labels, true);
  }

  private reject(): void {
    if (this.shown) this.decide(present(this.shown), true);
  }

  private add(): void {
    const { shown } = this;
    if (!shown) return;
    this.frame.perform(async () => {
      const label = await this.host.call('chooseLabel', { present: present(shown) });
      if (label !== undefined && this.shown === shown) this.decide([...present(shown), label], false);
    });
  }

  private note(): void {
    const { shown } = this;
    if (!shown) return;
    this.frame.perform(async () => {
      const reason = await this.host.call('askReason', { reason: shown.reason });
      if (reason !== undefined && this.shown === shown) this.decide(present(shown), false, reason);
    });
  }

  /** @param goesOn whether the next document is shown; else this one stays */
  private decide(labels: string[], goesOn: boolean, reason = this.shown?.reason): void {
    const { shown } = this;
    if (!shown) return;
    this.shown = undefined; // a further key is for what is shown then, not for this document once more
    const stay = (): void => void (this.shown = shown);
    this.frame.perform(async () => {
      const decided = this.host.call('decide', { document: shown.document, labels, reason });
      const overview = await decided.catch((error: unknown) => {
        stay();
        throw error;
      });
      if (!overview) return stay();
      this.overview = overview;
      this.drawToolbar();
      if (goesOn) this.go(this.state.withDecided ? this.state.at + 1 : this.state.at);
      else await this.show(shown.document);
    });
  }

  private undo(): void {
    this.frame.perform(async () => {
      const undone = await this.host.call('undo', undefined);
      if (!undone) return t('There is no decision to take back.');
      this.overview = undone.overview;
      this.drawToolbar();
      if (undone.document === undefined) this.go(this.state.at);
      else await this.show(undone.document);
      return undefined;
    });
  }
}

const present = ({ labels }: ReviewDocument): string[] => labels.filter(({ isOn }) => isOn).map(({ name }) => name);

/** The labels that the queue proposes; undefined where it proposes none. */
function suggestion({ kind, label }: ReviewItem, shown: ReviewDocument): string[] | undefined {
  const own = present(shown);
  if (kind === 'false' && label && !own.includes(label.name)) return [...own, label.name];
  if (kind === 'missed' && label && own.includes(label.name)) return own.filter((name) => name !== label.name);
  const predicted = shown.labels.filter(({ isPredicted }) => isPredicted).map(({ name }) => name);
  return kind === 'unlabelled' && predicted.length > 0 ? predicted : undefined;
}

function whyText({ kind, label, sureness }: ReviewItem): string {
  const name = label?.display ?? label?.name ?? '';
  if (kind === 'false')
    return t('The model predicts “{0}” ({1}), and the document does not have it.', name, percent(sureness ?? 0));
  if (kind === 'missed')
    return t('The document has “{0}”, which the model gives {1}.', name, percent(1 - (sureness ?? 0)));
  return kindNames[kind];
}

function evidenceText({ name, display }: ReviewLabel, evidence: LabelEvidence): HTMLElement {
  const list = (parts: LabelEvidence['for']): string =>
    parts
      .slice(0, 6)
      .map(({ text }) => text)
      .join(', ');
  return el(
    'dl',
    {},
    el('dt', {}, t('For “{0}”', display ?? name)),
    el('dd', {}, list(evidence.for) || t('nothing')),
    el('dt', {}, t('Against it')),
    el('dd', {}, list(evidence.against) || t('nothing')),
  );
}

new ReviewPage();
