import type { RunListing } from '../../core/training/runListing.ts';
import type { JobState } from './jobState.ts';
import type { Translate } from './jobText.ts';
import { percent, progressParts } from './jobText.ts';

export function statusName(status: RunListing['status'], t: Translate): string {
  switch (status) {
    case 'running':
      return t('running');
    case 'finished':
      return t('finished');
    case 'early':
      return t('stopped early');
    case 'interrupted':
      return t('interrupted');
    case 'damaged':
      return t('damaged');
  }
}

const epochsText = (epochs: number, t: Translate): string => (epochs === 1 ? t('1 epoch') : t('{0} epochs', epochs));

/** P@1 of the best epoch on validation, else on what was evaluated. */
export const bestPrecision = ({ validation, evaluated }: RunListing): number | undefined =>
  validation?.['P@1'] ?? evaluated?.metrics['P@1'];

/** Names that training gives end in the time of their beginning (UTC): here in local time, and short. Others are as they are. */
export function shortName(name: string, now = new Date()): string {
  const found = /^(.+)-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})(-\d+)?$/.exec(name);
  if (!found) return name;
  const [, base, day, hour, minute, second, again = ''] = found;
  const began = new Date(`${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(began.getTime())) return name;
  const time = began.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const isToday = began.toDateString() === now.toDateString();
  const date = isToday ? '' : `${began.toLocaleDateString([], { day: 'numeric', month: 'short' })} `;
  return `${base} ${date}${time}${again}`;
}

/** What stands beside a run's name: its progress while it runs here, else status, best P@1 and epochs. */
export function runDescription(run: RunListing | undefined, job: JobState | undefined, t: Translate): string {
  if (job) return progressParts(job, t).join(' · ');
  if (!run) return '';
  const precision = bestPrecision(run);
  const parts = [
    run.status === 'finished'
      ? undefined
      : run.status === 'running'
        ? t('running elsewhere')
        : statusName(run.status, t),
    precision === undefined ? undefined : t('P@1 {0}', percent(precision)),
    run.modelType === 'linear' ? t('linear model') : run.epochs > 0 ? epochsText(run.epochs, t) : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Titles and values for a run's tooltip. Values may hold anything: they are text, not Markdown. */
export function runFacts(run: RunListing, t: Translate): [title: string, value: string][] {
  const { status, modelType, epochs, bestEpoch, monitor, validation, evaluated, changed, folder, problem } = run;
  const figures = (metrics: Record<string, number>): string =>
    ['P@1', 'P@3', 'P@5', 'nDCG@5']
      .filter((name) => name in metrics)
      .map((name) => `${name} ${percent(metrics[name])}`)
      .join(', ');
  const rows: [string, string | undefined][] = [
    [t('Status'), statusName(status, t)],
    [t('Problem'), problem],
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
