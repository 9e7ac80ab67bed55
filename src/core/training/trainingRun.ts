import type { RunConfig } from '../config/runConfig.ts';
import type { Engine } from '../engine/engine.ts';
import type { Weights } from '../model/network.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import { removeFile } from '../base/files.ts';
import { checkKs } from '../metrics/ranking.ts';
import type { Corpus } from '../text/corpus.ts';
import type { PreparedData } from '../text/prepare.ts';
import { segmenterVersion } from '../text/segmenter.ts';
import type { EvaluatorOptions } from '../metrics/evaluator.ts';
import type { RunIdentity } from './checkpoint.ts';
import type { RunEvent } from '../base/events.ts';
import { MetricsLog } from './metricsLog.ts';
import type { Monitor } from '../config/monitor.ts';
import { type ClaimedRun, exists, type RunPaths, type StoredLabels, writeRunFiles } from './runFolder.ts';
import type { TrainingState } from './trainingState.ts';

/** What a training of any kind works with. */
export interface Session {
  readonly config: RunConfig;
  readonly claimed: ClaimedRun;
  readonly emit: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
  /** Seconds between checkpoints. */
  readonly checkpointSeconds: number;
}

/** What the parts of a network's training share. */
export interface Run {
  readonly config: RunConfig;
  readonly paths: RunPaths;
  readonly identity: RunIdentity;
  /** What word and label ids stand for. */
  readonly names: { words: readonly string[]; labels: readonly string[] };
  readonly evaluator: EvaluatorOptions;
  readonly monitor: Monitor;
  readonly log: MetricsLog;
  readonly emit: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
  /** Seconds between checkpoints in mid-epoch. */
  readonly checkpointSeconds: number;
  engine: Engine;
  state: TrainingState;
  /** Scoring weights of the best epoch, where checkpoints are not saved. */
  bestWeights?: Weights;
}

export function throwIfAborted({ signal }: Pick<Run, 'signal'>): void {
  if (signal?.aborted) throw new Cancelled();
}

/** Runs `work` with the weights that score: the averaged ones where EMA is on. The raw weights are put back, bit for bit. */
export async function withScoringWeights<T>({ config, engine }: Run, work: () => Promise<T>): Promise<T> {
  if (config.training.ema === 0) return work();
  const raw = await engine.readWeights();
  await engine.writeWeights(await engine.readAverage());
  try {
    return await work();
  } finally {
    await engine.writeWeights(raw);
  }
}

/** What cuts the words goes into the run: elsewhere they may be cut otherwise. */
export function withSegmenterVersion(config: RunConfig): RunConfig {
  const { text } = config;
  if (text.tokenizer !== 'segmenter' || text.segmenterVersion !== undefined) return config;
  return { ...config, text: { ...text, segmenterVersion: segmenterVersion() } };
}

/** Where a disk failed a run that has a checkpoint, the message says that it can go on. */
export async function withWayOn(error: unknown, lasts: readonly string[]): Promise<unknown> {
  const isOfDisk = error instanceof UserError && ['disk-full', 'disk-failed', 'read-only'].includes(error.code);
  if (!isOfDisk) return error;
  const found = await Promise.all(lasts.map((last) => exists(last).catch(() => false)));
  if (!found.includes(true)) return error;
  const { code, message, remedy, place } = error;
  const more = 'Then resume the run: its last checkpoint is whole.';
  return new UserError(code, message, `${remedy} ${more}`, place, { cause: error });
}

/**
 * Writes what a run folder holds besides weights, and removes what is out of date.
 * @param keep bytes of metrics.jsonl that a checkpoint vouches for
 */
export async function openRunFolder(
  { config, claimed: { paths }, emit }: Session,
  { vocabulary, reading, corrections }: PreparedData,
  labels: StoredLabels,
  keep: number,
): Promise<MetricsLog> {
  await writeRunFiles(paths, { config, words: vocabulary.words, labels, reading, corrections });
  for (const path of [paths.summary, paths.diverged]) await removeFile(path);
  const log = await MetricsLog.open(paths.metrics, keep);
  const message = `metrics.jsonl lacks ${log.missing} bytes that the checkpoint counts: lines are lost.`;
  if (log.missing > 0) emit({ type: 'notice', level: 'warning', message });
  return log;
}

/** Refuses data that nothing can be learnt from. Throws `UserError`. */
export function checkData({ evaluation, training }: RunConfig, data: PreparedData, labels: StoredLabels): void {
  if (data.train.size === 0)
    throw new UserError('no-documents', 'There is no document to train on', 'Check "dataset.train".');
  if (labels.outputs === 0)
    throw new UserError('no-labels', 'No training document has a label', 'Check "dataset.labelField".');
  checkKs(evaluation.k, labels.outputs);
  if (training.retrainOnAll && !data.validation)
    throw new UserError(
      'nothing-held-out',
      '"training.retrainOnAll" needs validation documents, to find the best number of epochs',
      'Set "dataset.validationFraction", or turn "training.retrainOnAll" off.',
    );
}

/** The documents that a finished run is evaluated on; says so where there are none. */
export function splitToEvaluate(
  { state, emit }: { state: Pick<TrainingState, 'phase'>; emit: Session['emit'] },
  data: PreparedData,
  split: 'test' | 'validation',
): Corpus | undefined {
  const notice = (message: string): void => emit({ type: 'notice', level: 'warning', message });
  if (split === 'validation' && state.phase === 'retraining') {
    notice('The validation documents were trained on in the end, and there are no others: nothing is evaluated.');
    return undefined;
  }
  const corpus = data[split];
  if (!corpus?.size) notice(`There are no ${split} documents: nothing is evaluated.`);
  return corpus?.size ? corpus : undefined;
}
