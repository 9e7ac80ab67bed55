import './plots.css';
export { countingTicks, logTicks, plotText } from './plotStyle.ts';
export type { Trace } from './plotStyle.ts';
export { plot, savedImage } from './plotView.ts';
export type { Figure, Plot, PlotClick } from './plotView.ts';
export { onThemeChange, rampColor, readTheme, seriesMark } from './theme.ts';
export type { PlotTheme, SeriesStyle } from './theme.ts';
