/** Controls of the webview toolkit: nothing else imports it, names its elements or knows what has to be worked around. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import './toolkit.css';
import { el, uniqueId, type Child } from './el.ts';
import { icon, type IconName } from './icon.ts';

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodePanels(),
  vsCodePanelTab(),
  vsCodePanelView(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

interface ButtonOptions {
  /** `secondary` by default; `icon` shows the icon alone and takes the label as its name and tooltip. */
  appearance?: 'primary' | 'secondary' | 'icon';
  icon?: IconName;
  disabled?: boolean;
  tooltip?: string;
}

export function button(label: string, onClick: () => void, options: ButtonOptions = {}): HTMLElement {
  const { appearance = 'secondary', disabled = false, tooltip } = options;
  const onlyIcon = appearance === 'icon';
  const image = options.icon && icon(options.icon);
  if (image && !onlyIcon) image.setAttribute('slot', 'start');
  const attributes = { appearance, disabled, title: tooltip ?? (onlyIcon ? label : undefined) };
  const named = onlyIcon ? { 'aria-label': label, ...attributes } : attributes;
  return el('vscode-button', { attributes: named, on: { click: onClick } }, image, !onlyIcon && label);
}

interface TextFieldOptions {
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

interface CheckboxOptions {
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

/** The toolkit's controls report changes that were made by their own attributes, too. */
function onlyChanges<T>(known: T, onChange: (value: T) => void): (value: T) => void {
  return (value) => {
    if (value === known) return;
    known = value;
    onChange(value);
  };
}

interface TabsOptions<Id extends string> {
  label: string;
  /** In the order of the tabs. */
  titles: Record<Id, string>;
  parts: Record<Id, { element: HTMLElement }>;
  selected: Id;
  onSelect(id: Id): void;
}

export interface Tabs<Id extends string> {
  element: HTMLElement;
  select(id: Id): void;
}

/** Panels of which one is shown. */
export function tabs<Id extends string>({ label, titles, parts, ...options }: TabsOptions<Id>): Tabs<Id> {
  const prefix = uniqueId('tab');
  const idOf = (id: Id): string => `${prefix}-${id}`;
  const ids = Object.keys(titles) as Id[];
  let { selected } = options;
  const element = el(
    'vscode-panels',
    { class: 'tabs', attributes: { 'aria-label': label, activeid: idOf(selected) } },
    ...ids.map((id) => el('vscode-panel-tab', { attributes: { id: idOf(id) } }, titles[id])),
    ...ids.map((id) => el('vscode-panel-view', { attributes: { id: `${idOf(id)}-view` } }, parts[id].element)),
  ) as HTMLElement & { activeid: string };
  element.addEventListener('change', (event) => {
    if (event.target !== element) return; // a control inside a panel changed
    const chosen = ids.find((id) => idOf(id) === element.activeid);
    if (!chosen || chosen === selected) return;
    selected = chosen;
    options.onSelect(chosen);
  });
  return { element, select: (id) => (element.activeid = idOf(id)) };
}

/** Something is under way; nothing turns where the user wants less motion. */
export function spinner(): HTMLElement | undefined {
  return document.body.classList.contains('vscode-reduce-motion')
    ? undefined
    : el('vscode-progress-ring', { class: 'spinner', attributes: { 'aria-hidden': 'true' } });
}

/** The control that an event inside it came from, also of those that are no elements of HTML. */
export const controlAt = (target: Element): Element | null =>
  target.closest('button, a, input, vscode-button, vscode-checkbox');
