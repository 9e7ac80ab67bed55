/** Names an element, so that it keeps the focus when it is made anew. */
export function keyed<E extends HTMLElement>(key: string, element: E): E {
  element.dataset.key = key;
  return element;
}

/** Lets `rebuild` replace what is in `parent`; the focus goes to the new element of the same key. */
export function keepingFocus(parent: HTMLElement, rebuild: () => void): void {
  const active = document.activeElement?.closest<HTMLElement>('[data-key]');
  const key = active && parent.contains(active) ? active.dataset.key : undefined;
  rebuild();
  if (key === undefined) return;
  const again = [...parent.querySelectorAll<HTMLElement>('[data-key]')].find(({ dataset }) => dataset.key === key);
  (again?.querySelector<HTMLElement>('input:checked, summary') ?? again)?.focus();
}
