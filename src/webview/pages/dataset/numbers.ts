/** Figures as people read them. */
import { t } from '../../l10n.ts';

export { count } from '../../amounts.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** With a digit or two after the point where that tells something. */
export function mean(n: number): string {
  return n >= 100 ? whole.format(n) : n >= 10 ? one.format(n) : two.format(n);
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 0.005 ? '< 0.01' : value.toFixed(2)}%`;
}

export function bytes(n: number): string {
  const units = [t('bytes'), 'kB', 'MB', 'GB', 'TB'];
  let power = 0;
  while (n >= 1000 && power < units.length - 1) {
    n /= 1000;
    power++;
  }
  return `${power === 0 ? n : n.toFixed(n < 10 ? 1 : 0)} ${units[power]}`;
}
