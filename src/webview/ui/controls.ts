/** Controls of our own, beside those of the toolkit. */
import './controls.css';
import { el, replaceChildren, uniqueId, type Child } from './el.ts';
import { button, spinner, type Choice, type ChoiceOptions } from './toolkit.ts';
import { t } from '../l10n.ts';

export function link(label: string, onClick: () => void): HTMLElement {
  return el('button', { class: 'link', attributes: { type: 'button' }, on: { click: onClick } }, label);
}

/** A few choices side by side, one of them pressed. */
export function segmented<T extends string>(options: ChoiceOptions<T>): HTMLElement {
  const name = uniqueId('segment');
  const segment = ({ value, label }: Choice<T>): HTMLElement => {
    const input = el('input', {
      class: 'visually-hidden',
      attributes: { type: 'radio', name, value, checked: value === options.value },
      on: { change: () => options.onChange(value) },
    });
    return el('label', { class: 'segment' }, input, el('span', {}, label));
  };
  const legend = el('legend', { class: options.hideLabel ? 'visually-hidden' : 'field-label' }, options.label);
  return el(
    'fieldset',
    { class: 'segmented' },
    legend,
    el('span', { class: 'segments' }, ...options.options.map(segment)),
  );
}

/** A small button that is pressed or not, with a sign that says what it does. */
export function toggle(
  label: string,
  sign: string,
  pressed: boolean,
  onChange: (pressed: boolean) => void,
): HTMLElement {
  const show = (isPressed: boolean): void => self.setAttribute('aria-pressed', String(isPressed));
  const press = (): void => {
    pressed = !pressed;
    show(pressed);
    onChange(pressed);
  };
  const attributes = { type: 'button', title: label, 'aria-label': label, 'data-sign': sign };
  const self = el('button', { class: 'toggle', attributes, on: { click: press } });
  show(pressed);
  return self;
}

interface Range {
  from?: number;
  to?: number;
}

/** Two fields for whole numbers, each of which may be empty. */
export function rangeField(label: string, { from, to }: Range, onChange: (range: Range) => void): HTMLElement {
  const field = (name: string, value: number | undefined): HTMLInputElement =>
    el('input', {
      class: 'input amount',
      attributes: { type: 'number', min: 0, step: 1, value, 'aria-label': name },
      on: { change: () => onChange({ from: numberIn(first), to: numberIn(last) }) },
    });
  const [first, last] = [field(t('{0}: at least', label), from), field(t('{0}: at most', label), to)];
  return el('span', { class: 'field' }, el('span', { class: 'field-label' }, label), first, '–', last);
}

const numberIn = ({ value }: HTMLInputElement): number | undefined =>
  value === '' || !Number.isFinite(Number(value)) ? undefined : Math.max(0, Number(value));

interface SliderOptions {
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
  /** How the value is written; as it is by default. */
  format?(value: number): string;
  onInput(value: number): void;
}

export function slider({ label, min, max, step, value, onInput, format = String }: SliderOptions): HTMLElement {
  const output = el('output', { class: 'slider-value' }, format(value));
  const input = el('input', {
    attributes: { type: 'range', min, max, step, value, 'aria-valuetext': format(value) },
    on: {
      input: () => {
        const now = input.valueAsNumber;
        output.textContent = format(now);
        input.setAttribute('aria-valuetext', format(now));
        onInput(now);
      },
    },
  });
  return el('label', { class: 'slider' }, el('span', { class: 'field-label' }, label), input, output);
}

export interface ProgressElement {
  element: HTMLElement;
  /** `share` between 0 and 1; undefined where it is not known. */
  set(share: number | undefined, text?: string): void;
}

export function progress(label: string, share?: number): ProgressElement {
  const bar = el('div', { class: 'progress-bar' });
  const track = el('div', { class: 'progress-track', attributes: { role: 'progressbar', 'aria-label': label } }, bar);
  const words = el('div', { class: 'progress-text' }, label);
  const set = (now: number | undefined, text?: string): void => {
    track.classList.toggle('unknown', now === undefined);
    const percent = now === undefined ? undefined : Math.round(100 * Math.min(1, Math.max(0, now)));
    bar.style.width = percent === undefined ? '' : `${percent}%`;
    if (percent === undefined) track.removeAttribute('aria-valuenow');
    else track.setAttribute('aria-valuenow', String(percent));
    if (text !== undefined) words.textContent = text;
  };
  set(share);
  return { element: el('div', { class: 'progress' }, words, track), set };
}

/** What a list is filtered by, with a button that ends it. */
export function filterChip(name: string, value: string, clear: string, onClear: () => void): HTMLElement {
  const end = button(clear, onClear, { appearance: 'icon', icon: 'clear' });
  return el('span', { class: 'filter-chip' }, name, ' ', el('strong', {}, value), end);
}

/** Numbers with their names. */
export function figureList(...figures: ([name: string, value: string] | false)[]): HTMLElement {
  const shown = figures.filter((figure) => figure !== false);
  return el(
    'dl',
    { class: 'figures' },
    ...shown.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  );
}

/** A table of figures: the first of the titles, and of each row, is the name of the others. */
export function figureTable(
  { label, className = '' }: { label: string; className?: string },
  [corner, ...titles]: readonly Child[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const head = titles.map((title) => el('th', { class: 'right', attributes: { scope: 'col' } }, title));
  const row = ([name, ...cells]: readonly Child[]): HTMLElement =>
    el(
      'tr',
      {},
      el('th', { attributes: { scope: 'row' } }, name),
      ...cells.map((cell) => el('td', { class: 'right' }, cell)),
    );
  return el(
    'table',
    { class: className, attributes: { 'aria-label': label } },
    el('thead', {}, el('tr', {}, corner ? el('th', { attributes: { scope: 'col' } }, corner) : el('td'), ...head)),
    el('tbody', {}, ...rows.map(row)),
  );
}

/** Milliseconds after which a search says that it lasts. */
const patience = 400;

/** The line that says that a search lasts, with a button that stops it, or what came of it. */
export class SearchStatus {
  readonly element = el('div', { class: 'search-status', attributes: { role: 'status' } });

  /** `signal` is aborted where another search takes the place of this one. */
  async during<Result>(signal: AbortSignal, search: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const stop = new AbortController();
    const stopButton = button(t('Stop'), () => stop.abort());
    const waiting = setTimeout(() => this.say(spinner(), t('Reading…'), stopButton), patience);
    try {
      return await search(AbortSignal.any([signal, stop.signal]));
    } finally {
      clearTimeout(waiting);
      this.say();
    }
  }

  say(...words: Child[]): void {
    replaceChildren(this.element, ...words);
  }
}
