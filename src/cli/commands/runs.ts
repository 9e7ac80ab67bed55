import { stat } from 'node:fs/promises';
import { withFileErrors } from '../../core/base/files.ts';
import { megabytes } from '../../core/base/memory.ts';
import { type DiskUse, diskUse } from '../../core/training/diskUse.ts';
import { listRuns, type RunListing } from '../../core/training/runListing.ts';
import type { Command } from '../command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { formatMetric } from '../../core/metrics/metricText.ts';
import { clip, sanitise, table } from '../terminal/text.ts';

const statuses: Record<RunListing['status'], string> = {
  running: 'running',
  finished: 'finished',
  early: 'stopped early',
  interrupted: 'interrupted',
  damaged: 'damaged',
};

export const runs: Command = {
  name: 'runs',
  summary: 'List the runs of a folder, newest first',
  positionals: [{ name: 'FOLDER', description: 'Folder of the runs (default: runs)', optional: true }],
  options: {
    sizes: { description: 'Also what each run takes on disk, and the caches of prepared data of these runs' },
  },
  examples: ['xmlcnn runs', 'xmlcnn runs --sizes', 'xmlcnn runs experiments/runs --json'],
  async run(args, terminal) {
    const [named] = args.positionals;
    const folder = named ?? 'runs';
    if (named !== undefined) await withFileErrors(named, () => stat(named)); // the default need not be there yet
    const found = await listRuns(folder);
    if (!found.length) terminal.print(`There are no runs in ${sanitise(folder)}.`);
    else {
      const [titles, ...rows] = table(
        [
          { title: 'run' },
          { title: 'status' },
          { title: 'epochs', align: 'right' },
          { title: 'best', align: 'right' },
          { title: 'P@1', align: 'right' },
          { title: 'micro-F1', align: 'right' },
          { title: 'on' },
          { title: 'last change (UTC)' },
        ],
        found.map(row),
      );
      terminal.print(terminal.style.bold(titles), ...rows);
    }
    for (const { name, problem } of found) if (problem) terminal.warn(`${sanitise(name)}: ${sanitise(problem)}`);
    if (!args.flag('sizes')) return { json: { folder, runs: found } };
    const sizes = await diskUse(found);
    if (found.length > 0) printSizes(sizes, terminal);
    return { json: { folder, runs: found, sizes } };
  },
};

function printSizes({ runs, caches }: DiskUse, terminal: Terminal): void {
  const total = [...runs, ...caches].reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = [
    ...runs.map(({ folder, bytes }) => [sanitise(folder), megabytes(bytes)]),
    ...caches.map(({ folder, bytes }) => [
      `${sanitise(folder)} (cache: it is made again when it is needed)`,
      megabytes(bytes),
    ]),
    ['in all', megabytes(total)],
  ];
  const [titles, ...lines] = table([{ title: 'on disk' }, { title: 'size', align: 'right' }], rows);
  terminal.print('', terminal.style.bold(titles), ...lines);
}

function row({ name, notes, status, epochs, bestEpoch, evaluated, validation, changed }: RunListing): string[] {
  const metrics = evaluated?.metrics ?? validation;
  return [
    clip(sanitise(notes?.title === undefined ? name : `${notes.title} (${name})`), 48),
    statuses[status],
    String(epochs),
    bestEpoch ? String(bestEpoch) : '–',
    formatMetric('P@1', metrics?.['P@1']),
    formatMetric('microF1', metrics?.microF1),
    evaluated ? sanitise(evaluated.split) : metrics ? 'validation' : '',
    changed.slice(0, 16).replace('T', ' '),
  ];
}
