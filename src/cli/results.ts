import type { Metrics } from '../core/base/metrics.ts';
import type { Seen } from '../core/text/drawnSplits.ts';
import { metricRows, baselineTitle, type System } from './figures.ts';
import type { Terminal } from './terminal/terminal.ts';
import { counted, grouped, table } from './terminal/text.ts';

/** The model's figures beside those of its baselines, as a table. */
export function printSystems(systems: System[], terminal: Terminal): void {
  const [titles, ...rows] = table(
    [{ title: '' }, ...systems.map((s) => ({ title: s.name, align: 'right' as const }))],
    metricRows(systems).map(({ title, cells }) => [title, ...cells]),
  );
  terminal.print(terminal.style.bold(titles), ...rows);
}

/** Under a table's title: documents without a label lower all of its figures. */
export function printUnlabelled(unlabelled: number | undefined, terminal: Terminal): void {
  if (unlabelled)
    terminal.print(
      `${grouped(unlabelled)} of them ${unlabelled === 1 ? 'has' : 'have'} no label and ${unlabelled === 1 ? 'counts' : 'count'} 0.`,
    );
}

/** What a table of figures was measured on: "test, 3,019 documents". */
export const measuredOn = (split: string, documents: number): string => `${split}, ${counted(documents, 'document')}`;

const seenNotes: Record<Seen, string> = {
  'chose-epoch':
    'The best epoch was chosen on these documents: expect less on new ones, such as those of a test split.',
  'trained-on': 'The model was trained on these documents: expect far less on new ones.',
};

/** Under a table of figures that new documents will not reach. */
export function printSeen(seen: Seen | undefined, terminal: Terminal): void {
  if (seen !== undefined) terminal.print('', seenNotes[seen]);
}

export function systemsOf(metrics: Metrics, baselines: readonly { name: string; metrics: Metrics }[]): System[] {
  return [{ name: 'XML-CNN', metrics }, ...baselines.map((b) => ({ name: baselineTitle(b.name), metrics: b.metrics }))];
}
