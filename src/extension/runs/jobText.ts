import type { JobPhase, JobState } from './jobState.ts';

/** `vscode.l10n.t`, handed in so that these texts can be tested without an editor. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** A share 0 to 1 as percent, as the metrics are given everywhere: "71.2". */
export const percent = (share: number): string => (share * 100).toFixed(1);

/** Seconds as "8 s", "12 min", "2 h 5 min". */
export function timeText(seconds: number, t: Translate): string {
  if (seconds < 59.5) return t('{0} s', Math.max(1, Math.round(seconds)));
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? t('{0} h {1} min', hours, minutes % 60) : t('{0} h', hours);
}

/** A split beside a figure: short, and an evaluated file as it is called. */
export const splitName = (split: string, t: Translate): string =>
  split === 'validation' ? t('val') : split === 'test' ? t('test') : split === 'train' ? t('train') : split;

function phaseText(phase: JobPhase, t: Translate): string {
  switch (phase) {
    case 'starting':
      return t('Starting');
    case 'reading':
      return t('Reading');
    case 'preparing':
      return t('Preparing');
    case 'word2vec':
      return t('Training word vectors');
    case 'linear':
      return t('Linear model');
    case 'training':
      return t('Training');
    case 'validating':
      return t('Validating');
    case 'retraining':
      return t('Retraining');
    case 'testing':
      return t('Evaluating');
    case 'baselines':
      return t('Measuring baselines');
  }
}

/** What a job is at: "Epoch 3/15", "Reading 40%". */
export function stageText(state: JobState, t: Translate): string {
  if (state.isStopping) return t('Stopping');
  if (state.phase === 'training' && state.epoch !== undefined)
    return state.epochs ? t('Epoch {0}/{1}', state.epoch, state.epochs) : t('Epoch {0}', state.epoch);
  if (state.phase === 'retraining' && state.epoch !== undefined && state.epochs)
    return t('Retraining, epoch {0}/{1}', state.epoch, state.epochs);
  const phase = phaseText(state.phase, t);
  return state.share === undefined ? phase : t('{0} {1}%', phase, Math.floor(state.share * 100));
}

function rateText({ rate }: JobState, t: Translate): string | undefined {
  if (!rate || rate.perSecond <= 0) return undefined;
  if (rate.unit === 'bytes') return t('{0} MB/s', (rate.perSecond / 1e6).toFixed(1));
  if (rate.unit === 'words') return t('{0} words/s', Math.round(rate.perSecond).toLocaleString('en-US'));
  return t('{0} documents/s', Math.round(rate.perSecond).toLocaleString('en-US'));
}

/** The parts of a job's progress that are known: stage, P@1, rate, time left. */
export function progressParts(state: JobState, t: Translate): string[] {
  const { precision, secondsLeft, isStopping } = state;
  const parts = [
    stageText(state, t),
    precision === undefined ? undefined : t('P@1 {0}', `${splitName('validation', t)} ${percent(precision)}`),
    isStopping ? undefined : rateText(state, t),
    isStopping || secondsLeft === undefined || secondsLeft <= 0 ? undefined : t('{0} left', timeText(secondsLeft, t)),
  ];
  return parts.filter((part) => part !== undefined);
}

/** The status bar's text over all jobs; undefined where there is none. */
export function statusText(jobs: readonly JobState[], t: Translate): string | undefined {
  if (jobs.length === 0) return undefined;
  if (jobs.length === 1) return `$(sync~spin) ${progressParts(jobs[0], t).join('  ')}`;
  const lefts = jobs.map(({ secondsLeft }) => secondsLeft);
  const known = lefts.every((left) => left !== undefined && left > 0);
  const left = known ? `  ${t('{0} left', timeText(Math.max(...(lefts as number[])), t))}` : '';
  return `$(sync~spin) ${t('{0} runs', jobs.length)}${left}`;
}

/** A line for each job, for the status bar's tooltip. */
export const statusLines = (jobs: readonly JobState[], t: Translate): string[] =>
  jobs.map((job) => `${job.title}: ${progressParts(job, t).join(' · ')}`);
