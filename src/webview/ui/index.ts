/** What pages are made of. */
import './ui.css';
export * from './controls.ts';
export * from './el.ts';
export { PageFrame } from './frame.ts';
export { icon } from './icon.ts';
export type { IconName } from './icon.ts';
export { pagedTable } from './pagedTable.ts';
export type { Column, PagedTable } from './pagedTable.ts';
export * from './states.ts';
export { suggestField } from './suggestField.ts';
export { button, checkbox, dropdown, spinner, tabs, textField } from './toolkit.ts';
export type { Choice, Tabs, ValueElement } from './toolkit.ts';
