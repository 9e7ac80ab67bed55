import type { LiveStep } from '../../protocol.ts';
import { progress } from '../../ui/index.ts';
import { t } from '../../l10n.ts';

/** How far a run is in its epoch. */
export function liveRow(title: string, step: LiveStep): HTMLElement {
  const { epoch, loss, done, total, documentsPerSecond, secondsLeft } = step;
  const { element, set } = progress(t('{0}, epoch {1}', title, epoch), done / total);
  const rate = t('{0} documents/s', Math.round(documentsPerSecond).toLocaleString('en'));
  const parts = [t('epoch {0}', epoch), t('loss {0}', loss.toFixed(4)), rate];
  if (secondsLeft > 0) parts.push(t('{0} left', timeText(secondsLeft)));
  set(done / total, `${title}: ${parts.join(', ')}`);
  return element;
}

const timeText = (seconds: number): string =>
  seconds < 90 ? t('{0} s', Math.max(1, Math.round(seconds))) : t('{0} min', Math.round(seconds / 60));
