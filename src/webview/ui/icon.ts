/** Icons of 16 × 16, drawn with strokes of the text's colour; they say nothing to a screen reader. */
const paths = {
  add: 'M8 3v10M3 8h10',
  arrowDown: 'M8 2.5v11m-4.5-4.5L8 13.5l4.5-4.5',
  arrowUp: 'M8 13.5v-11M3.5 7L8 2.5 12.5 7',
  back: 'M13 8H3m4-4L3 8l4 4',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  chevronDown: 'M4 6l4 4 4-4',
  chevronLeft: 'M10 4L6 8l4 4',
  chevronRight: 'M6 4l4 4-4 4',
  circle: 'M8 3.2a4.8 4.8 0 1 0 0 9.6A4.8 4.8 0 1 0 8 3.2',
  clear: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  document: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3M6 8h4M6 10.5h4',
  error: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  export: 'M8 2.5v7m-3-3l3 3 3-3M3 11.5v2h10v-2',
  filter: 'M2.5 3.5h11L9.5 8v5l-3-1.5V8z',
  first: 'M12 4L8 8l4 4M4.5 4v8',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8M8 7v4M8 4.8v.6',
  last: 'M4 4l4 4-4 4M11.5 4v8',
  metrics: 'M2.5 2.5v11h11M5 10.5l2.5-3.5 2 2 3.5-5',
  openInEditor: 'M9 2.5h4.5V7M13.5 2.5L8 8M6 3.5H2.5v10h10V10',
  pin: 'M5.5 2.5h5M6.5 2.5v4L4.5 9h7L9.5 6.5v-4M8 9v4.5',
  play: 'M5 3.2v9.6L12.5 8z',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  remove: 'M3 8h10',
  search: 'M6.8 2.6a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 1 0 0-8.4M10 10l3.6 3.6',
  sort: 'M5 6l3-3 3 3M5 10l3 3 3-3',
  sortedDown: 'M8 3v10m-3-3l3 3 3-3',
  sortedUp: 'M8 13V3M5 6l3-3 3 3',
  star: 'M8 2l1.9 3.9 4.2.6-3 3 .7 4.2L8 11.7l-3.8 2 .7-4.2-3-3 4.2-.6z',
  stop: 'M4 4h8v8H4z',
  warning: 'M8 2.2l6.2 11.3H1.8zM8 6.4v3.4M8 11.2v.6',
} as const;

export type IconName = keyof typeof paths;

const svg = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGSVGElement {
  const image = document.createElementNS(svg, 'svg');
  image.setAttribute('class', 'icon');
  image.setAttribute('viewBox', '0 0 16 16');
  image.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[name]);
  image.append(path);
  return image;
}
