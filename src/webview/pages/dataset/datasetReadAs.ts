/** How a dataset is read: what was taken for what, each part with the key that changes it. */
import type { SourceOptions } from '../../../core/data/document.ts';
import type { ReadAs, ReadAsPart } from '../../../core/data/readAs.ts';
import type { SplitSnapshot } from '../../../core/explore/inspectionApi.ts';
import { el, icon, keyed, link } from '../../ui/index.ts';
import { t } from '../../l10n.ts';
import { partName } from './datasetTexts.ts';

type OnChange = (option: keyof SourceOptions) => void;

/** The line of a file and the doubts about it; undefined where a format leaves no choice. */
export function readAsLine({ parts, doubts }: ReadAs, title: string, onChange: OnChange): HTMLElement | undefined {
  if (parts.length + doubts.length === 0) return undefined;
  const key = (option: keyof SourceOptions, place: string): HTMLElement => {
    const change = link(option, () => onChange(option));
    change.classList.add('code');
    change.title = t('{0}: change it in Read As…', option);
    return keyed(`${title}-${place}-${option}`, change);
  };
  const part = ({ option, text }: ReadAsPart): HTMLElement => el('li', {}, `${text} `, key(option, 'part'));
  const doubt = ({ option, text }: ReadAsPart, i: number): HTMLElement =>
    el('li', { class: 'doubt' }, icon('warning'), el('span', {}, `${text} `, key(option, `doubt-${i}`)));
  const list = (name: string, ...items: HTMLElement[]): HTMLElement =>
    el('ul', { class: 'plain', attributes: { 'aria-label': name } }, ...items);
  return el(
    'div',
    { class: 'read-as' },
    parts.length > 0 && el('div', { class: 'read-as-line' }, el('span', {}, title), list(title, ...parts.map(part))),
    doubts.length > 0 && list(t('{0}: doubtful', title), ...doubts.map(doubt)),
  );
}

/** The lines of the first split, and of those that are read in another way. */
export function readAsLines(splits: readonly SplitSnapshot[], onChange: OnChange): HTMLElement[] {
  const [first, ...others] = splits;
  const known = new Set(first.readAs.doubts.map(({ text }) => text));
  const lines = others.map(({ split, readAs }) => {
    const parts = readAs.line === first.readAs.line ? [] : readAs.parts;
    const doubts = readAs.doubts.filter(({ text }) => !known.has(text));
    return readAsLine({ ...readAs, parts, doubts }, t('{0} read as', partName(split)), onChange);
  });
  return [readAsLine(first.readAs, t('Read as'), onChange), ...lines].filter((line) => line !== undefined);
}
