import { setImmediate } from 'node:timers/promises';
import { Cancelled, UserError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Corpus } from '../text/corpus.ts';
import { epochOrder, makeBatch } from './corpusBatches.ts';
import type { TunedDecisions } from '../metrics/decision.ts';
import { validateModel } from './evaluateRun.ts';
import { Rate, Throttle } from '../base/progress.ts';
import { type Run, throwIfAborted, withScoringWeights } from './trainingRun.ts';
import type { Saver } from './saver.ts';
import { epochsSinceBest } from './trainingState.ts';
import type { Batch } from '../engine/engine.ts';
import { writeFileAtomic } from '../base/files.ts';

/** One phase of training: so many epochs over a corpus. */
export interface Plan {
  corpus: Corpus;
  /** Scored after each epoch; absent where there is none, and in retraining. */
  validation?: Corpus;
  epochs: number;
}

export type Stopped = 'finished' | 'early' | 'interrupted';

/** Points of the learning curve in metrics.jsonl, per epoch. */
const curvePoints = 20;

/** Trains from where `run.state` stands to the end of the plan, to early stopping, or until the signal is aborted. */
export async function runEpochs(run: Run, plan: Plan, saver: Saver): Promise<Stopped> {
  const { patience } = run.config.training;
  const isExhausted = () => plan.validation !== undefined && patience > 0 && epochsSinceBest(run.state) >= patience;
  try {
    while (run.state.epoch < plan.epochs) {
      if (isExhausted()) return 'early';
      await trainEpoch(run, plan, saver);
      await finishEpoch(run, plan, saver);
    }
    return 'finished';
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    await saver.last('interrupted');
    return 'interrupted';
  }
}

/** The remaining batches of the current epoch. */
async function trainEpoch(run: Run, { corpus, epochs }: Plan, saver: Saver): Promise<void> {
  const { engine, state, config } = run;
  const { batchSize, loss: kind, seed } = config.training;
  const batches = Math.ceil(corpus.size / batchSize);
  const schedule: Schedule = { ...config.training, totalSteps: epochs * batches };
  const order = epochOrder(corpus.size, seed, state.epoch);
  const rate = new Rate(state.batch * batchSize);
  const throttle = new Throttle();
  const curveEvery = Math.ceil(batches / curvePoints);
  while (state.batch < batches) {
    throwIfAborted(run);
    const started = performance.now();
    const step = state.epoch * batches + state.batch;
    const learningRate = learningRateAt(step, schedule);
    const from = state.batch * batchSize;
    const batch = makeBatch(corpus, from, from + batchSize, order);
    const { loss } = await engine.trainStep(batch, learningRate);
    if (!Number.isFinite(loss)) {
      const ids = Array.from(order.subarray(from, from + batch.size), (document) => corpus.ids[document]);
      throw await divergedAt(run, batch, ids, { step: step + 1, loss, learningRate });
    }
    const sum = kind === 'bce-mean' ? loss * batch.size : loss;
    state.batch++;
    state.lossSum += sum;
    state.curve.lossSum += sum;
    state.curve.documents += batch.size;
    state.epochSeconds += (performance.now() - started) / 1000;
    if (state.batch % curveEvery === 0 || state.batch === batches)
      await logCurvePoint(run, step + 1, learningRate, saver);
    await saver.afterBatch(loss, batches);
    const done = Math.min(state.batch * batchSize, corpus.size);
    if (throttle.due() || done === corpus.size) {
      const left = corpus.size - done + (epochs - state.epoch - 1) * corpus.size;
      run.emit({
        type: 'step',
        epoch: state.epoch + 1,
        epochs,
        step: step + 1,
        loss,
        learningRate,
        documentsPerSecond: rate.perSecond(done),
        done,
        total: corpus.size,
        secondsLeft: rate.secondsFor(left, done),
      });
    }
    await setImmediate(); // lets signals and the faces' events through where the engine never waits
  }
}

async function logCurvePoint(run: Run, step: number, learningRate: number, saver: Saver): Promise<void> {
  const { phase, epoch, curve } = run.state;
  const loss = curve.lossSum / curve.documents;
  saver.tick();
  await run.log.append({ type: 'step', phase, epoch: epoch + 1, step, loss, learningRate, seconds: run.state.seconds });
  run.state.curve = { lossSum: 0, documents: 0 };
}

/** Validates, moves the state on to the next epoch, then writes metrics and checkpoints in the order a crash needs. */
async function finishEpoch(run: Run, { corpus, validation, epochs }: Plan, saver: Saver): Promise<void> {
  const { state, monitor, log, emit } = run;
  const validated = validation && (await validate(run, validation));
  throwIfAborted(run);
  const score = validated && monitor(validated.metrics);
  const epoch = state.epoch + 1;
  if (score !== undefined && !Number.isFinite(score)) throw divergedScore(score, epoch);
  const isBest = state.phase === 'training' && !(score! <= (state.best?.score ?? -Infinity));
  const trainLoss = state.lossSum / corpus.size;
  const seconds = state.epochSeconds;
  const documentsPerSecond = seconds > 0 ? corpus.size / seconds : 0;
  if (isBest) state.best = { epoch, score, validation: validated?.metrics, ...validated?.tuned };
  Object.assign(state, { epoch, batch: 0, lossSum: 0, epochSeconds: 0 });
  const figures = { epoch, trainLoss, validation: validated?.metrics, isBest, documentsPerSecond };
  saver.tick();
  await log.append({
    type: 'epoch',
    phase: state.phase,
    ...figures,
    score,
    epochSeconds: seconds,
    seconds: state.seconds,
  });
  emit({ type: 'epoch', ...figures, epochs, seconds });
  await saver.afterEpoch(trainLoss, isBest);
}

async function validate(run: Run, corpus: Corpus): Promise<{ metrics: Metrics; tuned: TunedDecisions }> {
  run.emit({ type: 'phase', phase: 'validating' });
  const validated = await withScoringWeights(run, () => validateModel(run.engine, corpus, run.evaluator, run));
  run.emit({ type: 'phase', phase: run.state.phase });
  return validated;
}

export interface Schedule {
  /** Rate after the warm-up. */
  learningRate: number;
  /** Steps over which the rate rises linearly to `learningRate`; step 0 already takes one part of it. */
  warmupSteps: number;
  schedule: 'constant' | 'cosine';
  /** Rate of the last step of a cosine, as a fraction of `learningRate`. */
  finalLearningRate: number;
  /** Steps of the whole training, warm-up included. */
  totalSteps: number;
}

/** Learning rate of a step, counted from 0: a function of the step alone, so that a resumed run needs no state for it. */
export function learningRateAt(step: number, s: Schedule): number {
  if (step < s.warmupSteps) return (s.learningRate * (step + 1)) / s.warmupSteps;
  if (s.schedule === 'constant') return s.learningRate;
  const progress = Math.min(1, (step + 1 - s.warmupSteps) / Math.max(1, s.totalSteps - s.warmupSteps));
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return s.learningRate * (s.finalLearningRate + (1 - s.finalLearningRate) * cosine);
}

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
async function divergedAt(
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
const divergedScore = (score: number, epoch: number): UserError =>
  diverged(`validation score became ${score} after epoch ${epoch}`, '', '');

const diverged = (what: string, rate: string, kept: string): UserError =>
  new UserError(
    'training-diverged',
    `The ${what}: the training has diverged.${kept}`,
    `Set a smaller "training.learningRate"${rate}, more "training.warmupSteps", or a "training.clip" such as 1, and train again.`,
  );
