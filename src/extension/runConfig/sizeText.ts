import type { ModelSize } from '../../core/config/language/modelSize.ts';
import { timeText, type Translate } from '../runs/jobText.ts';

export interface SizeFacts {
  size: ModelSize;
  /** The counts are of a run whose dataset or text section was another. */
  isOfOtherData: boolean;
  /** Mean time of an epoch of the newest run, in seconds. */
  epochSeconds?: number;
}

/** How large the model is and how long it takes, as far as that is known: what is not known is named. */
export function sizeText({ size, isOfOtherData, epochSeconds }: SizeFacts, t: Translate): string {
  const { parameters, bytes, perLabel, perWord, isAtMost } = size;
  const more = [
    perWord === undefined ? undefined : t('{0} per word', countText(perWord)),
    perLabel === undefined ? undefined : t('{0} per label', countText(perLabel)),
  ].filter((part) => part !== undefined);
  const isOpen = more.length > 0;
  const count = [countText(parameters), ...more].join(' + ');
  const sign = isOfOtherData ? '≈ ' : isAtMost ? '≤ ' : '';
  const memory = isOpen ? t('{0} and more', memoryText(bytes)) : memoryText(bytes);
  return [
    t('{0} parameters', `${sign}${count}`),
    t('{0} of memory', `${sign}${memory}`),
    ...(epochSeconds === undefined ? [] : [t('{0} per epoch in the last run', timeText(epochSeconds, t))]),
  ].join(' · ');
}

/** What the figures are, for a tooltip. */
export function sizeTooltip({ size, isOfOtherData }: SizeFacts, t: Translate): string {
  const { perLabel, perWord, isAtMost } = size;
  return [
    t('Memory is that of the weights and of what the optimiser keeps of them; batches come on top.'),
    ...(isOfOtherData ? [t('Labels and words are counted as in the last run, which read other data.')] : []),
    ...(isAtMost ? [t('The vocabulary is counted at its limit: it is smaller where there are fewer words.')] : []),
    ...(perWord !== undefined || perLabel !== undefined
      ? [t('How many labels and words there are, the first run will tell.')]
      : []),
  ].join('\n');
}

/** 1,234 · 56.7 k · 12.3 M */
export function countText(count: number): string {
  if (count < 10_000) return count.toLocaleString('en-US');
  if (count < 999_950) return `${(count / 1e3).toFixed(count < 99_950 ? 1 : 0)} k`;
  return `${(count / 1e6).toFixed(count < 99.95e6 ? 1 : 0)} M`;
}

function memoryText(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes < 1024 ? `${Math.max(1, Math.round(megabytes))} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
