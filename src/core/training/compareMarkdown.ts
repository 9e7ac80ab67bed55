import { formatDifference, formatMetric } from '../metrics/format.ts';
import { escapeMarkdown, markdownTable } from '../metrics/markdown.ts';
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
  const shown = rows.map((cells) =>
    isNumbers ? [escapeMarkdown(cells[0]), ...cells.slice(1)] : cells.map(escapeMarkdown),
  );
  return markdownTable(head.map(escapeMarkdown), shown, isNumbers);
}
