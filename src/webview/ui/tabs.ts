import './toolkit.ts';
import { el, uniqueId } from './el.ts';

export interface Tab<Id extends string = string> {
  id: Id;
  title: string;
  content: HTMLElement;
}

export interface TabsOptions<Id extends string> {
  label: string;
  selected?: Id;
  onSelect?(id: Id): void;
}

export interface Tabs<Id extends string> {
  element: HTMLElement;
  select(id: Id): void;
}

/** Panels of which one is shown. */
export function tabs<Id extends string>(all: readonly Tab<Id>[], options: TabsOptions<Id>): Tabs<Id> {
  const prefix = uniqueId('tab');
  const idOf = (id: Id): string => `${prefix}-${id}`;
  let selected = options.selected ?? all[0].id;
  const element = el(
    'vscode-panels',
    { class: 'tabs', attributes: { 'aria-label': options.label, activeid: idOf(selected) } },
    ...all.map(({ id, title }) => el('vscode-panel-tab', { attributes: { id: idOf(id) } }, title)),
    ...all.map(({ id, content }) => el('vscode-panel-view', { attributes: { id: `${idOf(id)}-view` } }, content)),
  ) as HTMLElement & { activeid: string };
  element.addEventListener('change', (event) => {
    if (event.target !== element) return; // a control inside a panel changed
    const tab = all.find(({ id }) => idOf(id) === element.activeid);
    if (!tab || tab.id === selected) return;
    selected = tab.id;
    options.onSelect?.(tab.id);
  });
  return { element, select: (id) => (element.activeid = idOf(id)) };
}
