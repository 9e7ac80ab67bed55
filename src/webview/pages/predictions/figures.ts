/** Figures as people read them. */
export { count } from '../../amounts.ts';

/** A share in percent with two digits, as the evaluation writes it. */
export const share = (value: number | undefined): string => (value === undefined ? '–' : (value * 100).toFixed(2));

/** With as many digits as tell a small one from nothing. */
export function probability(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 0.001 || value === 0 ? value.toFixed(3) : '< 0.001';
}

/** A threshold as it stands on the slider: hundredths, and the tuned one with more digits. */
export const thresholdText = (value: number): string =>
  Number.isInteger(Math.round(value * 1e6) / 1e4) ? value.toFixed(2) : value.toFixed(4);

export const signed = (value: number): string => (value < 0 ? `−${(-value).toFixed(2)}` : `+${value.toFixed(2)}`);
