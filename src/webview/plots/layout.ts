import type { Layout } from 'plotly.js/lib/core';
import type { PlotTheme } from './theme.ts';

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
