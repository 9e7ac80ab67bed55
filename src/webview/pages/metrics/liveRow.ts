import type { LiveStep } from '../../protocol.ts';
import { progress } from '../../ui/index.ts';

/** How far a run is in its epoch. */
export function liveRow(title: string, step: LiveStep): HTMLElement {
  const { epoch, loss, done, total, documentsPerSecond, secondsLeft } = step;
  const { element, set } = progress(`${title}, epoch ${epoch}`, done / total);
  const rate = `${Math.round(documentsPerSecond).toLocaleString('en')} documents/s`;
  const left = secondsLeft > 0 ? `, ${timeText(secondsLeft)} left` : '';
  set(done / total, `${title}: epoch ${epoch}, loss ${loss.toFixed(4)}, ${rate}${left}`);
  return element;
}

const timeText = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
