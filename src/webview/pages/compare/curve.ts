import { formatMetric, isLoss } from '../../../core/metrics/format.ts';
import type { Comparison } from '../../../core/training/compare.ts';
import type { Figure } from '../../plots/index.ts';
import type { ComparedCurve } from '../../protocol.ts';
import { t } from '../../l10n.ts';

export const metricTitle = (metric: string): string =>
  metric === 'trainLoss' ? t('Training loss') : t('Validation {0}', metric);

/** A metric over epochs: a line for each group, with a bar of one standard deviation where there are several seeds. */
export function curveFigure({ metric, groups: curves }: ComparedCurve, { groups }: Comparison): Figure {
  const scale = isLoss(metric) ? 1 : 100;
  const digits = isLoss(metric) ? '.4f' : '.2f';
  return {
    description: describe(metric, curves, groups),
    traces: (theme) =>
      curves.map(({ epochs, values }, i) => {
        const { color, dash, symbol } = theme.series(i);
        const hasSpread = values.some(({ sd }) => sd !== undefined);
        return {
          name: groups[i].name,
          x: epochs,
          y: values.map(({ mean }) => mean * scale),
          mode: 'lines+markers',
          line: { color, dash },
          marker: { color, symbol, size: 7 },
          ...(hasSpread && {
            error_y: {
              type: 'data',
              array: values.map(({ sd = 0 }) => sd * scale),
              visible: true,
              color,
              thickness: 1.5,
              width: 4,
            },
          }),
          hovertemplate: hasSpread ? `%{y:${digits}} ± %{error_y.array:${digits}}` : `%{y:${digits}}`,
        };
      }),
    layout: {
      showlegend: true,
      hovermode: 'x unified',
      xaxis: {
        title: { text: t('Epoch'), standoff: 4 },
        tickformat: 'd',
        nticks: 10,
        showgrid: false,
        unifiedhovertitle: { text: t('Epoch {0}', '%{x}') },
      },
      yaxis: { title: { text: `${metricTitle(metric)}${scale === 100 ? ', %' : ''}`, standoff: 4 }, nticks: 6 },
    },
  };
}

function describe(metric: string, curves: ComparedCurve['groups'], groups: Comparison['groups']): string {
  const parts = curves.map(({ epochs, values }, i) => {
    const last = values.at(-1);
    if (!last) return t('{0}: no epoch', groups[i].name);
    const spread = last.sd === undefined ? '' : ` ± ${formatMetric(metric, last.sd)}`;
    return t('{0}: {1} after epoch {2}', groups[i].name, `${formatMetric(metric, last.mean)}${spread}`, epochs.at(-1)!);
  });
  return t('{0} by epoch: {1}.', metricTitle(metric), parts.join('; '));
}
