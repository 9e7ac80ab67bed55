/** What pages are made of. The toolkit behind it is known to this folder alone. */
export * from './controls.ts';
export { el, replaceChildren, setAttributes, uniqueId } from './el.ts';
export type { Attributes, Child, Properties } from './el.ts';
export { asFailure } from './failure.ts';
export { keepingFocus, keyed } from './focus.ts';
export { icon } from './icon.ts';
export type { IconName } from './icon.ts';
export { pagedTable } from './pagedTable.ts';
export type { Column, PagedTable, PagedTableOptions, PageRequest, Sort } from './pagedTable.ts';
export * from './states.ts';
export { tabs } from './tabs.ts';
export type { Tab, Tabs } from './tabs.ts';
