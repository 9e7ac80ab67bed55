import type { HeadCooccurrence } from '../../../core/explore/analysis/analysisApi.ts';
import { type Figure, plotText } from '../../plots/index.ts';
import { amount, count, percent } from '../../amounts.ts';
import { axisNames } from './datasetTraces.ts';
import { t } from '../../l10n.ts';

type HeatmapOf = 'share' | 'documents';

/**
 * Cells of the heat map, row by row: shares of the row's documents, or documents as a logarithm (counts span powers of ten).
 * A label with itself is no co-occurrence: its cell stays empty.
 */
export function heatmapCells({ labels, counts }: HeadCooccurrence, of: HeatmapOf): (number | null)[][] {
  return counts.map((row, i) =>
    row.map((together, j) => {
      if (i === j) return null;
      if (of === 'share') return together / labels[i].documents;
      return together > 0 ? Math.log10(together) : null;
    }),
  );
}

/** The most frequent labels against each other; the first in the upper left corner. */
export function heatmapFigure(head: HeadCooccurrence, of: HeatmapOf): Figure {
  const { labels, counts } = head;
  const names = axisNames(labels, 22);
  const at = labels.map((_, i) => i);
  const axis = {
    tickmode: 'array' as const,
    tickvals: at,
    ticktext: names.map(plotText),
    showgrid: false,
    zeroline: false,
    fixedrange: true,
  };
  const full = (i: number): string => `${labels[i].display ?? labels[i].name} (${count(labels[i].documents)})`;
  const hoverText = counts.map((row, i) =>
    row.map((together, j) =>
      i === j
        ? full(i)
        : t(
            '{0} with {1}: {2}, {3} of the first',
            full(i),
            full(j),
            amount.documents(together),
            percent(together / labels[i].documents),
          ),
    ),
  );
  const most = Math.max(0, ...counts.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const powers = Array.from({ length: Math.floor(Math.log10(Math.max(1, most))) + 1 }, (_, power) => power);
  const bar =
    of === 'share'
      ? { title: { text: t('share') }, tickformat: '.0%' }
      : { title: { text: t('documents') }, tickvals: powers, ticktext: powers.map((power) => count(10 ** power)) };
  return {
    traces: [
      {
        type: 'heatmap',
        x: at,
        y: at,
        z: heatmapCells(head, of),
        zmin: 0,
        customdata: hoverText,
        hovertemplate: '%{customdata}<extra></extra>',
        hoverongaps: false,
        colorbar: { thickness: 12, len: 1, outlinewidth: 0, ...bar },
        xgap: 1,
        ygap: 1,
      } as object,
    ],
    description: t(
      'Heat map: how often the {0} most frequent labels occur together. The lists below show it for every label.',
      labels.length,
    ),
    layout: {
      xaxis: { ...axis, tickangle: -45, ticklabeloverflow: 'allow' } as object,
      yaxis: { ...axis, autorange: 'reversed' },
    },
  };
}
