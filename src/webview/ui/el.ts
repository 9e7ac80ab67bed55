/** Attributes by name; `true` gives an empty attribute, `false` and `undefined` give none. */
export type Attributes = Record<string, string | number | boolean | undefined>;

interface Properties {
  class?: string;
  attributes?: Attributes;
  /** CSS properties by name, custom ones among them. */
  style?: Record<string, string>;
  // Handlers take the event they expect, as with addEventListener in plain DOM code.
  on?: { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };
}

export type Child = Node | string | number | false | null | undefined;

/** An element with its children; strings become text, never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties?: Properties,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function el(tag: string, properties?: Properties, ...children: Child[]): HTMLElement;
export function el(tag: string, properties: Properties = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  if (properties.class) element.className = properties.class;
  setAttributes(element, properties.attributes);
  for (const [name, value] of Object.entries(properties.style ?? {})) element.style.setProperty(name, value);
  for (const [event, handler] of Object.entries(properties.on ?? {}))
    element.addEventListener(event, handler as EventListener);
  element.append(...nodes(children));
  return element;
}

/** Puts these children in the place of those there are; the same again keep their focus and how far they are scrolled. */
export function replaceChildren(parent: Element, ...children: Child[]): void {
  const { childNodes } = parent;
  const next = nodes(children);
  if (next.length === childNodes.length && next.every((child, i) => child === childNodes[i])) return;
  parent.replaceChildren(...next);
}

function setAttributes(element: Element, attributes: Attributes = {}): void {
  for (const [name, value] of Object.entries(attributes))
    if (value === false || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
}

let lastId = 0;

/** An id for `aria-labelledby` and its like, unique in the page. */
export const uniqueId = (prefix: string): string => `${prefix}-${++lastId}`;

const nodes = (children: Child[]): (Node | string)[] =>
  children
    .filter((child) => child !== undefined && child !== null && child !== false)
    .map((child) => (typeof child === 'number' ? String(child) : child));

/** Names an element, so that it keeps the focus when it is made again. */
export function keyed<E extends HTMLElement>(key: string, element: E): E {
  element.dataset.key = key;
  return element;
}

const controls = 'input, textarea, button, summary, vscode-button, vscode-checkbox, vscode-dropdown, vscode-text-field';

/** Lets `rebuild` replace what is in `parent`; the focus goes to the new element of the same key, or to the same control in it. */
export function keepingFocus(parent: HTMLElement, rebuild: () => void): void {
  const active = document.activeElement?.closest<HTMLElement>('[data-key]');
  const key = active && parent.contains(active) ? active.dataset.key : undefined;
  const at = active ? [...active.querySelectorAll(controls)].indexOf(document.activeElement!) : -1;
  rebuild();
  if (key === undefined) return;
  const again = [...parent.querySelectorAll<HTMLElement>('[data-key]')].find(({ dataset }) => dataset.key === key);
  const inside = again?.querySelectorAll<HTMLElement>(controls)[at];
  (again?.querySelector<HTMLElement>('input:checked, summary') ?? inside ?? again)?.focus();
}
