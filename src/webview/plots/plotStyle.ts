import type { Data, Layout } from 'plotly.js/lib/core';
import type { PlotTheme, SeriesStyle } from './theme.ts';

export type Trace = Partial<Data>;

type Axis = Layout['xaxis'];

/** The layout in the theme's colours and font, of a given size in pixels. */
export function themed(
  layout: Partial<Layout>,
  theme: PlotTheme,
  size: { width: number; height: number },
): Partial<Layout> {
  const { foreground, background, muted, grid, font, fontSize } = theme;
  const axis: Partial<Axis> = {
    color: foreground,
    gridcolor: grid,
    linecolor: muted,
    zerolinecolor: grid,
    tickfont: { color: muted, size: fontSize - 1 },
    automargin: true,
  };
  const axes = Object.entries(layout).filter(([name]) => /^[xy]axis\d*$/.test(name));
  const own = Object.fromEntries(axes.map(([name, value]) => [name, { ...axis, ...(value as Partial<Axis>) }]));
  return {
    margin: { l: 8, r: 12, t: 8, b: 8 },
    paper_bgcolor: background,
    plot_bgcolor: background,
    hovermode: 'closest',
    showlegend: false,
    ...layout,
    ...size,
    font: { family: font, size: fontSize, color: foreground, ...layout.font },
    hoverlabel: {
      bgcolor: background,
      bordercolor: muted,
      align: 'left',
      namelength: -1,
      font: { family: font, size: fontSize, color: foreground },
      ...layout.hoverlabel,
    },
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { color: foreground }, ...layout.legend },
    xaxis: { ...axis }, // Plotly writes into them
    yaxis: { ...axis },
    ...own,
  };
}

/** Attributes that come from data. Templates and layouts are the page's own and keep their markup. */
const dataAttributes = ['name', 'x', 'y', 'text', 'hovertext', 'customdata'] as const;

/** The traces with the style of their position below their own, and what comes from data as text. */
export function styled(traces: readonly Trace[], theme: PlotTheme): Trace[] {
  return traces.map((trace, i) => {
    const styles = withStyle(trace as Record<string, unknown>, theme.series(i), theme);
    for (const name of dataAttributes) if (styles[name] !== undefined) styles[name] = asText(styles[name]);
    return styles as Trace;
  });
}

function withStyle(trace: Record<string, unknown>, style: SeriesStyle, theme: PlotTheme): Record<string, unknown> {
  const { color, dash, symbol, pattern } = style;
  switch (trace.type ?? 'scatter') {
    case 'scatter':
      return {
        ...trace,
        line: { color, dash, width: theme.isHighContrast ? 2.5 : 2, ...(trace.line as object) },
        marker: { color, symbol, size: 6, ...(trace.marker as object) },
      };
    case 'bar': {
      const marker = { color, line: { color: theme.foreground, width: theme.isHighContrast ? 1 : 0 } };
      // A pattern is drawn in the page's colour on the bar's.
      const pattern_ = { shape: pattern, fillmode: 'overlay', fgcolor: theme.background, size: 6, solidity: 0.3 };
      return { ...trace, marker: { ...marker, ...(pattern && { pattern: pattern_ }), ...(trace.marker as object) } };
    }
    case 'heatmap':
      return { colorscale: theme.scale, ...trace };
    default:
      return { ...trace };
  }
}

function asText(value: unknown): unknown {
  if (typeof value === 'string') return plotText(value);
  return Array.isArray(value) ? value.map(asText) : value;
}

/** Text as it is to appear: Plotly reads a subset of HTML. */
export const plotText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Ticks of an axis that counts up to `last`, about as many as `most`: whole numbers, each once. */
export function countingTicks(last: number, most: number): { tickformat: string; dtick: number } {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, last / most)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => last / size <= most);
  return { tickformat: ',d', dtick: step ?? 10 * power };
}

/** Ticks of a logarithmic axis from `least` to `most`: powers of ten, with 2 and 5 times them where those are `few`. */
export function logTicks(
  least: number,
  most: number,
  few = 2,
): { tickmode: 'array'; tickvals: number[]; tickformat: string } {
  const [from, to] = [least, Math.max(least, most)].map((value) => Math.floor(Math.log10(value)));
  const powers = Array.from({ length: to - from + 2 }, (_, i) => from + i);
  const times = to - from < few ? [1, 2, 5] : [1];
  // not 2 * 10 ** -2, which is no longer 0.02
  return {
    tickmode: 'array',
    tickvals: powers.flatMap((power) => times.map((n) => Number(`${n}e${power}`))),
    tickformat: ',~r',
  };
}
