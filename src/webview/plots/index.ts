export { seriesMark } from './mark.ts';
export { plot, plotText } from './plot.ts';
export type { Figure, Plot, PlotClick, Trace } from './plot.ts';
export { onThemeChange, readTheme } from './theme.ts';
export type { PlotTheme, SeriesStyle } from './theme.ts';
