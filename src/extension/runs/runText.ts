import type { RunListing } from '../../core/training/runListing.ts';
import type { JobState } from './jobState.ts';
import type { Translate } from './jobText.ts';
import { percent, progressParts, splitName } from './jobText.ts';

export function statusName(status: RunListing['status'], t: Translate): string {
  switch (status) {
    case 'running':
      return t('running');
    case 'finished':
      return t('finished');
    case 'early':
      return t('stopped early');
    case 'interrupted':
      return t('stopped');
    case 'damaged':
      return t('damaged');
  }
}

const epochsText = (epochs: number, t: Translate): string => (epochs === 1 ? t('1 epoch') : t('{0} epochs', epochs));

interface Precision {
  split: string;
  value: number;
}

/** P@1 on what was evaluated, and of the best epoch on validation, as far as they are known. */
export function precisions({ validation, evaluated }: RunListing): Precision[] {
  const known = [
    { split: evaluated?.split ?? '', value: evaluated?.metrics['P@1'] },
    { split: 'validation', value: validation?.['P@1'] },
  ];
  return known.filter((one): one is Precision => one.value !== undefined);
}

/**
 * What stands beside a run's name: its progress while it runs here, else P@1, epochs and status. The figure comes first: a
 * row is cut at its end, and `isRow` leaves out what the row's tooltip says.
 */
export function runDescription(
  run: RunListing | undefined,
  job: JobState | undefined,
  t: Translate,
  { isRow = false } = {},
): string {
  if (job) return progressParts(job, t).join(' · ');
  if (!run) return '';
  const [precision] = precisions(run);
  const figure = precision && [splitName(precision.split, t), percent(precision.value)];
  const parts = [
    figure && (isRow ? figure.toReversed().join(' ') : t('P@1 {0}', figure.join(' '))),
    run.modelType === 'linear' ? t('linear model') : run.epochs > 0 ? epochsText(run.epochs, t) : undefined,
    run.status === 'finished'
      ? undefined
      : run.status === 'running'
        ? t('running elsewhere')
        : statusName(run.status, t),
    run.notes?.pinned ? t('pinned') : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Titles and values for a run's tooltip. Values may hold anything: they are text, not Markdown. */
export function runFacts(run: RunListing, t: Translate): [title: string, value: string][] {
  const { status, modelType, epochs, bestEpoch, monitor, validation, evaluated, changed, folder, problem } = run;
  const { note, tags } = run.notes ?? {};
  const figures = (metrics: Record<string, number>): string =>
    ['P@1', 'P@3', 'P@5', 'nDCG@5']
      .filter((name) => name in metrics)
      .map((name) => `${name} ${percent(metrics[name])}`)
      .join(', ');
  const rows: [string, string | undefined][] = [
    [t('Status'), statusName(status, t)],
    [t('Problem'), problem ?? run.notesProblem],
    [t('Note'), note],
    [t('Tags'), tags?.join(', ')],
    [
      t('Epochs'),
      epochs > 0 && modelType !== 'linear'
        ? bestEpoch > 0
          ? t('{0}, the best is {1}', epochs, bestEpoch)
          : `${epochs}`
        : undefined,
    ],
    [t('Validation'), validation && figures(validation)],
    [evaluated ? t('On {0}', evaluated.split) : '', evaluated && figures(evaluated.metrics)],
    [t('Best by'), monitor],
    [t('Changed'), new Date(changed).toLocaleString()],
    [t('Folder'), folder],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}
