export { seriesMark } from './mark.ts';
export { plot } from './plot.ts';
export type { Figure, Plot, PlotClick, Trace } from './plot.ts';
export { savedImage } from './savedImage.ts';
export { plotText } from './text.ts';
export { onThemeChange, readTheme } from './theme.ts';
export type { PlotTheme, SeriesStyle } from './theme.ts';
