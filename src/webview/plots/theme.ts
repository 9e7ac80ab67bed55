/** How a series is drawn: distinguished by dash and marker as well as by colour. */
export interface SeriesStyle {
  color: string;
  dash: 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash' | 'longdashdot';
  symbol: string;
  /** Fill of bars, besides their colour: '' is plain. */
  pattern: string;
}

/** The editor's colours and font, as plots need them. */
export interface PlotTheme {
  foreground: string;
  muted: string;
  background: string;
  grid: string;
  font: string;
  /** In pixels. */
  fontSize: number;
  isHighContrast: boolean;
  /** Colours from nothing to much, for heat maps. */
  scale: [number, string][];
  series(index: number): SeriesStyle;
}

const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'] as const;
const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x', 'star', 'hexagon'] as const;
const patterns = ['', '/', '.', 'x', '-', '\\', '|', '+'] as const;
const chartColors = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'] as const;

/** Where a theme leaves a variable out. */
const fallback = { foreground: '#888888', background: '#ffffff' };

/** Reads the theme that the page wears now. */
export function readTheme(): PlotTheme {
  const styles = getComputedStyle(document.body);
  const read = (...names: string[]): string | undefined =>
    names.map((name) => styles.getPropertyValue(name).trim()).find((value) => value !== '');
  const foreground = read('--vscode-foreground', '--vscode-editor-foreground') ?? fallback.foreground;
  const background = read('--page-background', '--vscode-editor-background') ?? fallback.background;
  const isHighContrast = /vscode-high-contrast/.test(document.body.className);
  const colors = chartColors.map((name) => opaque(read(`--vscode-charts-${name}`) ?? foreground));
  return {
    foreground,
    background,
    muted: isHighContrast ? foreground : (read('--vscode-descriptionForeground') ?? foreground),
    grid: mixed(foreground, background, isHighContrast ? 0.35 : 0.15),
    font: read('--vscode-font-family') ?? 'sans-serif',
    fontSize: Math.max(11, Number.parseFloat(read('--vscode-font-size') ?? '') || 13) - 1,
    isHighContrast,
    scale: [
      [0, background],
      [0.5, mixed(colors[0], background, 0.5)],
      [1, colors[0]],
    ],
    series: (index) => seriesStyle(index, colors),
  };
}

/** Shifted by one after each round of colours: of 36 series no two have both colour and dash, or colour and marker, in common. */
export function seriesStyle(index: number, colors: readonly string[]): SeriesStyle {
  const round = Math.floor(index / colors.length);
  return {
    color: colors[index % colors.length],
    dash: dashes[(index + round) % dashes.length],
    symbol: symbols[(index + Math.floor(index / 24)) % symbols.length],
    pattern: patterns[index % patterns.length],
  };
}

/** The colour of a line by its value, from 0 to 1: the least still differs from the background. */
export const rampColor = (theme: PlotTheme, share: number): string =>
  mixed(theme.series(0).color, mixed(theme.foreground, theme.background, 0.35), share);

/** Themes give charts colours that shine through, such as those of search matches: too pale for a line. */
const opaque = (color: string): string => mixed(color, color, 1);

/** So much of one colour, the rest of the other; both as the editor gives them (#rrggbb, #rrggbbaa or rgb()). */
export function mixed(color: string, other: string, share: number): string {
  const [a, b] = [channels(color), channels(other)];
  if (!a || !b) return color;
  return `rgb(${a.map((value, i) => Math.round(value * share + b[i] * (1 - share))).join(', ')})`;
}

function channels(color: string): number[] | undefined {
  const hex = /^#([\da-f]{6})(?:[\da-f]{2})?$/i.exec(color)?.[1];
  if (hex) return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const short = /^#([\da-f]{3})[\da-f]?$/i.exec(color)?.[1];
  if (short) return [...short].map((digit) => Number.parseInt(digit + digit, 16));
  const numbers = /^rgba?\(([^)]*)\)$/i.exec(color)?.[1]?.match(/[\d.]+/g);
  return numbers && numbers.length >= 3 ? numbers.slice(0, 3).map(Number) : undefined;
}

/** Calls back, at most once a frame, when the editor's theme or font changes; returns how to stop it. */
export function onThemeChange(callback: () => void): () => void {
  let frame = 0;
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(callback);
  });
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id', 'data-place'],
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
}

const svg = 'http://www.w3.org/2000/svg';
const dashArrays: Record<SeriesStyle['dash'], string> = {
  solid: '',
  dot: '2 2',
  dash: '5 3',
  dashdot: '5 2 2 2',
  longdash: '8 3',
  longdashdot: '8 2 2 2',
};
/** The markers of `SeriesStyle.symbol` around the origin, in the size of the plot's. */
const shapes: Record<string, string> = {
  circle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  square: 'M-4-4h8v8h-8z',
  diamond: 'M0-5L5 0 0 5-5 0z',
  'triangle-up': 'M0-5L5 4H-5z',
  cross: 'M-1.5-5h3v3.5H5v3H1.5V5h-3V1.5H-5v-3h3.5z',
  x: 'M-5-3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z',
  star: 'M0-6l1.6 4 4.4.2-3.4 2.8L3.7 5.2 0 2.8-3.7 5.2l1.1-4.2L-6-1.8-1.6-2z',
  hexagon: 'M-5 0l2.5-4.5h5L5 0 2.5 4.5h-5z',
};

/** A line with its marker (if it has one) as the plot draws it: a legend's entry. It says nothing to a screen reader. */
export function seriesMark({ color, dash, symbol }: SeriesStyle): SVGSVGElement {
  const image = document.createElementNS(svg, 'svg');
  image.setAttribute('class', 'series-mark');
  image.setAttribute('viewBox', '0 0 28 12');
  image.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'path');
  line.setAttribute('d', 'M0 6h28');
  line.setAttribute('stroke', color);
  line.setAttribute('stroke-width', '2');
  line.setAttribute('stroke-dasharray', dashArrays[dash]);
  const marker = document.createElementNS(svg, 'path');
  marker.setAttribute('d', shapes[symbol] ?? '');
  marker.setAttribute('transform', 'translate(14 6)');
  marker.setAttribute('fill', color);
  image.append(line, marker);
  return image;
}
