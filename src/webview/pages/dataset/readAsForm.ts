/** Read As: the choices of how a dataset is read, beside its first rows as they would be read. */
import { Cancelled } from '../../../core/base/errors.ts';
import type { SourceOptions } from '../../../core/data/document.ts';
import type { DocumentLabel } from '../../../core/explore/inspectionApi.ts';
import type { ReadingPreview } from '../../../core/explore/readingPreview.ts';
import type { Host } from '../../host.ts';
import {
  asFailure,
  button,
  dropdown,
  el,
  failedState,
  replaceChildren,
  SearchStatus,
  textField,
  uniqueId,
} from '../../ui/index.ts';
import { amount, count, mean } from '../../amounts.ts';
import { t } from '../../l10n.ts';
import { readAsLine } from './datasetReadAs.ts';
import { fieldGroups, typedText, withTyped, type ReadingField } from './readAsFields.ts';

/** Milliseconds without another choice, or another key, after which the rows are read. */
const pause = 250;

interface ReadAsFormOptions {
  host: Host<'dataset'>;
  /** Those of the reading that is shown, or of choices that were not applied yet. */
  options: SourceOptions;
  /** Called with every choice. */
  onChoose(options: SourceOptions): void;
  onApply(options: SourceOptions): void;
  onClose(): void;
}

export class ReadAsForm {
  readonly element: HTMLElement;
  private options: SourceOptions;
  /** A choice that is reached by the keyboard must not lie below the rows; under a mouse nothing may move. */
  private readonly controls = el('div', {
    on: { keyup: ({ key, target }) => key === 'Tab' && intoView(target as Element) },
  });
  private readonly found = new Map<keyof SourceOptions, HTMLElement>();
  private readonly rows = el('div', { class: 'reading-rows' });
  private readonly status = new SearchStatus();
  private waiting: number | undefined;
  private asking = new AbortController();

  constructor(private readonly given: ReadAsFormOptions) {
    this.options = given.options;
    const title = uniqueId('read-as');
    this.element = el(
      'section',
      { class: 'card reading', attributes: { 'aria-labelledby': title } },
      el('h2', { attributes: { id: title } }, t('Read As')),
      el(
        'p',
        { class: 'muted' },
        t('What is left empty is found from the content. Nothing changes until you apply it.'),
      ),
      el(
        'div',
        { class: 'reading-parts' },
        el('div', { class: 'reading-preview' }, this.buttons(), this.status.element, this.rows),
        this.controls,
      ),
    );
    this.drawControls();
    void this.preview();
  }

  /** Brings a choice into view; the first where none is meant. */
  focus(option?: keyof SourceOptions): void {
    const selector = option === undefined ? '[data-option]' : `[data-option="${option}"]`;
    const control = this.controls.querySelector<HTMLElement>(selector);
    if (!control) return;
    control.focus();
    intoView(control);
  }

  /** Ends what is being read for the preview. */
  close(): void {
    clearTimeout(this.waiting);
    this.asking.abort();
  }

  private buttons(): HTMLElement {
    return el(
      'div',
      { class: 'actions' },
      button(t('Apply'), () => this.given.onApply(this.options), { appearance: 'primary' }),
      button(t('Cancel'), () => this.given.onClose()),
      button(t('Find All From the Content'), () => {
        this.choose({});
        this.drawControls();
      }),
    );
  }

  private drawControls(): void {
    this.found.clear();
    const groups = fieldGroups().map(({ title, fields }) =>
      el('fieldset', { class: 'reading-group' }, el('legend', {}, title), ...fields.map((field) => this.field(field))),
    );
    replaceChildren(this.controls, ...groups);
  }

  private field(field: ReadingField): HTMLElement {
    const found = el('span', { class: 'muted found', attributes: { id: uniqueId('found') } });
    this.found.set(field.key, found);
    const control = this.control(field);
    const target = control.querySelector<HTMLElement>('vscode-dropdown') ?? control;
    target.dataset.option = field.key;
    target.setAttribute('aria-describedby', found.id);
    target.title = field.key;
    return el('div', { class: 'reading-field' }, control, field.kind === 'file' && this.fileButton(field), found);
  }

  private control(field: ReadingField): HTMLElement {
    const { label, hint: placeholder } = field;
    const value = typedText(field, this.options);
    const onChange = (text: string): void => this.choose(withTyped(this.options, field, text));
    if (field.kind !== 'choice' && field.kind !== 'yesNo')
      return textField({ label, placeholder, value, onInput: onChange });
    const known = field.choices ?? [
      { value: 'yes', label: t('yes') },
      { value: 'no', label: t('no') },
    ];
    const others = known.some((choice) => choice.value === value) || value === '' ? [] : [{ value, label: value }];
    return dropdown({ label, options: [{ value: '', label: t('As found') }, ...known, ...others], value, onChange });
  }

  private fileButton(field: ReadingField): HTMLElement {
    return button(t('Choose…'), () => void this.chooseFile(field), { tooltip: field.label });
  }

