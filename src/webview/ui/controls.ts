/** Controls of our own, beside those of the toolkit. */
import './controls.css';
import { el, uniqueId } from './el.ts';
import type { Choice, ChoiceOptions } from './toolkit.ts';

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

export interface SliderOptions {
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
