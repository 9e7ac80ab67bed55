/** What is plotted: labels by frequency, documents by length. */
import type { DatasetSnapshot, SplitSnapshot } from '../../../core/explore/inspectionApi.ts';
import { countingTicks, logTicks, type Trace } from '../../plots/index.ts';
import { amount, count, middleCut } from '../../amounts.ts';
import { partName } from './datasetTexts.ts';
import { t } from '../../l10n.ts';

export type Scale = 'linear' | 'log';

/** Splits that have something to show; only the first unless the others are to lie over it. */
export function shownSplits({ splits }: DatasetSnapshot, overlay: boolean): SplitSnapshot[] {
  const read = splits.filter(({ statistics }) => statistics.documents > 0);
  return overlay ? read : read.slice(0, 1);
}

/** Documents that have the most frequent labels: counts, or percentages of each split where several lie side by side. */
export function headTraces(snapshot: DatasetSnapshot, overlay: boolean): Trace[] {
  const shown = shownSplits(snapshot, overlay);
  return shown.map((split) => {
    const at = snapshot.splits.indexOf(split);
    const { documents } = split.statistics;
    return {
      type: 'bar',
      name: partName(split.split),
      x: snapshot.head.map((_, i) => i),
      y: snapshot.head.map((label) =>
        shown.length > 1 ? (label.documents[at] / documents) * 100 : label.documents[at],
      ),
      customdata: snapshot.head.map(
        ({ name, display, documents: counts }) => `${oneLine(display ?? name)}: ${amount.documents(counts[at])}`,
      ),
      hovertemplate: '%{customdata}<extra></extra>',
    };
  });
}

/** Documents per label by rank. */
export function rankTraces(snapshot: DatasetSnapshot, overlay: boolean): Trace[] {
  return shownSplits(snapshot, overlay).map(({ split, ranks }) => ({
    type: 'scatter',
    mode: ranks.length < 3 ? 'lines+markers' : 'lines',
    name: partName(split),
    x: ranks.map(([rank]) => rank),
    y: ranks.map(([, documents]) => documents),
    hovertemplate: 'label no. %{x:,}: %{y:,} documents<extra></extra>',
  }));
}

/** Documents by length: counts, or percentages where several splits lie side by side. */
export function lengthTraces(snapshot: DatasetSnapshot, overlay: boolean): Trace[] {
  const shown = shownSplits(snapshot, overlay);
  return shown.map((split) => {
    const { counts, width } = split.lengths;
    const { documents } = split.statistics;
    return {
      type: 'bar',
      name: partName(split.split),
      x: counts.map((_, i) => (i + 0.5) * width),
      y: counts.map((n) => (shown.length > 1 ? (n / documents) * 100 : n)),
      customdata: counts.map((n, i) => `${lengthRange(split, i)}: ${amount.documents(n)}`),
      hovertemplate: '%{customdata}<extra></extra>',
    };
  });
}

/** `100 to 199 words`; the last bin of an open histogram has no end. */
export function lengthRange({ lengths: { width, counts, open }, bagOfWords }: SplitSnapshot, bin: number): string {
  const from = bin * width;
  if (open && bin === counts.length - 1)
    return bagOfWords ? t('{0} or more features', count(from)) : t('{0} or more words', count(from));
  if (width === 1) return bagOfWords ? amount.features(from) : amount.words(from);
  const to = count(from + width - 1);
  return bagOfWords ? t('{0} to {1} features', count(from), to) : t('{0} to {1} words', count(from), to);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** What an axis of counts, or of shares, between these values is drawn with. */
export function valueAxis(scale: Scale, values: readonly number[], isShare = false): object {
  const shown = values.filter((value) => value > 0);
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  if (shown.length === 0) return { type: 'linear' };
  if (scale === 'log') return { type: scale, ...logTicks(least, most) };
  return { type: scale, ...(!isShare && most <= 8 && countingTicks(most, 8)) };
}

/**
 * Names of labels on an axis: without what all begin with, and cut in the middle, where names differ least. What all
 * begin with ends at a mark, so that no word is cut.
 */
export function axisNames(labels: readonly { name: string; display?: string }[], most = 18): string[] {
  const lines = labels.map(({ name, display }) => oneLine(display ?? name));
  const prefix = lines.length > 1 ? lines.reduce(commonStart).replace(/[^/#:|.\\]*$/, '') : '';
  const isWorth = prefix.length >= 4;
  return lines.map((line) => middleCut(isWorth ? `…${line.slice(prefix.length)}` : line, most));
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
