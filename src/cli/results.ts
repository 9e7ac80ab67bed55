import type { Metrics } from '../core/base/metrics.ts';
import { metricRows, baselineTitle, type System } from './figures.ts';
import type { Terminal } from './terminal/terminal.ts';
import { counted, table } from './terminal/text.ts';

/** The model's figures beside those of its baselines, as a table. */
export function printSystems(systems: System[], terminal: Terminal): void {
  const [titles, ...rows] = table(
    [{ title: '' }, ...systems.map((s) => ({ title: s.name, align: 'right' as const }))],
    metricRows(systems).map(({ title, cells }) => [title, ...cells]),
  );
  terminal.print(terminal.style.bold(titles), ...rows);
}

/** What a table of figures was measured on: "test, 3,019 documents". */
export const measuredOn = (split: string, documents: number): string => `${split}, ${counted(documents, 'document')}`;

export function systemsOf(metrics: Metrics, baselines: readonly { name: string; metrics: Metrics }[]): System[] {
  return [{ name: 'XML-CNN', metrics }, ...baselines.map((b) => ({ name: baselineTitle(b.name), metrics: b.metrics }))];
}