  private async chooseFile(field: ReadingField): Promise<void> {
    const file = await this.given.host.call('chooseFile', { title: field.label });
    if (file === undefined) return;
    this.choose(withTyped(this.options, field, file));
    this.drawControls();
    this.focus(field.key);
  }

  private choose(options: SourceOptions): void {
    this.options = options;
    this.given.onChoose(options);
    this.asking.abort();
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.preview(), pause);
  }

  /** Reads the first rows; the next choice ends that. */
  private async preview(): Promise<void> {
    const asking = (this.asking = new AbortController());
    const { host } = this.given;
    try {
      const options = this.options;
      const preview = await this.status.during(asking.signal, (signal) =>
        host.call('preview', { options }, { signal }),
      );
      if (!asking.signal.aborted) this.show(preview);
    } catch (error) {
      if (asking.signal.aborted) return;
      if (error instanceof Cancelled) this.status.say(t('Stopped. The rows are those of the choices before.'));
      else replaceChildren(this.rows, failedState(asFailure(error)));
    }
  }

  private show(preview: ReadingPreview): void {
    for (const { key, kind } of fieldGroups().flatMap(({ fields }) => fields)) {
      const text = this.options[key] === undefined ? typedText({ key, kind }, preview.options) : '';
      replaceChildren(this.found.get(key)!, text && t('found: {0}', text));
      this.found.get(key)!.title = text;
    }
    const scrolled = this.rows.scrollTop;
    replaceChildren(this.rows, ...previewParts(preview, (option) => this.focus(option)));
    this.rows.scrollTop = scrolled;
  }
}

const intoView = (control: Element): void => control.closest('.reading-field')?.scrollIntoView({ block: 'nearest' });

function previewParts(preview: ReadingPreview, onOption: (option: keyof SourceOptions) => void): (Node | false)[] {
  const { format, reason, fields, rows, skipped, firstSkipped } = preview;
  return [
    el('p', { attributes: { role: 'status', title: reason } }, `${format} · ${summary(preview)}`),
    readAsLine(preview.readAs, t('Would be read as'), onOption) ?? false,
    fields.length > 0 && el('p', { class: 'muted fields' }, t('Fields of the file: {0}', fieldList(fields))),
    skipped > 0 &&
      firstSkipped !== undefined &&
      el(
        'p',
        { class: 'muted' },
        t('The first that was left out, line {0}: {1}', count(firstSkipped.line), firstSkipped.message),
      ),
    rows.length > 0 && previewTable(preview),
  ];
}

const mostFields = 40;

const fieldList = (fields: ReadingPreview['fields']): string =>
  fields.length > mostFields
    ? `${fields.slice(0, mostFields).join(', ')}, … (${count(fields.length)})`
    : fields.join(', ');

function summary({ figures, isWhole, skipped }: ReadingPreview): string {
  const { documents, unlabelled, labels, labelsPerDocument } = figures;
  const leftOut = skipped > 0 ? t('{0} records would be left out', count(skipped)) : '';
  if (documents === 0) return [t('No document would be read'), leftOut].filter(Boolean).join('; ');
  const looked = isWhole ? amount.documents(documents) : t('The first {0} documents', count(documents));
  const without = unlabelled > 0 ? t('{0} without a label', count(unlabelled)) : '';
  const perDocument = t('{0} labels, {1} a document', count(labels), mean(labelsPerDocument.mean));
  return `${looked}: ${[perDocument, without, leftOut].filter(Boolean).join('; ')}`;
}

function previewTable({ rows }: ReadingPreview): HTMLElement {
  const head = [t('Id'), t('Labels'), t('Text')].map((title) => el('th', { attributes: { scope: 'col' } }, title));
  return el(
    'table',
    { attributes: { 'aria-label': t('The first rows, as they would be read') } },
    el('thead', {}, el('tr', {}, ...head)),
    el(
      'tbody',
      {},
      ...rows.map(({ id, labels, labelCount, snippet }) =>
        el(
          'tr',
          {},
          el('td', {}, el('span', { class: 'id', attributes: { title: id } }, id)),
          el('td', {}, labelChips(labels, labelCount)),
          el('td', {}, el('div', { class: 'snippet' }, snippet)),
        ),
      ),
    ),
  );
}

function labelChips(labels: readonly DocumentLabel[], all: number): HTMLElement {
  const chip = ({ name, display }: DocumentLabel): HTMLElement =>
    el('li', { class: 'chip' }, display ?? name, display !== undefined && el('span', { class: 'muted' }, ` ${name}`));
  return el(
    'div',
    { class: 'labels' },
    el('span', { class: 'muted' }, all === 0 ? t('none') : count(all)),
    el(
      'ul',
      { class: 'plain chips' },
      ...labels.map(chip),
      all > labels.length && el('li', { class: 'muted' }, `+${count(all - labels.length)}`),
    ),
  );
}
