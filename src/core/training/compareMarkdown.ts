import { formatDifference, formatMetric } from '../metrics/format.ts';
import type { Comparison, MetricRow } from './compare.ts';

/** The comparison as Markdown: metrics first, then the settings that differ (or all). */
export function comparisonMarkdown(
  { runs, groups, config, metrics }: Comparison,
  { allKeys = false }: { allKeys?: boolean } = {},
): string {
  const parts = ['# Comparison of runs'];
  for (const split of ['test', 'validation'] as const) {
    const rows = metrics.filter((row) => row.split === split);
    if (rows.length === 0) continue;
    parts.push(`## ${split === 'test' ? 'Test' : 'Validation (best epoch)'}`);
    parts.push(table(['', ...groups.map(({ name }) => name)], rows.map(metricCells), true));
  }
  const settings = config.filter(({ differs }) => allKeys || differs);
  parts.push(allKeys ? '## Settings' : '## Settings that differ');
  if (settings.length === 0) parts.push('None.');
  else
    parts.push(
      table(
        ['', ...runs.map(({ name }) => name)],
        settings.map(({ key, values }) => [key, ...values.map((value) => value ?? '–')]),
      ),
    );
  if (metrics.some(({ cells }) => cells.some((cell) => cell?.sd !== undefined)))
    parts.push('± is the standard deviation over seeds.');
  return `${parts.join('\n\n')}\n`;
}

/** "61.23 ± 0.40 (+1.20)"; the best is bold. */
function metricCells({ name, cells, differences, best }: MetricRow): string[] {
  const texts = cells.map((cell, i) => {
    if (!cell) return '–';
    const value = formatMetric(name, cell.mean) + (cell.sd === undefined ? '' : ` ± ${formatMetric(name, cell.sd)}`);
    const difference = differences[i];
    const marked = i === best ? `**${value}**` : value;
    return difference === null ? marked : `${marked} (${formatDifference(name, difference)})`;
  });
  return [name, ...texts];
}

function table(head: readonly string[], rows: readonly (readonly string[])[], isNumbers = false): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i > 0 && isNumbers ? '---:' : '---'));
  const shown = rows.map((cells) => line(isNumbers ? [escape(cells[0]), ...cells.slice(1)] : cells.map(escape)));
  return [line(head.map(escape)), line(rule), ...shown].join('\n');
}

/** Names and settings stay as they are, whatever is in them. */
const escape = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\r?\n/g, ' ');
