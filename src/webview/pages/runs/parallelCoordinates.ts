import { type RunAxis, runAxis, type RunColumn, type RunRow, valueOf } from '../../../core/training/runTable.ts';
import { formatMetric } from '../../../core/metrics/metricText.ts';
import { middleCut } from '../../amounts.ts';
import { readTheme, type PlotTheme, rampColor } from '../../plots/index.ts';
import { el } from '../../ui/index.ts';
import { t } from '../../l10n.ts';

interface ParallelOptions {
  rows: readonly RunRow[];
  /** Each with its title; the last is the figure. */
  axes: readonly { column: RunColumn; title: string }[];
  selected: ReadonlySet<string>;
  /** In pixels. */
  width: number;
  onToggle(row: RunRow): void;
  /** The run under the mouse. */
  onPoint(row: RunRow | undefined): void;
}

const height = 380;
const [top, bottom] = [44, 24];
/** About, of a letter, in pixels. */
const letter = 7;
const svg = 'http://www.w3.org/2000/svg';

function part(
  name: string,
  attributes: Record<string, string | number | undefined>,
  ...children: (Node | string)[]
): SVGElement {
  const element = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** A line for each run through its settings to its figure, which gives the line its colour. Colours are in the picture: it is saved as it is. */
export function parallelCoordinates(options: ParallelOptions): SVGElement {
  const { rows, axes, width, selected } = options;
  const theme = readTheme();
  const drawn = axes.map(({ column, title }, i) => ({
    axis: runAxis(rows, column),
    title,
    x: placeOf(i, axes.length, width),
  }));
  const last = drawn[drawn.length - 1].axis;
  const isChosen = (row: RunRow): boolean => selected.has(row.folder);
  const ordered = [...rows].sort((a, b) => Number(isChosen(a)) - Number(isChosen(b)));
  return part(
    'svg',
    {
      class: 'parallel',
      xmlns: svg,
      viewBox: `0 0 ${width} ${height}`,
      ...{ width, height, role: 'img', 'aria-label': description(rows, axes, last) },
      ...{ 'font-family': theme.font, 'font-size': theme.fontSize },
    },
    part('rect', { width, height, fill: theme.background }),
    ...ordered.flatMap((row) => lineOf(row, drawn, theme, last, options)),
    ...drawn.flatMap(({ axis, title, x }) => axisParts(axis, title, x, width / axes.length, theme)),
  );
}

const placeOf = (i: number, count: number, width: number): number => (width / count) * (i + 0.5);

const heightOf = (at: number): number => height - bottom - at * (height - top - bottom);

function description(rows: readonly RunRow[], axes: ParallelOptions['axes'], last: RunAxis): string {
  const known = rows.filter((row) => last.at(row) !== undefined);
  const best = known.reduce<RunRow | undefined>((a, b) => (a && last.at(a)! >= last.at(b)! ? a : b), undefined);
  const names = axes.map(({ title }) => title).join(', ');
  const text = t('Parallel coordinates of {0} runs over {1}.', rows.length, names);
  return best ? `${text} ${t('The highest {0} has {1}.', axes[axes.length - 1].title, best.title)}` : text;
}

interface DrawnAxis {
  axis: RunAxis;
  title: string;
  x: number;
}

function lineOf(
  row: RunRow,
  axes: readonly DrawnAxis[],
  theme: PlotTheme,
  last: RunAxis,
  { selected, onToggle, onPoint }: ParallelOptions,
): SVGElement[] {
  const points = axes.map(({ axis, x }) => {
    const at = axis.at(row);
    return at === undefined ? undefined : `${x} ${heightOf(at)}`;
  });
  // a run without a setting has a gap there
  const d = points
    .map((point, i) => (point === undefined ? '' : `${points[i - 1] === undefined ? 'M' : 'L'}${point}`))
    .join('');
  if (d === '') return [];
  const share = last.at(row);
  const isSelected = selected.has(row.folder);
  const line = part('path', {
    d,
    fill: 'none',
    stroke: isSelected ? theme.series(1).color : rampColor(theme, share ?? 0),
    'stroke-width': isSelected ? 3.5 : 1.8,
    'stroke-dasharray': share === undefined ? '4 3' : undefined,
    'stroke-linejoin': 'round',
    class: 'run-line',
  });
  // a line is too thin to be met with the mouse
  const target = part(
    'path',
    { d, fill: 'none', stroke: 'transparent', 'stroke-width': 10, class: 'run-target', 'data-run': row.title },
    part('title', {}, row.title),
  );
  target.addEventListener('click', () => onToggle(row));
  const point = (isOver: boolean): void => {
    line.classList.toggle('pointed', isOver);
    onPoint(isOver ? row : undefined);
  };
  target.addEventListener('mouseenter', () => point(true));
  target.addEventListener('mouseleave', () => point(false));
  return [line, target];
}

function axisParts(
  { ticks, isLogarithmic, column }: RunAxis,
  title: string,
  x: number,
  room: number,
  theme: PlotTheme,
): SVGElement[] {
  const { foreground, background, muted } = theme;
  const most = Math.max(4, Math.floor(room / letter) - 1);
  const text = (y: number, words: string, more: Record<string, string | number>): SVGElement =>
    part('text', { x, y, fill: foreground, ...more }, words);
  const isShare = /^(validation|test) /.test(column);
  const label = (words: string): string => (isShare ? formatMetric('', Number(words)) : middleCut(words, most - 1));
  const halo = { stroke: background, 'stroke-width': 3, 'paint-order': 'stroke', 'stroke-linejoin': 'round' };
  return [
    part('path', { d: `M${x} ${heightOf(0)}V${heightOf(1)}`, stroke: muted, 'stroke-width': 1 }),
    part(
      'g',
      { 'font-weight': 600 },
      part('title', {}, column.replace('setting ', '')),
      text(18, middleCut(title, most), { 'text-anchor': 'middle' }),
    ),
    ...(isLogarithmic ? [text(32, 'log', { 'text-anchor': 'middle', fill: muted })] : []),
    ...ticks.map(({ text: words, at }) => text(heightOf(at) + 4, label(words), { x: x + 5, ...halo })),
  ];
}

/** What a run has on the axes, in words. */
export function pointedText(row: RunRow | undefined, axes: ParallelOptions['axes']): HTMLElement {
  if (!row) return el('p', { class: 'muted' }, t('Point at a line to read its run; click it to select it.'));
  const values = axes.map(({ column, title }) => {
    const value = valueOf(row, column);
    const isShare = /^(validation|test) /.test(column);
    return `${title} ${value === undefined ? '–' : isShare ? formatMetric('', value as number) : value}`;
  });
  return el('p', {}, el('strong', {}, row.title), ` · ${values.join(' · ')}`);
}
