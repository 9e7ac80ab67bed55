import type { Trace } from './plot.ts';
import { plotText } from './text.ts';
import type { PlotTheme, SeriesStyle } from './theme.ts';

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
