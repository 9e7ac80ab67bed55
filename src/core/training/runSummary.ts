import { isMetrics, type Metrics } from '../base/metrics.ts';
import type { Best } from './trainingState.ts';
import { readFile } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { isRecord } from '../base/isRecord.ts';
import { splitNames } from '../base/splits.ts';
import { exists } from './runFolder.ts';

/** A baseline's figures on the evaluated split. */
export interface BaselineFigures {
  name: string;
  documents: number;
  metrics: Metrics;
}

/** summary.json: how a run ended. */
export interface Summary {
  stopped: 'finished' | 'early';
  /** Epochs trained, and of these the best; `score` is the value of `monitor`, higher is better. */
  epochs: number;
  best: Best;
  monitor: string;
  /** Epochs on train and validation together, where the config asks for them. */
  retrainedEpochs?: number;
  /** The split evaluated at the end with the best weights. */
  evaluated?: { split: string; documents: number; metrics: Metrics };
  baselines: BaselineFigures[];
  documents: { train: number; validation: number; test: number };
  labels: number;
  vocabulary: number;
  parameters: number;
  engine: { name: string; build: string };
  /** Wall-clock of training and validation. */
  seconds: number;
  /** ISO 8601. */
  finishedAt: string;
}

export interface RunResult {
  folder: string;
  name: string;
  stopped: 'finished' | 'early' | 'interrupted';
  epochs: number;
  /** 0 where no epoch was finished. */
  bestEpoch: number;
  /** Absent where the run was interrupted. */
  summary?: Summary;
}

/** summary.json and evaluation-*.json as they are read again: a run folder may be damaged, or come from elsewhere. */

/** How the run ended; undefined where it has not. Throws `UserError` `damaged-run`. */
export async function readSummary(file: string): Promise<Summary | undefined> {
  if (!(await exists(file))) return undefined;
  const summary = await readRecord(file);
  const { stopped, best, evaluated, baselines, documents, engine } = summary;
  const isWhole =
    (stopped === 'finished' || stopped === 'early') &&
    isRecord(best) &&
    isCount(best.epoch) &&
    (best.score === undefined || typeof best.score === 'number') &&
    (best.threshold === undefined || typeof best.threshold === 'number') &&
    (best.validation === undefined || isMetrics(best.validation)) &&
    (evaluated === undefined || isEvaluated(evaluated)) &&
    Array.isArray(baselines) &&
    baselines.every((baseline) => isRecord(baseline) && isName(baseline.name) && isMetrics(baseline.metrics)) &&
    isRecord(documents) &&
    splitNames.every((split) => isCount(documents[split])) &&
    isRecord(engine) &&
    [engine.name, engine.build, summary.monitor, summary.finishedAt].every(isName) &&
    [summary.epochs, summary.labels, summary.vocabulary, summary.parameters].every(isCount) &&
    typeof summary.seconds === 'number';
  if (!isWhole) throw damaged(file);
  return summary as unknown as Summary;
}

/** The figures of an evaluation, without those of single labels; undefined where there is none. Throws `UserError` `damaged-run`. */
export async function readFigures(file: string): Promise<{ documents: number; metrics: Metrics } | undefined> {
  if (!(await exists(file))) return undefined;
  const { documents, metrics } = await readRecord(file);
  if (!isCount(documents) || !isMetrics(metrics)) throw damaged(file);
  return { documents, metrics };
}

async function readRecord(file: string): Promise<Record<string, unknown>> {
  const text = await withFileErrors(file, () => readFile(file, 'utf8'));
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw damaged(file);
}

const isEvaluated = (value: unknown): boolean =>
  isRecord(value) && isName(value.split) && isCount(value.documents) && isMetrics(value.metrics);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isName = (value: unknown): value is string => typeof value === 'string';

const damaged = (file: string): UserError =>
  new UserError('damaged-run', 'This file does not hold the figures of a run', 'Evaluate the run again.', { file });
