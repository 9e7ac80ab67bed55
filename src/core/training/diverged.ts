import type { Batch } from '../engine/engine.ts';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { Run } from './run.ts';

/** diverged.json of a run folder: the batch whose loss was no number, as the engine was given it. */
export interface DivergedBatch {
  /** Both count from 1. */
  epoch: number;
  step: number;
  phase: 'training' | 'retraining';
  /** `NaN`, `Infinity` or `-Infinity`: JSON has no such numbers. */
  loss: string;
  learningRate: number;
  documents: { id: string; words: string[]; labels: string[] }[];
}

/** Keeps the batch for inspection. Returns the error to throw; where the batch cannot be written, the error says so. */
export async function divergedAt(
  { paths, names, state }: Run,
  batch: Batch,
  ids: readonly string[],
  step: { step: number; loss: number; learningRate: number },
): Promise<UserError> {
  const { words, wordStarts, labels, labelStarts } = batch;
  const kept: DivergedBatch = {
    epoch: state.epoch + 1,
    ...step,
    phase: state.phase,
    loss: String(step.loss),
    documents: ids.map((id, d) => ({
      id,
      words: Array.from(words.subarray(wordStarts[d], wordStarts[d + 1]), (word) => names.words[word]),
      labels: Array.from(labels.subarray(labelStarts[d], labelStarts[d + 1]), (label) => names.labels[label]),
    })),
  };
  const written = await writeFileAtomic(paths.diverged, `${JSON.stringify(kept, null, 1)}\n`).then(
    () => `Its batch is kept in ${paths.diverged}`,
    (error: unknown) => `Its batch could not be kept (${error instanceof Error ? error.message : String(error)})`,
  );
  const now = ` (${step.learningRate.toPrecision(3)} at that step)`;
  return diverged(`loss became ${step.loss} at step ${step.step} (epoch ${kept.epoch})`, now, ` ${written}.`);
}

/** The error where validation gave a score that is no number. */
export const divergedScore = (score: number, epoch: number): UserError =>
  diverged(`validation score became ${score} after epoch ${epoch}`, '', '');

const diverged = (what: string, rate: string, kept: string): UserError =>
  new UserError(
    'training-diverged',
    `The ${what}: the training has diverged.${kept}`,
    `Set a smaller "training.learningRate"${rate}, more "training.warmupSteps", or a "training.clip" such as 1, and train anew.`,
  );
