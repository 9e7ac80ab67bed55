/** What is plotted: labels by frequency, documents by length. */
import type { DatasetSnapshot, SplitSnapshot } from '../../../core/explore/inspected.ts';
import type { Trace } from '../../plots/index.ts';
import { count } from './numbers.ts';
import { partName } from './overviewRows.ts';

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
        ({ name, display, documents: counts }) => `${oneLine(display ?? name)}: ${count(counts[at])} documents`,
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
      customdata: counts.map((n, i) => `${lengthRange(split, i)}: ${count(n)} documents`),
      hovertemplate: '%{customdata}<extra></extra>',
    };
  });
}

/** `100 to 199 words`; the last bin of an open histogram has no end. */
export function lengthRange({ lengths: { width, counts, open }, bagOfWords }: SplitSnapshot, bin: number): string {
  const unit = bagOfWords ? 'features' : 'words';
  const from = bin * width;
  if (open && bin === counts.length - 1) return `${count(from)} or more ${unit}`;
  return width === 1 ? `${count(from)} ${unit}` : `${count(from)} to ${count(from + width - 1)} ${unit}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** A label's name on an axis. */
export function axisName(name: string, most = 18): string {
  const line = oneLine(name);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
