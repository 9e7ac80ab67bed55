import { escapeHtml } from './reportPage.ts';
import type { Scale } from './scale.ts';

export interface Point {
  x: number;
  y: number;
}

/** One line of a plot; lines differ by dash and marker as well as by colour. */
interface Series {
  name: string;
  points: Point[];
  /** Colour and dash, 0 … 3. */
  kind: number;
  markers?: boolean;
}

interface PlotOptions {
  title: string;
  /** What the plot shows, for those who cannot see it. */
  description: string;
  xTitle: string;
  yTitle: string;
  series: Series[];
  x: (range: [number, number]) => Scale;
  y: (range: [number, number]) => Scale;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  /** A vertical line with a word beside it. */
  mark?: { x: number; text: string };
}

const WIDTH = 560;
const HEIGHT = 340;
const FONT = 13;
/** Rough width of a character at FONT, on the large side so that nothing is clipped. */
const CHARACTER = 7.6;
const LEGEND_LINE = 20;

const dashes = ['', '7 4', '2 3', '9 3 2 3'];

/** A line plot as inline SVG. Colours come from the page's `--line-0` … `--line-3`, `--axis`, `--grid` and `--text`. */
export function plot(options: PlotOptions): string {
  const top = 14 + (options.mark ? 18 : 0) + (options.series.length > 1 ? LEGEND_LINE : 0);
  const bottom = HEIGHT - 50;
  const y = options.y([bottom, top]);
  const formatY = options.formatY ?? alike(y.ticks);
  const left = 34 + Math.max(...y.ticks.map((t) => formatY(t).length)) * CHARACTER;
  const right = WIDTH - 18;
  const x = options.x([left, right]);
  const formatX = options.formatX ?? alike(x.ticks);
  const id = options.title.toLowerCase().replace(/[^a-z0-9]+/g, '-'); // titles differ within a page
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escapeHtml(options.title)}</title><desc id="${id}-d">${escapeHtml(options.description)}</desc>`,
    yAxis(y, left, right, formatY),
    xAxis(x, top, bottom, formatX),
    `<path class="axis" d="M${left} ${px(top)}V${bottom}H${right}"/>`,
    text((left + right) / 2, HEIGHT - 8, options.xTitle, 'middle'),
    `<text class="label" text-anchor="middle" transform="translate(14 ${px((top + bottom) / 2)}) rotate(-90)">${escapeHtml(options.yTitle)}</text>`,
    options.mark ? mark(options.mark, x, top, bottom, left, right) : '',
    ...options.series.map((s) => line(s, x, y)),
    options.series.length > 1 ? legend(options.series, left) : '',
    '</svg>',
  ].join('\n');
}

const px = (n: number): string => String(Math.round(n * 100) / 100);

/** All ticks with as many digits after the point as the one that needs most. */
function alike(ticks: number[]): (value: number) => string {
  const digits = Math.max(0, ...ticks.map((t) => String(t).split('.')[1]?.length ?? 0));
  return (value) => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const text = (x: number, y: number, content: string, anchor: string, kind = 'label'): string =>
  `<text class="${kind}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;

function yAxis(scale: Scale, left: number, right: number, format: (v: number) => string): string {
  return scale.ticks
    .map((t) => {
      const y = px(scale.at(t));
      return `<path class="grid" d="M${px(left)} ${y}H${right}"/>${text(left - 7, scale.at(t) + 4.5, format(t), 'end', 'tick')}`;
    })
    .concat(scale.minor.map((t) => `<path class="axis" d="M${px(left)} ${px(scale.at(t))}h-3"/>`))
    .join('');
}

function xAxis(scale: Scale, top: number, bottom: number, format: (v: number) => string): string {
  return scale.ticks
    .map((t) => {
      const x = scale.at(t);
      return `<path class="grid" d="M${px(x)} ${px(top)}V${bottom}"/>${text(x, bottom + 18, format(t), 'middle', 'tick')}`;
    })
    .concat(scale.minor.map((t) => `<path class="axis" d="M${px(scale.at(t))} ${bottom}v3"/>`))
    .join('');
}

function line(series: Series, x: Scale, y: Scale): string {
  const points = series.points.map((p) => ({ x: x.at(p.x), y: y.at(p.y) }));
  const path = points.map((p, i) => `${i ? 'L' : 'M'}${px(p.x)} ${px(p.y)}`).join('');
  const dash = dashes[series.kind] ? ` stroke-dasharray="${dashes[series.kind]}"` : '';
  const markers = series.markers ? points.map((p) => marker(p, series.kind)).join('') : '';
  return `<path class="line line-${series.kind}" d="${path}"${dash}/>${markers}`;
}

/** Circle, square, triangle, diamond. */
function marker({ x, y }: Point, kind: number): string {
  const r = 3.2;
  const shapes = [
    `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
    `M${px(x - r)} ${px(y - r)}h${2 * r}v${2 * r}h${-2 * r}z`,
    `M${px(x)} ${px(y - r - 1)}l${r + 1} ${2 * r + 1}h${-2 * (r + 1)}z`,
    `M${px(x)} ${px(y - r - 1.2)}l${r + 1.2} ${r + 1.2}l${-r - 1.2} ${r + 1.2}l${-r - 1.2} ${-r - 1.2}z`,
  ];
  return `<path class="marker line-${kind}" d="${shapes[kind]}"/>`;
}

function mark(
  m: { x: number; text: string },
  x: Scale,
  top: number,
  bottom: number,
  left: number,
  right: number,
): string {
  const at = x.at(m.x);
  const half = (m.text.length * CHARACTER) / 2;
  const centre = Math.min(Math.max(at, left + half), right - half);
  return `<path class="mark" d="M${px(at)} ${px(top)}V${bottom}"/>${text(centre, top - 6, m.text, 'middle', 'tick')}`;
}

function legend(series: Series[], left: number): string {
  let x = left;
  return series
    .map((s) => {
      const at = x;
      x += 48 + s.name.length * CHARACTER;
      const dash = dashes[s.kind] ? ` stroke-dasharray="${dashes[s.kind]}"` : '';
      const sample = `<path class="line line-${s.kind}" d="M${px(at)} 12h24"${dash}/>${s.markers ? marker({ x: at + 12, y: 12 }, s.kind) : ''}`;
      return sample + text(at + 29, 12 + FONT / 2 - 2, s.name, 'start', 'tick');
    })
    .join('');
}
