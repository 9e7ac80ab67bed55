import './toolkit.ts';
import { el, uniqueId } from './el.ts';
import type { Child } from './el.ts';
import { icon } from './icon.ts';
import type { IconName } from './icon.ts';

export interface ButtonOptions {
  /** `secondary` by default; `icon` shows the icon alone and takes the label as its name and tooltip. */
  appearance?: 'primary' | 'secondary' | 'icon';
  icon?: IconName;
  disabled?: boolean;
  tooltip?: string;
}

export type ButtonElement = HTMLElement & { disabled: boolean };

export function button(label: string, onClick: () => void, options: ButtonOptions = {}): ButtonElement {
  const { appearance = 'secondary', disabled = false, tooltip } = options;
  const onlyIcon = appearance === 'icon';
  const image = options.icon && icon(options.icon);
  if (image && !onlyIcon) image.setAttribute('slot', 'start');
  const attributes = { appearance, disabled, title: tooltip ?? (onlyIcon ? label : undefined) };
  const named = onlyIcon ? { 'aria-label': label, ...attributes } : attributes;
  return el('vscode-button', { attributes: named, on: { click: onClick } }, image, !onlyIcon && label) as ButtonElement;
}

export function link(label: string, onClick: () => void): HTMLElement {
  return el('button', { class: 'link', attributes: { type: 'button' }, on: { click: onClick } }, label);
}

export interface TextFieldOptions {
  label: string;
  /** Keeps the label from sight, not from a screen reader. */
  hideLabel?: boolean;
  placeholder?: string;
  value?: string;
  icon?: IconName;
  onInput(value: string): void;
}

export type ValueElement = HTMLElement & { value: string };

export function textField(options: TextFieldOptions): ValueElement {
  const { label, hideLabel = false, placeholder, value, onInput } = options;
  const image = options.icon && icon(options.icon);
  image?.setAttribute('slot', 'start');
  const field = el(
    'vscode-text-field',
    { attributes: { placeholder, value }, on: { input: () => onInput(field.value) } },
    hideLabel ? el('span', { class: 'visually-hidden' }, label) : label,
    image,
  ) as ValueElement;
  return field;
}

export interface Choice<T extends string = string> {
  value: T;
  label: string;
}

export interface ChoiceOptions<T extends string> {
  label: string;
  hideLabel?: boolean;
  options: readonly Choice<T>[];
  value: T;
  onChange(value: T): void;
}

/** A label before a list to choose one value from. */
export function dropdown<T extends string>(options: ChoiceOptions<T>): HTMLElement {
  const { label, hideLabel = false, value } = options;
  const id = uniqueId('dropdown');
  const list = el(
    'vscode-dropdown',
    {
      attributes: { 'aria-label': label, 'aria-labelledby': id },
      on: { change: () => changed((list as ValueElement).value as T) },
    },
    ...options.options.map((option) =>
      el('vscode-option', { attributes: { value: option.value, selected: option.value === value } }, option.label),
    ),
  );
  const changed = onlyChanges(value, options.onChange);
  return el(
    'div',
    { class: 'field' },
    el('span', { class: hideLabel ? 'visually-hidden' : 'field-label', attributes: { id } }, label),
    list,
  );
}

export interface CheckboxOptions {
  label: string;
  checked: boolean;
  onChange(checked: boolean): void;
  /** In front of the label, such as the line style of a run. */
  mark?: Child;
  disabled?: boolean;
}

export function checkbox({ label, checked, onChange, mark, disabled = false }: CheckboxOptions): HTMLElement {
  const changed = onlyChanges(checked, onChange);
  const box = el(
    'vscode-checkbox',
    {
      attributes: { checked, disabled, 'aria-label': label },
      on: { change: () => changed((box as HTMLElement & { checked: boolean }).checked) },
    },
    mark,
    label,
  );
  return box;
}

/** The toolkit's controls tell of changes that were made by their own attributes, too. */
function onlyChanges<T>(known: T, onChange: (value: T) => void): (value: T) => void {
  return (value) => {
    if (value === known) return;
    known = value;
    onChange(value);
  };
}

export function radioGroup<T extends string>({ label, options, value, onChange }: ChoiceOptions<T>): HTMLElement {
  const changed = onlyChanges(value, onChange);
  const group = el(
    'vscode-radio-group',
    {
      attributes: { value, name: uniqueId('radio') },
      on: { change: () => changed((group as ValueElement).value as T) },
    },
    el('label', { attributes: { slot: 'label' } }, label),
    ...options.map((option) => el('vscode-radio', { attributes: { value: option.value } }, option.label)),
  );
  return group;
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

/** A count or a short word. */
export const badge = (text: string | number): HTMLElement => el('vscode-badge', {}, text);

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

/** Something is under way; nothing turns where the user wants less motion. */
export function spinner(): HTMLElement | undefined {
  return document.body.classList.contains('vscode-reduce-motion')
    ? undefined
    : el('vscode-progress-ring', { class: 'spinner', attributes: { 'aria-hidden': 'true' } });
}
