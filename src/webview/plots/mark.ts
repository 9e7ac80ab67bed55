import type { SeriesStyle } from './theme.ts';

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
